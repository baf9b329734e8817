"""Kill the API while clients write, again and again, and see whether a change is lost or made twice.

Twenty times (or COUNT times) the API is started, four clients write through it, and it is killed with SIGKILL
at a moment that chance chooses. What was not answered is sent again to the next process, under the same
idempotency key. In the end each model and version that a client was promised must be there once, with its
points and tags, and nothing else, and the log must be whole. Run as `python -m bench.api_kills [COUNT]`.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import AbstractContextManager

import httpx2

from bench.clients import NO_ANSWER
from bench.serving import API, HOLOTYPE, free_port, running, uvicorn
from bench.writing import Writer, compared

CLIENTS = 4
LONGEST_LIFE_SECONDS = 2.0
FIELDS = "{:>4} {:>7} {:>9} {:>10} {:>11}"


def main() -> int:
    """Kill, print a line for each time, and compare; return 0 if all is there once."""
    count = int(sys.argv[1]) if sys.argv[1:] else 20
    with tempfile.TemporaryDirectory() as folder:
        clients = [Writer(number) for number in range(CLIENTS)]
        print(FIELDS.format("kill", "life s", "promised", "sent again", "up after s"))
        for number in range(1, count + 1):
            began = time.perf_counter()
            port = free_port()
            with api(folder, port) as process:
                started = time.perf_counter() - began
                life = killed_while_writing(clients, f"http://127.0.0.1:{port}", process)
            promised = sum(sum(client.promised.values()) for client in clients)
            again = sum(client.again for client in clients)
            print(FIELDS.format(number, f"{life:.2f}", promised, again, f"{started:.1f}"), flush=True)
        port = free_port()
        with api(folder, port):
            wrong = compared(clients, [f"http://127.0.0.1:{port}"])
        print(f"{len(wrong)} differences between what was promised and what is there", *wrong, sep="\n")
        return (
            bool(wrong) + subprocess.run([HOLOTYPE, "db", "check", "--data", folder], check=False).returncode
        )


def api(folder: str, port: int) -> AbstractContextManager[int]:
    """Run the API over a data folder; it gives the number of its process."""
    return running(uvicorn(API, port), port, {"HOLOTYPE_DATA": folder})


def write(client: Writer, url: str) -> None:
    """Send one mutation after another until the API is gone.

    Raises:
        RuntimeError: The API answered with an error.
    """
    with httpx2.Client(trust_env=False, timeout=60) as http:
        while (failure := client.write(http, [url])) is None:
            pass
    if not failure.startswith(NO_ANSWER):
        raise RuntimeError(failure)


def killed_while_writing(clients: list[Writer], url: str, process: int) -> float:
    """Let the clients write for a while and kill the API; return for how many seconds they wrote.

    Raises:
        RuntimeError: A client ended for another reason than that the API was gone.
    """
    life = random.uniform(0.05, LONGEST_LIFE_SECONDS)  # noqa: S311 - any moment will do
    writing = [threading.Thread(target=write, args=[client, url]) for client in clients]
    for thread in writing:
        thread.start()
    time.sleep(life)
    if not all(thread.is_alive() for thread in writing):
        raise RuntimeError("a client was refused")
    os.kill(process, signal.SIGKILL)
    for thread in writing:
        thread.join()
    return life


if __name__ == "__main__":
    sys.exit(main())
