"""One process of the API: `python -m app.cli.api SOCKET` answers what comes in by a listening socket."""

import socket
import sys

import uvicorn

FINISHING_SECONDS = 10


def main() -> None:
    """Serve until the process is asked to end."""
    # uvicorn's own --fd takes every socket for a local one, and would let small answers wait for 40 ms.
    listener = socket.socket(fileno=int(sys.argv[1]))
    config = uvicorn.Config(
        "app.main:create_app_from_environment",
        factory=True,
        log_level="warning",
        timeout_graceful_shutdown=FINISHING_SECONDS,
    )
    server = uvicorn.Server(config)
    server.run(sockets=[listener])
    if not server.started:
        sys.exit(1)


if __name__ == "__main__":
    main()
