"""From the text of an operation to what may be executed: parsed, measured and validated once."""

from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    GraphQLError,
    Node,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    parse,
    specified_rules,
)
from graphql.validation.rules import overlapping_fields_can_be_merged
from graphql.validation.validate import ValidationAbortedError
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from app.errors import shortened
from app.graphql.serving.limits import (
    MAX_COMPARISONS,
    MAX_COST,
    MAX_QUERY_LENGTH,
    MAX_TOKENS,
    cost_of,
    size_errors,
)
from app.graphql.serving.variables import too_much

SHORT = 4_000
"""How many characters a text has that is kept among the many."""
ANONYMOUS = "anonymous"
TOO_MUCH = {"code": "LIMIT_EXCEEDED"}

# The place where graphql-core takes it from; its own default is ten times as much, and seconds of work.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = MAX_COMPARISONS


def _as_written(node: Node) -> str:
    """Quote a value from the text: graphql-core prints all of it anew for each error within."""
    return shortened(node.loc.source.body[node.loc.start : node.loc.end]) if node.loc else ""


# By its path, since the package has a function of the module's name.
import_module("graphql.utilities.validate_input_value").print_for_error = _as_written  # type: ignore[attr-defined]


class CheckedDocuments(SchemaExtension):
    """Parses and validates each text once, and refuses what asks for too much.

    Documents are kept by their text: hashing a syntax tree takes longer than executing it.
    """

    _cost: int | None = None

    def get_results(self) -> dict[str, Any]:
        """Tell in the answer's `extensions` what a valid operation costs, and what one may cost."""
        if self._cost is None:
            return {}
        return {"cost": {"requested": self._cost, "limit": MAX_COST}}

    def on_parse(self) -> Iterator[None]:
        """Take the document of a text that is known."""
        context = self.execution_context
        context.graphql_document, _ = _checked(context.query or "", context.schema)
        yield

    def on_validate(self) -> Iterator[None]:
        """Take the errors of a text that is known, and look at which operation is meant."""
        context = self.execution_context
        document, errors = _checked(context.query or "", context.schema)
        context.pre_execution_errors = list(errors)
        if not errors:
            context.pre_execution_errors += self._operation_errors(document)
        if not (errors or context.context.introspection):
            rules = (NoSchemaIntrospectionCustomRule,)
            context.pre_execution_errors += validate_document(context.schema._schema, document, rules)  # noqa: SLF001 - as below
        yield

    def _operation_errors(self, document: DocumentNode) -> list[GraphQLError]:
        context = self.execution_context
        named = context._provided_operation_name  # noqa: SLF001 - what is public falls back on the first operation
        operations = _operations(document)
        if len(operations) > 1 and not named:
            return [
                GraphQLError("the document has several operations: name one in operationName", operations)
            ]
        [meant] = _meant(operations, named)
        if message := too_much(context.schema._schema, meant, context.variables or {}):  # noqa: SLF001 - as below
            return [GraphQLError(message, extensions=TOO_MUCH)]
        self._cost = cost_of(context.schema._schema, document, meant, context.variables or {})  # noqa: SLF001 - as above
        if self._cost > MAX_COST:
            message = (
                f"the operation costs {self._cost}, of {MAX_COST} that are answered: ask for smaller pages, "
                "with smaller filters, or in several requests"
            )
            return [GraphQLError(message, extensions=TOO_MUCH)]
        return []


def operation_name(query: str, schema: strawberry.Schema, chosen: str | None) -> str | None:
    """Return the name of the operation that a valid text means; None where there is no such operation."""
    document, _ = _checked(query, schema)
    for meant in _meant(_operations(document), chosen):
        return meant.name.value if meant.name else ANONYMOUS
    return None


def _operations(document: DocumentNode) -> list[OperationDefinitionNode]:
    return [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]


def _meant(operations: list[OperationDefinitionNode], chosen: str | None) -> list[OperationDefinitionNode]:
    return [one for one in operations if not chosen or (one.name and one.name.value == chosen)]


def _checked(query: str, schema: strawberry.Schema) -> tuple[DocumentNode, tuple[GraphQLError, ...]]:
    """Parse a text, measure it, and validate it unless it is too large to be looked at.

    Raises:
        GraphQLSyntaxError: It is no GraphQL, or has more than 5,000 tokens.
        GraphQLError: It has more than 200,000 characters.
    """
    return (_of_short_text if len(query) <= SHORT else _of_long_text)(query, schema)


def _check(query: str, schema: strawberry.Schema) -> tuple[DocumentNode, tuple[GraphQLError, ...]]:
    if len(query) > MAX_QUERY_LENGTH:
        message = (
            f"the operation's text has more than {MAX_QUERY_LENGTH} characters: send values as variables"
        )
        raise GraphQLError(message, extensions=TOO_MUCH)
    document = parse(query, max_tokens=MAX_TOKENS, no_location=False)
    errors = size_errors(document) or validate_document(schema._schema, document, tuple(specified_rules))  # noqa: SLF001 - Strawberry keeps graphql-core's schema there
    return document, tuple(_named(error) for error in errors)


# A long text stays for the steps of its own request; were many kept, clients could fill the memory.
_of_short_text = lru_cache(maxsize=256)(_check)
_of_long_text = lru_cache(maxsize=4)(_check)


def _named(error: GraphQLError) -> GraphQLError:
    """Say what was too much where graphql-core only gives up."""
    if not isinstance(error, ValidationAbortedError):
        return error
    message = "the operation repeats too many fields and fragments: ask for each once"
    return GraphQLError(message, extensions=TOO_MUCH)
