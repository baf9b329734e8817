"""GraphQL over HTTP: one operation a request, and every refusal a coded error."""

from http import HTTPStatus
from typing import Any

import orjson
import strawberry
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
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from app.db.engine import Database
from app.db.replica import Replica
from app.graphql.context import Context
from app.graphql.serving.documents import operation_name
from app.graphql.serving.errors import presented
from app.graphql.serving.media_types import GRAPHQL, JSON, preferred
from app.identity.viewer import AllowAll, Viewer
from app.insight.discovery.asking import Discovery

WRITING_THREADS = 8
AFTER = "Holotype-After"
"""The header in which a request names the sequence of a change that its answer must not lack."""
LONGEST_SEQUENCE = 19


class GraphQLEndpoint(GraphQL[Context, None]):
    """Answers one operation a request: any by POST, queries by GET too.

    Args:
        schema: What may be asked.
        database: What is asked.
        discovery: The search index.
        viewer: Who asks.
        introspection: Whether questions about the schema are answered.
        replica: What answers queries in the database's place, if there is one.
    """

    schema: strawberry.Schema

    def __init__(
        self,
        schema: strawberry.Schema,
        database: Database,
        discovery: Discovery,
        viewer: Viewer,
        *,
        introspection: bool = True,
        replica: Replica | None = None,
    ) -> None:
        super().__init__(schema, graphql_ide=None)
        self._introspection, self._replica = introspection, replica
        self._database, self._discovery, self._viewer = database, discovery, viewer
        self._writers = CapacityLimiter(WRITING_THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; what is no GraphQL request gets a status and a code that say so."""
        request = Request(scope, receive)
        request.state.media_type = preferred(request.headers.get("accept"))
        try:
            response = await self.run(request)
        except HTTPException as refused:
            response = self._refusal(request, refused)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Make the context of one request.

        Raises:
            HTTPException: What it says that its answer must not lack is no sequence.
        """
        after = request.headers.get(AFTER, "0")
        if not (after.isascii() and after.isdigit() and len(after) <= LONGEST_SEQUENCE):
            raise HTTPException(400, f"{AFTER} is the sequence of a change, such as 1234")
        return Context(
            self._database,
            self._discovery,
            self._viewer,
            AllowAll(),
            request.state.id,
            self._writers,
            self._introspection,
            self._replica,
            int(after),
        )

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Hand on the media type that the request prefers.

        Raises:
            HTTPException: It accepts none that an answer may have.
        """
        if request.state.media_type is None:
            raise HTTPException(406, f"let the Accept header admit {GRAPHQL} or {JSON}")
        return Response(media_type=request.state.media_type)

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        """Send the answer; the status of GraphQL's own media type tells of a refused operation too."""
        media_type = sub_response.media_type or JSON
        refused = media_type == GRAPHQL and "data" not in response_data
        return self._response(response_data, media_type, 400 if refused else 200)

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
            media_type, parameters = parse_content_type(request.content_type or "")
            if media_type.lower() != JSON or parameters.get("charset", "utf-8").lower() != "utf-8":
                raise HTTPException(415, f"send the operation as {JSON}, in UTF-8")
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
        try:
            result = await super().execute_single(
                request, request_adapter, sub_response, context, root_value, request_data
            )
        except HTTPException as refused:
            if isinstance(refused.__cause__, InvalidOperationTypeError):
                raise HTTPException(405, "GET runs queries only: send mutations by POST") from refused
            raise
        if not isinstance(result, PreExecutionError):
            query, chosen = request_data.query or "", request_data.operation_name
            request.state.operation = operation_name(query, self.schema, chosen)
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
        if result.data is not None or any(error.path for error in result.errors or ()):
            answer["data"] = result.data
        if result.extensions:
            answer["extensions"] = result.extensions
            request.state.cost = result.extensions["cost"]["requested"]
        return answer

    def encode_json(self, data: object) -> bytes:
        """Write JSON."""
        try:
            return orjson.dumps(data)
        except TypeError:
            # An answer may quote half a surrogate pair of the request, which JSON can spell and UTF-8 cannot.
            text = super().encode_json(data)
            return text.encode() if isinstance(text, str) else text

    def _refusal(self, request: Request, refused: HTTPException) -> Response:
        status = refused.status_code
        error = {"message": refused.reason, "extensions": {"code": HTTPStatus(status).name}}
        response = self._response({"errors": [error]}, request.state.media_type or JSON, status)
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers["Allow"] = "POST" if request.method == "GET" else "GET, POST"
        return response

    def _response(self, content: object, media_type: str, status: int) -> Response:
        headers = {
            "Content-Type": f"{media_type}; charset=utf-8",
            "Vary": "Accept",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(self.encode_json(content), status, headers)


def _part(data: dict[str, Any], name: str, kind: type) -> Any:
    value = data.get(name)
    if value is not None and not isinstance(value, kind):
        raise HTTPException(400, f"{name} is {'text' if kind is str else 'a JSON object'}, or is left out")
    return value
