"""The schema, built once a process."""

from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig

from app.graphql.documents import CheckedDocuments
from app.graphql.metrics import MetricDefinition
from app.graphql.mutations import Mutation
from app.graphql.payloads import Conflict, InvalidInput
from app.graphql.queries import Query
from app.graphql.scalars import SCALARS


class PublicSchema(strawberry.Schema):
    """A schema whose errors are logged where they are masked, and refusals not at all."""

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Leave the logging to `app.graphql.errors`."""


schema = PublicSchema(
    query=Query,
    mutation=Mutation,
    types=[Conflict, InvalidInput, MetricDefinition],
    extensions=[CheckedDocuments],
    config=StrawberryConfig(scalar_map=SCALARS),
)
"""The public schema; `schema.graphql` is its printed form."""
