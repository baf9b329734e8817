"""Mutations of lineage."""

from typing import Annotated

import strawberry

from app.graphql.context import Info
from app.graphql.inputs.drafting import drafted
from app.graphql.inputs.lineage_changes import AddLineageInput, EndLineageInput, SetLineageExceptionsInput
from app.graphql.mutations.running import Done, mutate
from app.graphql.types.payloads import AddLineagePayload, EndLineagePayload, SetLineageExceptionsPayload
from app.identity.session import WriteSession
from app.registry.drafts import LineageDraft, LineageEndDraft, LineageExceptionsDraft
from app.registry.writing.lineage import add_lineage, end_lineage, set_exceptions


@strawberry.type(description="Mutations of lineage.")
class LineageMutations:
    """Mutations of lineage."""

    @strawberry.mutation(
        description="State that one thing comes from another; what would close a circle is refused with it."
    )
    async def add_lineage(
        self, info: Info, input: Annotated[AddLineageInput, strawberry.argument(description="The edge.")]
    ) -> AddLineagePayload | None:
        """State that one thing comes from another."""

        def work(session: WriteSession) -> Done:
            given = drafted(LineageDraft, input, "upstream", "relation", "evidence", "since")
            return Done({"edge": add_lineage(session, str(input.downstream), given)})

        return await mutate(info, input, AddLineagePayload, work)

    @strawberry.mutation(description="End a statement of descent; it stays in the history.")
    async def end_lineage(
        self, info: Info, input: Annotated[EndLineageInput, strawberry.argument(description="The end.")]
    ) -> EndLineagePayload | None:
        """End a statement of descent."""

        def work(session: WriteSession) -> Done:
            end_lineage(session, str(input.id), drafted(LineageEndDraft, input, "until", "reason"))
            return Done({"edge": str(input.id)})

        return await mutate(info, input, EndLineagePayload, work)

    @strawberry.mutation(description="Say what does not travel down an edge though its relation carries it.")
    async def set_lineage_exceptions(
        self,
        info: Info,
        input: Annotated[SetLineageExceptionsInput, strawberry.argument(description="The exceptions.")],
    ) -> SetLineageExceptionsPayload | None:
        """Say what does not travel down an edge."""

        def work(session: WriteSession) -> Done:
            set_exceptions(session, str(input.id), drafted(LineageExceptionsDraft, input, "exceptions"))
            return Done({"edge": str(input.id)})

        return await mutate(info, input, SetLineageExceptionsPayload, work)
