"""Comparing versions: one row a thing, one cell a version, like with like.

Metrics are compared under their whole key; a metric of unknown direction and a value that is not finite are
never ranked.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.db.engine import ReadSession
from app.db.text import fold
from app.errors import InvalidInput
from app.insight.comparison.cells import Cell, measured_cells, stated_cells
from app.insight.comparison.objectives import Objective, Weighed, check_objectives, weigh
from app.insight.comparison.recommendation import Choice, Recommendation, recommend
from app.insight.comparison.rows import ComparisonRow, Material, RowKind, read_material, rows_of
from app.insight.comparison.tradeoffs import ParetoPoint, find_points
from app.registry.tables import ModelVersion

MIN_VERSIONS, MAX_VERSIONS = 2, 50


@dataclass(slots=True)
class Comparison:
    """Versions side by side.

    Attributes:
        versions: The versions, in the order asked for.
        baseline: The place of the one that deltas refer to; None for no deltas.
        names: What the versions are called: their numbers, with their models' names where these differ.
        rows: By kind; fields in the order of a version's, everything else by key.
        weighed: The objectives, with what each version has of them.
        points: The versions among each other; none without objectives.
    """

    versions: Sequence[ModelVersion]
    baseline: int | None
    names: Sequence[str]
    rows: Sequence[ComparisonRow]
    weighed: Sequence[Weighed] = ()
    points: Sequence[ParetoPoint] = ()

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
        return stated_cells(row.values, self.baseline, self.names, versioned=row.versioned)

    def recommendation(self) -> Recommendation | str | None:
        """Return the version to take, or why there is none to recommend; None without objectives."""
        if not self.points:
            return None
        return recommend(Choice(self.points, self.names, self.weighed, self.baseline))


def compare_versions(
    session: ReadSession,
    versions: Sequence[ModelVersion],
    baseline: ModelVersion | None,
    *,
    kinds: Collection[RowKind] = tuple(RowKind),
    objectives: Sequence[Objective] = (),
) -> Comparison:
    """Compare 2 to 50 versions, of one model or of many, in rows of these kinds and by these objectives.

    Raises:
        InvalidInput: Fewer than 2 or more than 50 versions, one twice, a baseline that is not among them, or
            an objective that cannot be weighed.
        Ambiguous: An objective means several metrics.
    """
    ids = [version.id for version in versions]
    check_count(len(ids))
    if len(set(ids)) < len(ids):
        raise InvalidInput("a version is compared with itself: name each once", field=["versions"])
    if baseline is not None and baseline.id not in ids:
        raise InvalidInput("the baseline is one of the compared versions", field=["baseline"])
    if objectives:
        check_objectives(objectives)
    material = read_material(session, versions, kinds, measured=bool(objectives))
    weighed = weigh(objectives, versions, material.measured, material.metric_names)
    return Comparison(
        versions,
        ids.index(baseline.id) if baseline else None,
        _names(versions, material),
        rows_of(versions, material, kinds),
        weighed,
        find_points(versions, weighed) if weighed else (),
    )


def _names(versions: Sequence[ModelVersion], material: Material) -> list[str]:
    several = len({version.model_id for version in versions}) > 1
    models = material.model_names() if several else {}
    return [f"{models.get(version.id, '')} version {version.number}".strip() for version in versions]


def check_count(versions: int) -> None:
    """Refuse to compare what is no comparison or too much for one.

    Raises:
        InvalidInput: Fewer than 2 or more than 50 versions.
    """
    if not MIN_VERSIONS <= versions <= MAX_VERSIONS:
        bounds = f"{MIN_VERSIONS} to {MAX_VERSIONS}"
        raise InvalidInput(f"{bounds} versions are compared, not {versions}", field=["versions"])
