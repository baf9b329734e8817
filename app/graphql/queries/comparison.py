"""Reading which version is better: comparisons, trade-offs and leaderboards."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from app.db.engine import ReadSession
from app.graphql.context import Info
from app.graphql.enums import MetricDirection
from app.graphql.inputs.drafting import stated
from app.graphql.inputs.filtering import version_filter
from app.graphql.inputs.filters import MetricKeyInput, VersionFilter
from app.graphql.inputs.matching import Matches
from app.graphql.inputs.naming import ModelVersionBy
from app.graphql.inputs.objectives import ObjectiveInput, objectives_asked
from app.graphql.inputs.paging import After, Before, First, Last, page_asked
from app.graphql.loading.comparison import Compared, load_comparison
from app.graphql.loading.tradeoffs import load_board, load_front
from app.graphql.selection import selected
from app.graphql.types.comparison import VersionComparison
from app.graphql.types.tradeoffs import LeaderboardConnection, TradeoffConnection
from app.insight.comparison.comparing import check_count
from app.insight.comparison.fronts import find_tradeoff


@strawberry.type
class ComparisonQueries:
    """Reading which version is better."""

    @strawberry.field(description="2 to 50 versions side by side, of one model or of many.")
    async def compare_versions(
        self,
        info: Info,
        versions: Annotated[
            list[ModelVersionBy], strawberry.argument(description="The versions, each once.")
        ],
        baseline: Annotated[
            ModelVersionBy | None,
            strawberry.argument(description="The version that deltas and diffs refer to, one of them."),
        ] = UNSET,
        objectives: Annotated[
            list[ObjectiveInput] | None,
            strawberry.argument(description="What the versions are weighed by: 1 to 6, each once."),
        ] = UNSET,
    ) -> VersionComparison | None:
        """Return versions side by side."""
        check_count(len(versions))
        selection = selected(info)
        asked = Compared(versions, baseline or None, objectives_asked(objectives or []))

        def work(session: ReadSession) -> VersionComparison:
            return load_comparison(session, asked, selection)

        return await info.context.read(work)

    @strawberry.field(
        description="The Pareto front over every version that a filter admits. Conditions that a metric's "
        "key leaves out may be any, and of several values of one version the best counts; what else it "
        "leaves out has to be the same for all, else it is AMBIGUOUS."
    )
    async def tradeoff(
        self,
        info: Info,
        objectives: Annotated[
            list[ObjectiveInput],
            strawberry.argument(description="What the versions are weighed by: 1 to 6, each once."),
        ],
        filter: Annotated[VersionFilter | None, strawberry.argument(description="Only these.")] = UNSET,
        first: First = 50,
        after: After = UNSET,
    ) -> TradeoffConnection | None:
        """Return a page of the front over every version that a filter admits."""
        page = page_asked(first, after, None, None, default=50)
        wanted, selection = objectives_asked(objectives), selected(info)

        def work(session: ReadSession) -> TradeoffConnection:
            admitted = version_filter(session, filter or None)
            return load_front(session, find_tradeoff(session, admitted, wanted, page), selection)

        return await info.context.read(work)

    @strawberry.field(
        description="Versions by their best value of a metric, the best first. Conditions that the key "
        "leaves out may be any; dataset, split, slice, source and unit have to be the same for all, else the "
        "key is AMBIGUOUS. Values that are not finite have no rank."
    )
    async def leaderboard(  # noqa: PLR0917 - the arguments of the schema
        self,
        info: Info,
        metric: Annotated[MetricKeyInput, strawberry.argument(description="The metric.")],
        filter: Annotated[VersionFilter | None, strawberry.argument(description="Only these.")] = UNSET,
        direction: Annotated[
            MetricDirection | None,
            strawberry.argument(description="Which way it gets better, if no definition says it."),
        ] = UNSET,
        first: First = 20,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> LeaderboardConnection | None:
        """Return a page of the versions that were measured alike."""
        page = page_asked(first, after, last, before)
        key = Matches().metric_key(metric, ("metric",))
        selection, way = selected(info), stated(direction)

        def work(session: ReadSession) -> LeaderboardConnection:
            admitted = version_filter(session, filter or None)
            return load_board(session, key, admitted, way, page, selection)

        return await info.context.read(work)
