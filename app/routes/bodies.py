"""How much a request may send: more is refused while it is still coming in."""

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyTooLarge(Exception):
    """The body went beyond the limit while it was being read."""


class LimitedBodies:
    """Answers a request whose body is too large with 413, without reading the rest of it.

    Args:
        app: What answers the other requests.
        most: The largest body, in bytes.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting what is read of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.most:
                raise BodyTooLarge
            return message

        try:
            await self.app(scope, counted, send)
        except BodyTooLarge:
            message = f"the body has more than {self.most} bytes"
            body = {"errors": [{"message": message, "extensions": {"code": "LIMIT_EXCEEDED"}}]}
            await JSONResponse(body, status_code=413, headers={"Connection": "close"})(scope, receive, send)
