"""How much requests may send, and how slowly: a body is refused while it is still coming in."""

from collections.abc import Mapping
from http import HTTPStatus

from anyio import current_time, fail_after
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SMALL = 64 * 1024
"""Up to so many bytes a body is read whatever else is being read."""


class BodyRefused(Exception):
    """The body is too large or too slow, or there is no room for it; the answer says which."""

    def __init__(
        self,
        status: HTTPStatus,
        message: str,
        extensions: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        body = {"errors": [{"message": message, "extensions": extensions}]}
        self.answer = JSONResponse(body, status, {"Connection": "close", **(headers or {})})


class LimitedBodies:
    """Answers a request whose body it does not want, without reading the rest of it.

    Args:
        app: What answers the other requests.
        most: The largest body, in bytes.
        together: How many bytes the bodies of all requests in progress have, in this process.
        seconds: How long a body may take to come in.
    """

    def __init__(self, app: ASGIApp, most: int, together: int, seconds: float) -> None:
        self.app = app
        self.most = most
        self.together = together
        self.seconds = seconds
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting what is read of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        read, whole, end = 0, False, current_time() + self.seconds

        async def counted() -> Message:
            nonlocal read, whole
            if whole:
                return await receive()
            message = await self._within(end, receive)
            size = len(message.get("body", b""))
            read, whole = read + size, not message.get("more_body", False)
            self._held += size
            self._check(read)
            return message

        try:
            await self.app(scope, counted, send)
        except BodyRefused as refused:
            await refused.answer(scope, receive, send)
        finally:
            self._held -= read

    async def _within(self, end: float, receive: Receive) -> Message:
        try:
            with fail_after(end - current_time()):
                return await receive()
        except TimeoutError:
            message = f"the body did not come in within {self.seconds:g} seconds"
            raise BodyRefused(HTTPStatus.REQUEST_TIMEOUT, message, {"code": "REQUEST_TIMEOUT"}) from None

    def _check(self, read: int) -> None:
        if read > self.most:
            message = f"the body has more than {self.most} bytes"
            raise BodyRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message, {"code": "LIMIT_EXCEEDED"})
        if read > SMALL and self._held > self.together:
            message = "too much is being sent to this server: send the request again in a while"
            told, headers = {"code": "UNAVAILABLE"}, {"Retry-After": "1"}
            raise BodyRefused(HTTPStatus.SERVICE_UNAVAILABLE, message, told, headers)
