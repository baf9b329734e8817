"""Connections to the API: none is kept for a client that never finishes asking."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10


class PromptConnection(HttpToolsProtocol):
    """Closes a connection on which the head of a request has not come in within 10 seconds.

    uvicorn itself only closes those that are idle after an answer, and waits for a first request for ever.
    """

    _closing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._head_came()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin to wait for the head of a further request."""
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        """Wait no more."""
        self._head_came()
        super().on_headers_complete()

    def _await_head(self) -> None:
        self._head_came()
        self._closing = self.loop.call_later(HEAD_SECONDS, self.timeout_keep_alive_handler)

    def _head_came(self) -> None:
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
