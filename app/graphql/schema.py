"""The schema, built once a process."""

from collections.abc import Iterator
from typing import Any

import strawberry
from graphql import GraphQLError, OperationDefinitionNode
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache
from strawberry.schema.config import StrawberryConfig

from app.graphql.metrics import MetricDefinition
from app.graphql.mutations import Mutation
from app.graphql.payloads import Conflict, InvalidInput
from app.graphql.queries import Query
from app.graphql.scalars import SCALARS


class PublicSchema(strawberry.Schema):
    """A schema whose errors are logged where they are masked, and refusals not at all."""

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Leave the logging to `app.graphql.errors`."""


class NamedOperation(SchemaExtension):
    """Refuses to guess which of several operations is meant; Strawberry would run the first."""

    def on_validate(self) -> Iterator[None]:
        """Look at a document that is valid so far."""
        context = self.execution_context
        document = context.graphql_document
        named = context._provided_operation_name  # noqa: SLF001 - what is public falls back on the first operation
        if document is not None and not named and not context.pre_execution_errors:
            operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
            if len(operations) > 1:
                message = "the document has several operations: name one in operationName"
                context.pre_execution_errors = [GraphQLError(message, operations)]
        yield


schema = PublicSchema(
    query=Query,
    mutation=Mutation,
    types=[Conflict, InvalidInput, MetricDefinition],
    extensions=[ParserCache, ValidationCache, NamedOperation],
    config=StrawberryConfig(scalar_map=SCALARS),
)
"""The public schema; `schema.graphql` is its printed form."""
