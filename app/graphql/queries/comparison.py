"""Reading which version is better: comparisons."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from app.db.engine import ReadSession
from app.graphql.context import Info
from app.graphql.inputs.naming import ModelVersionBy
from app.graphql.inputs.objectives import ObjectiveInput, objectives_asked
from app.graphql.loading.comparison import Compared, load_comparison
from app.graphql.selection import selected
from app.graphql.types.comparison import VersionComparison
from app.insight.comparison import check_count


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
