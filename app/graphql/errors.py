"""The one place where refusals become errors of the API, and where defects are masked."""

import logging
from collections.abc import AsyncIterator
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.extensions import SchemaExtension

from app.errors import HolotypeError, NotFound, Refusals

logger = logging.getLogger(__name__)

QUERY_CODES = {"NOT_FOUND": "NOT_FOUND", "FORBIDDEN": "FORBIDDEN", "CONFLICT": "CONFLICT"}


class ErrorCodes(SchemaExtension):
    """Gives every error a stable code, and hides the text of what nobody foresaw."""

    async def on_operation(self) -> AsyncIterator[None]:
        """Rewrite the errors once the answer is whole."""
        yield
        result: Any = self.execution_context.result
        if self.execution_context.pre_execution_errors:
            for error in self.execution_context.pre_execution_errors:
                _code(error, "GRAPHQL_VALIDATION_FAILED")
        if result is not None and getattr(result, "errors", None):
            request_id = self.execution_context.context.request_id
            result.errors = [_presented(error, request_id) for error in result.errors]


def _presented(error: GraphQLError, request_id: str) -> GraphQLError:
    original = error.original_error
    if isinstance(original, Refusals):
        original = original.errors[0]
    if isinstance(original, HolotypeError):
        return _refusal(error, original)
    if original is None or isinstance(original, GraphQLError):
        return _code(error, "GRAPHQL_VALIDATION_FAILED" if error.path is None else "BAD_USER_INPUT")
    logger.error("request %s failed", request_id, exc_info=original)
    return GraphQLError(
        "Something went wrong here, not with your request; the log has it under this request id.",
        nodes=error.nodes,
        path=error.path,
        extensions={"code": "INTERNAL_SERVER_ERROR", "requestId": request_id},
    )


def _refusal(error: GraphQLError, refusal: HolotypeError) -> GraphQLError:
    extensions: dict[str, Any] = {"code": QUERY_CODES.get(refusal.code, "BAD_USER_INPUT")}
    if refusal.field:
        extensions["field"] = list(refusal.field)
    if refusal.suggestions or isinstance(refusal, NotFound):
        extensions["suggestions"] = list(refusal.suggestions)
    return GraphQLError(refusal.message, nodes=error.nodes, path=error.path, extensions=extensions)


def _code(error: GraphQLError, otherwise: str) -> GraphQLError:
    code = "GRAPHQL_PARSE_FAILED" if isinstance(error, GraphQLSyntaxError) else otherwise
    if error.extensions is None:
        error.extensions = {}
    error.extensions.setdefault("code", code)
    return error
