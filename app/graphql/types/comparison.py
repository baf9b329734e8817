"""Comparisons of versions."""

from collections.abc import Sequence
from typing import Annotated, Any, cast

import strawberry
from strawberry import UNSET

from app.db.cursors import Order, named
from app.db.paging import PageRequest, sequence_page
from app.graphql.enums import ComparisonKind, MetricDirection, Recency
from app.graphql.inputs.paging import After
from app.graphql.scalars import JSON
from app.graphql.types.connections import Connection, connection
from app.graphql.types.metrics import MetricKey, metric_key
from app.graphql.types.registered import ModelVersion
from app.graphql.types.tradeoffs import ParetoFront, Recommendation
from app.insight.comparison import comparing, rows
from app.insight.comparison.cells import Cell
from app.insight.comparison.rows import RowKind

MAX_ROWS = 200


@strawberry.type(description="One version's value in a row.")
class ComparisonCell:
    """One version's value in a row."""

    value: JSON = strawberry.field(
        description="The value as it is kept; where `isDiff`, the unified diff that leads to it from the "
        "baseline's. Several values of one version in one row are a list."
    )
    is_diff: bool = strawberry.field(
        description="Whether `value` is a diff: so it is where a text of several lines, or of more than 200 "
        "characters, differs from the baseline's. Texts of more than 500 lines are never compared by line."
    )
    number: float | None = strawberry.field(description="The value where it is a finite number.")
    delta: float | None = strawberry.field(description="The number minus the baseline's.")
    relative_delta: float | None = strawberry.field(
        description="The delta as a share of the baseline's value."
    )
    is_best: bool = strawberry.field(
        description="Whether no other version is better; never where the row has no direction or one value."
    )
    recency: Recency | None = strawberry.field(
        description="How a version of Python or of a package stands to the baseline's; null where PEP 440 "
        "does not order them, and for everything else."
    )


@strawberry.type(description="One thing over all versions.")
class ComparisonRow:
    """One thing over all versions."""

    kind: ComparisonKind = strawberry.field(description="What the row is about.")
    key: str = strawberry.field(description="The row's name.")
    metric: MetricKey | None = strawberry.field(description="The whole key of a metric.")
    direction: MetricDirection = strawberry.field(description="Which way it gets better.")
    unit: str | None = strawberry.field(description="The unit of the numbers.")
    cells: list[ComparisonCell | None] = strawberry.field(
        description="One a version, in the order of `versions`; null where it has no value."
    )
    differs: bool = strawberry.field(description="Whether the versions differ in it.")


@strawberry.type(description="Versions side by side.")
class VersionComparison:
    """Versions side by side."""

    comparison: strawberry.Private[comparing.Comparison]
    versions: list[ModelVersion] = strawberry.field(description="The versions, in the order asked for.")
    baseline: ModelVersion | None = strawberry.field(description="The version that deltas refer to.")
    pareto: ParetoFront | None = strawberry.field(
        description="How the versions stand to each other in the objectives; null without objectives."
    )
    recommendation: Recommendation | None = strawberry.field(
        description="The version to take; null without objectives, and where `noRecommendation` says why."
    )
    no_recommendation: str | None = strawberry.field(
        description="Why none of the versions can be recommended by the objectives."
    )

    @strawberry.field(
        description="The rows, by kind in the order of the kinds. Metrics stand under their whole key and "
        "those that differ in conditions alone next to each other; fields have an order of their own, all "
        "else is by key. A row that no version has a value for is left out."
    )
    def rows(
        self,
        kinds: Annotated[
            list[ComparisonKind] | None, strawberry.argument(description="Only rows of these kinds.")
        ] = UNSET,
        only_differing: Annotated[  # noqa: FBT002 - an argument of the schema
            bool | None, strawberry.argument(description="Only rows in which the versions differ.")
        ] = False,
        text: Annotated[
            str | None, strawberry.argument(description="Only rows whose key contains this text.")
        ] = UNSET,
        first: Annotated[
            int | None, strawberry.argument(description="How many rows at most, 1 to 200.")
        ] = MAX_ROWS,
        after: After = UNSET,
    ) -> Connection[ComparisonRow] | None:
        """Return a page of the rows."""
        wanted = None if kinds is UNSET or kinds is None else [RowKind(one.name) for one in kinds]
        asked: dict[str, Any] = {
            "kinds": wanted,
            "only_differing": bool(only_differing),
            "text": text or None,
        }
        matching = self.comparison.matching(**asked)
        versions = [str(version.id) for version in self.versions]
        order = Order(named("rows", {"versions": versions, **asked}), ("identity",))
        request = PageRequest(
            first=MAX_ROWS if first is None else first, after=None if after is UNSET else after, most=MAX_ROWS
        )
        page = sequence_page(matching, [row.identity for row in matching], order, request)
        return connection(page, [_row(row, self.comparison.cells(row)) for row in page.items])


def _row(row: rows.ComparisonRow, cells: Sequence[Cell | None]) -> ComparisonRow:
    return ComparisonRow(
        kind=ComparisonKind(row.kind.value),
        key=row.key,
        metric=None if row.metric is None else metric_key(row.metric),
        direction=MetricDirection(row.direction.value),
        unit=row.unit,
        # They are read as they are: to make thousands of others takes longer than to read them.
        cells=cast("list[ComparisonCell | None]", cells),
        differs=row.differs,
    )
