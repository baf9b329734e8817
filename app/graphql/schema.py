"""The schema, built once a process."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter

from app.graphql.mutations.root import Mutation
from app.graphql.queries.root import Query
from app.graphql.scalars import SCALARS
from app.graphql.serving.documents import CheckedDocuments
from app.graphql.types.metrics import MetricDefinition
from app.graphql.types.payloads import Conflict, InvalidInput


class PublicSchema(strawberry.Schema):
    """A schema whose errors are logged where they are masked, and refusals not at all."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        _read_attributes_directly(self._schema)

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Leave the logging to `app.graphql.serving.errors`."""


def _read_attributes_directly(schema: GraphQLSchema) -> None:
    """Let graphql-core itself read the fields without a resolver: through Strawberry each takes longer."""
    for kind in schema.type_map.values():
        for field in kind.fields.values() if isinstance(kind, GraphQLObjectType) else ():
            declared = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            if declared is not None and declared.is_basic_field:
                field.resolve = _attribute(declared.python_name)


def _attribute(name: str) -> Callable[[Any, GraphQLResolveInfo[Any]], Any]:
    read = attrgetter(name)
    return lambda source, _info: read(source)


schema = PublicSchema(
    query=Query,
    mutation=Mutation,
    types=[Conflict, InvalidInput, MetricDefinition],
    extensions=[CheckedDocuments],
    config=StrawberryConfig(scalar_map=SCALARS),
)
"""The public schema; `schema.graphql` is its printed form."""
