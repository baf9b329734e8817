"""Comparing versions: one row a thing, one cell a version, like with like.

Metrics are compared under their whole key; a metric of unknown direction and a value that is not finite are
never ranked.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.db.engine import ReadSession
from app.db.text import fold
from app.errors import InvalidInput
from app.insight.cells import Cell, measured_cells, stated_cells
from app.insight.comparison_rows import ComparisonRow, RowKind, rows_of
from app.registry.tables import ModelVersion

MIN_VERSIONS, MAX_VERSIONS = 2, 50


@dataclass(slots=True)
class Comparison:
    """Versions side by side.

    Attributes:
        versions: The versions, in the order asked for.
        baseline: The place of the one that deltas refer to; None for no deltas.
        rows: By kind; fields in the order of a version's, everything else by key.
    """

    versions: Sequence[ModelVersion]
    baseline: int | None
    rows: list[ComparisonRow]

    def matching(
        self, kinds: Sequence[RowKind] | None, *, only_differing: bool, text: str | None
    ) -> list[ComparisonRow]:
        """Return the rows of these kinds (None for all) whose key contains `text`."""
        wanted = fold(text or "")
        return [
            row
            for row in self.rows
            if (kinds is None or row.kind in kinds)
            and (row.differs or not only_differing)
            and wanted in fold(row.key)
        ]

    def cells(self, row: ComparisonRow) -> list[Cell | None]:
        """Return the cells of a row, one a version."""
        if row.numbers is not None:
            return measured_cells(row.values, row.numbers, self.baseline, row.direction)
        names = [f"version {version.number}" for version in self.versions]
        return stated_cells(row.values, self.baseline, names, versioned=row.versioned)


def compare_versions(
    session: ReadSession,
    versions: Sequence[ModelVersion],
    baseline: ModelVersion | None,
    kinds: Collection[RowKind] = tuple(RowKind),
) -> Comparison:
    """Compare 2 to 50 versions, of one model or of many, in rows of these kinds.

    Raises:
        InvalidInput: Fewer than 2 or more than 50 versions, one twice, or a baseline that is not among them.
    """
    ids = [version.id for version in versions]
    check_count(len(ids))
    if len(set(ids)) < len(ids):
        raise InvalidInput("a version is compared with itself: name each once", field=["versions"])
    if baseline is not None and baseline.id not in ids:
        raise InvalidInput("the baseline is one of the compared versions", field=["baseline"])
    base = ids.index(baseline.id) if baseline else None
    return Comparison(versions, base, rows_of(session, versions, kinds))


def check_count(versions: int) -> None:
    """Refuse to compare what is no comparison or too much for one.

    Raises:
        InvalidInput: Fewer than 2 or more than 50 versions.
    """
    if not MIN_VERSIONS <= versions <= MAX_VERSIONS:
        bounds = f"{MIN_VERSIONS} to {MAX_VERSIONS}"
        raise InvalidInput(f"{bounds} versions are compared, not {versions}", field=["versions"])
