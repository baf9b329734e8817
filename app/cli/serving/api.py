"""One process of the API; `holotype api` starts as many as are asked for, on one port."""

import socket
import sys
from ipaddress import ip_address

import uvicorn

from app.cli.serving.connections import PromptConnection
from app.settings import Settings, UnfitSetting, read_settings

FINISHING_SECONDS = 10


def main() -> None:
    """Serve until the process is asked to end."""
    try:
        settings = read_settings()
        check_exposure(settings)
    except UnfitSetting as unfit:
        sys.exit(f"holotype: {unfit}")
    config = uvicorn.Config(
        "app.main:create_app_from_environment",
        factory=True,
        log_level="warning",
        timeout_graceful_shutdown=FINISHING_SECONDS,
        http=PromptConnection,
    )
    server = uvicorn.Server(config)
    server.run(sockets=[bound_socket(settings.host, settings.port, shared=True)])
    if not server.started:
        sys.exit(1)


def check_exposure(settings: Settings) -> bool:
    """Return whether others than this machine can reach the address to listen on.

    Raises:
        UnfitSetting: They can, and that is not allowed.
    """
    try:
        found = socket.getaddrinfo(settings.host, None)
    except socket.gaierror:
        return False  # nothing can listen there
    if all(ip_address(str(place[0])).is_loopback for *_, place in found):
        return False
    if not settings.allow_unauthenticated:
        raise UnfitSetting(
            f"HOLOTYPE_HOST is {settings.host!r}, where others could read and change everything, as there is "
            "no access control yet; keep it on 127.0.0.1, or set HOLOTYPE_ALLOW_UNAUTHENTICATED=1"
        )
    return True


def bound_socket(host: str, port: int, *, shared: bool) -> socket.socket:
    """Return a socket at an address; it does not listen yet.

    Args:
        host: A name or address of this machine.
        port: The port.
        shared: Whether other processes of this user may have the port too. The system then spreads the
            connections over those that listen; taking them from one socket, the first awake would take all.

    Raises:
        OSError: It is no address of this machine, or the port is taken.
    """
    family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind(place)
    except OSError:
        bound.close()
        raise
    return bound


if __name__ == "__main__":
    main()
