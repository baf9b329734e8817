"""Run a node of OpenSearch until it is stopped: `python -m tests.opensearch [PORT]` prints its address."""

import signal
import sys

from tests.opensearch.node import OLDEST_JAVA, NodeNotStarted, offer, shared_address, tools


def main(port: int) -> None:
    """Run a node on a port, or on a free one if that is 0."""
    found = tools()
    if found is None:
        sys.exit(f"a node needs Maven and a JDK of {OLDEST_JAVA} or newer; JAVA_HOME names one")
    end = offer()
    try:
        sys.stdout.write(f"{shared_address(found, port)}\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
    except NodeNotStarted as failure:
        sys.exit(str(failure))
    finally:
        end()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
