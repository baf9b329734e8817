"""GraphQL over HTTP: one operation a request, and every refusal a coded error."""

from http import HTTPStatus
from typing import Any

import orjson
from anyio import CapacityLimiter
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.base import BaseRequestProtocol
from strawberry.http.parse_content_type import parse_content_type
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from app.db.engine import Database
from app.graphql.context import Context
from app.graphql.documents import operation_name
from app.graphql.errors import presented
from app.graphql.schema import schema
from app.identity.viewer import AllowAll, Viewer
from app.insight.discovery import Discovery

WRITING_THREADS = 8


class GraphQLEndpoint(GraphQL[Context, None]):
    """Answers one operation a request: any by POST, queries by GET too.

    Args:
        database: What is asked.
        discovery: The search index.
        viewer: Who asks.
        introspection: Whether questions about the schema are answered.
    """

    def __init__(
        self, database: Database, discovery: Discovery, viewer: Viewer, *, introspection: bool = True
    ) -> None:
        super().__init__(schema, graphql_ide=None)
        self._introspection = introspection
        self._database, self._discovery, self._viewer = database, discovery, viewer
        self._writers = CapacityLimiter(WRITING_THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; what is no GraphQL request gets a status and a code that say so."""
        request = Request(scope, receive)
        try:
            response = await self.run(request)
        except HTTPException as refused:
            response = self._refusal(refused.status_code, refused.reason)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Make the context of one request."""
        return Context(
            self._database,
            self._discovery,
            self._viewer,
            AllowAll(),
            request.state.id,
            self._writers,
            self._introspection,
        )

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        """Leave the editor to `app.routes.graphiql`."""
        return False

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """Read the operation and its variables.

        Raises:
            HTTPException: The request is no GraphQL request.
        """
        if request.method == "GET":
            data = self.parse_query_params(request.query_params)
        else:
            media_type, _ = parse_content_type(request.content_type or "")
            if media_type.lower() != "application/json":
                raise HTTPException(415, "send the operation as application/json")
            data = self.parse_json(await request.get_body())
        if not isinstance(data, dict):
            raise HTTPException(400, 'the body is a JSON object such as {"query": "{ __typename }"}')
        return GraphQLRequestData(
            query=_part(data, "query", str),
            variables=_part(data, "variables", dict),
            operation_name=_part(data, "operationName", str) or None,
            extensions=_part(data, "extensions", dict),
        )

    def decode_json(self, data: str | bytes) -> object:
        """Read JSON.

        Raises:
            HTTPException: It is none, is not UTF-8, or goes beyond what is read: a number of 4,300 digits,
                some thousand brackets deep.
        """
        try:
            return super().decode_json(data if isinstance(data, str) else data.decode())
        except (ValueError, RecursionError):
            raise HTTPException(400, "the request is not readable as JSON in UTF-8") from None

    async def execute_single(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        sub_response: Response,
        context: Context,
        root_value: None,
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        """Execute the operation; one that was valid is named in the request's state."""
        result = await super().execute_single(
            request, request_adapter, sub_response, context, root_value, request_data
        )
        if not isinstance(result, PreExecutionError):
            query, chosen = request_data.query or "", request_data.operation_name
            request.state.operation = operation_name(query, schema, chosen)
        return result

    async def process_result(
        self, request: Request | WebSocket, result: ExecutionResult
    ) -> GraphQLHTTPResponse:
        """Make the answer; an operation that was not executed has no `data`."""
        answer: GraphQLHTTPResponse = {}
        if result.errors:
            executed = not isinstance(result, PreExecutionError)
            errors = [presented(error, request.state.id, executed=executed) for error in result.errors]
            answer["errors"] = [error.formatted for error in errors]
            request.state.error_codes = sorted({(error.extensions or {})["code"] for error in errors})
        if result.data is not None:
            answer["data"] = result.data
        return answer

    def encode_json(self, data: object) -> bytes:
        """Write JSON."""
        try:
            return orjson.dumps(data)
        except TypeError:
            # An answer may quote half a surrogate pair of the request, which JSON can spell and UTF-8 cannot.
            text = super().encode_json(data)
            return text.encode() if isinstance(text, str) else text

    def _refusal(self, status: int, reason: str) -> Response:
        error = {"message": reason, "extensions": {"code": HTTPStatus(status).name}}
        headers = {"Allow": "GET, POST"} if status == HTTPStatus.METHOD_NOT_ALLOWED else None
        return Response(self.encode_json({"errors": [error]}), status, headers, "application/json")


def _part(data: dict[str, Any], name: str, kind: type) -> Any:
    value = data.get(name)
    if value is not None and not isinstance(value, kind):
        raise HTTPException(400, f"{name} is {'text' if kind is str else 'a JSON object'}, or is left out")
    return value
