"""Whom a request may be addressed to: no page elsewhere may reach a registry on loopback by DNS rebinding."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class KnownHosts:
    """Refuses requests whose Host, or whose Origin if they have one, is not among the known hosts.

    Args:
        app: What answers the other requests.
        hosts: The host names, without ports.
        open_paths: What is answered whatever the headers say.
        origins: Origins elsewhere whose pages may ask too.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Iterable[str],
        *,
        open_paths: Iterable[str] = (),
        origins: Iterable[str] = (),
    ) -> None:
        self.app = app
        self.hosts = frozenset(host.casefold().strip("[]") for host in hosts)
        self.open_paths = frozenset(open_paths)
        self.origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with 403."""
        if scope["type"] == "lifespan" or (scope["type"] == "http" and scope["path"] in self.open_paths):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        wrong = self._wrong(headers.getlist("host"), headers.getlist("origin"))
        if wrong is None:
            await self.app(scope, receive, send)
            return
        message = f"the {wrong} header names a host that this server does not answer for"
        body = {"errors": [{"message": message, "extensions": {"code": "FORBIDDEN"}}]}
        await JSONResponse(body, status_code=403)(scope, receive, send)

    def _wrong(self, hosts: list[str], origins: list[str]) -> str | None:
        """Return which header is at fault; of two Hosts nobody knows which one a proxy went by."""
        if len(hosts) != 1 or _host(f"//{hosts[0]}") not in self.hosts:
            return "Host"
        if any(origin not in self.origins and _host(origin) not in self.hosts for origin in origins):
            return "Origin"
        return None


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").casefold()
    except ValueError:
        return ""
