"""The one place where refusals become errors of the API, and where defects are masked."""

import logging
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError

from app.db.faults import fault
from app.errors import HolotypeError, NotFound, Refusals, shortened

logger = logging.getLogger(__name__)

QUERY_CODES = {code: code for code in ("NOT_FOUND", "FORBIDDEN", "CONFLICT", "AMBIGUOUS", "PRESENT_ONLY")}


def presented(error: GraphQLError, request_id: str, *, executed: bool) -> GraphQLError:
    """Return an error as a client sees it: with a stable code, and without the text of what nobody foresaw.

    Args:
        error: The error, with what was raised.
        request_id: The id under which a defect is logged.
        executed: Whether the operation was valid and only its values were not.
    """
    original = error.original_error
    if isinstance(original, Refusals):
        original = original.errors[0]
    if isinstance(original, HolotypeError):
        return _refusal(error, original)
    if isinstance(original, ValueError) and not executed:
        # graphql-core reads literals as Python does, which gives up on numbers of 4,300 digits.
        return _code(GraphQLError("this value cannot be read", error.nodes), "GRAPHQL_VALIDATION_FAILED")
    if original is None or isinstance(original, GraphQLError):
        return _code(error, "BAD_USER_INPUT" if executed else "GRAPHQL_VALIDATION_FAILED")
    if (wrong := fault(original)) is not None:
        logger.error("request %s failed: %s", request_id, wrong)
        extensions = {"code": "UNAVAILABLE", "requestId": request_id}
        return GraphQLError(
            f"{wrong}, then send the request again", error.nodes, path=error.path, extensions=extensions
        )
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
    error.message = shortened(error.message)
    error.extensions.setdefault("code", code)
    return error
