"""Reading where things come from and what hangs on them."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from app.db.engine import ReadSession
from app.graphql.context import Info
from app.graphql.inputs.drafting import stated
from app.graphql.inputs.lineage import Kinds, MaxDepth, MaxNodes, Relations, Way
from app.graphql.inputs.moments import Moment, session_at
from app.graphql.loading.impact import load_impact, load_ways
from app.graphql.loading.lineage import load_graph
from app.graphql.selection import selected
from app.graphql.types.impact import Impact
from app.graphql.types.lineage import LineageGraph, LineagePath


@strawberry.type
class LineageQueries:
    """Reading where things come from and what hangs on them."""

    @strawberry.field(description="What a thing comes from or what came from it, nearest first.")
    async def lineage(  # noqa: PLR0917 - the arguments of the schema
        self,
        info: Info,
        root_id: Annotated[
            strawberry.ID,
            strawberry.argument(
                name="root",
                description="A model version, a dataset version, code, an environment or an external node; "
                "what was deleted keeps its place and its name, since descent outlives it.",
            ),
        ],
        direction: Way,
        max_depth: MaxDepth = 1,
        relations: Relations = UNSET,
        kinds: Kinds = UNSET,
        max_nodes: MaxNodes = 500,
        as_of: Moment = UNSET,
    ) -> LineageGraph | None:
        """Return a part of the lineage graph."""
        selection = selected(info)
        arguments = {
            "direction": direction,
            "max_depth": max_depth,
            "relations": stated(relations),
            "kinds": stated(kinds),
            "max_nodes": max_nodes,
        }
        return await info.context.read(
            lambda present: load_graph(session_at(present, as_of or None), str(root_id), arguments, selection)
        )

    @strawberry.field(
        description="The ways of descent between two things, whichever is the older: shortest first, then by "
        "the keys of their nodes."
    )
    async def lineage_paths(
        self,
        info: Info,
        start: Annotated[
            strawberry.ID, strawberry.argument(name="from", description="Where the ways begin.")
        ],
        goal: Annotated[strawberry.ID, strawberry.argument(name="to", description="Where they end.")],
        max_depth: MaxDepth = 12,
        limit: Annotated[int | None, strawberry.argument(description="How many at most, 1 to 100.")] = 5,
        as_of: Moment = UNSET,
    ) -> list[LineagePath] | None:
        """Return the ways between two things."""
        selection = selected(info)
        ends = {"from": str(start), "to": str(goal)}

        def work(present: ReadSession) -> list[LineagePath]:
            return load_ways(session_at(present, as_of or None), ends, max_depth, limit, selection)

        return await info.context.read(work)

    @strawberry.field(
        description="What hangs on a thing: every version in a live stage below it, each with the way up."
    )
    async def impact(
        self,
        info: Info,
        of: Annotated[
            strawberry.ID,
            strawberry.argument(
                description="A model version, a dataset version, code, an environment or an external node."
            ),
        ],
        max_depth: MaxDepth = 12,
        relations: Relations = UNSET,
        as_of: Moment = UNSET,
    ) -> Impact | None:
        """Return what hangs on a thing."""
        selection = selected(info)
        arguments = {"max_depth": max_depth, "relations": stated(relations)}

        def work(present: ReadSession) -> Impact:
            return load_impact(session_at(present, as_of or None), str(of), arguments, selection)

        return await info.context.read(work)
