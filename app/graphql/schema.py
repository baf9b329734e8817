"""The schema, built once a process."""

from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig

from app.graphql.mutations.root import Mutation
from app.graphql.queries.root import Query
from app.graphql.scalars import SCALARS
from app.graphql.serving.documents import CheckedDocuments
from app.graphql.serving.execution import Execution, read_attributes_directly
from app.graphql.types.metrics import MetricDefinition
from app.graphql.types.payloads import Conflict, CycleFound, InvalidInput


class PublicSchema(strawberry.Schema):
    """A schema whose errors are logged where they are masked, and refusals not at all."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, execution_context_class=Execution)
        read_attributes_directly(self._schema)

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Leave the logging to `app.graphql.serving.errors`."""


schema = PublicSchema(
    query=Query,
    mutation=Mutation,
    types=[Conflict, CycleFound, InvalidInput, MetricDefinition],
    extensions=[CheckedDocuments],
    config=StrawberryConfig(scalar_map=SCALARS),
)
"""The public schema; `schema.graphql` is its printed form."""
