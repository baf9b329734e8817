"""How fast the index catches up after OpenSearch was away while clients wrote.

`holotype up` serves a registry, through whose API 20 models a second are registered. A private OpenSearch is
killed, and started again some minutes later; the clients go on. The index has caught up, by words, when it is
behind by less than what is written in a second. Until it does, each search must say that its answer is not
whole, and find a model by its name all the same. Run as
`python -m bench.catching_up [--minutes MINUTES] [--postgresql [URL]]`.
"""

import sys
import tempfile
import time

import httpx2

from bench.freshness import WRITES_A_SECOND, served
from bench.pacing import ask, register, writing
from bench.stores import engines, indexes_in, private_node, stores

BEFORE_SECONDS = 5
PATIENCE_SECONDS = 600
WORD = "wombat"
LOOKED_SECONDS = 0.2
LAG = "{ serverInfo { wordsLag } }"
SEARCH = "query($text: String!) { search(text: $text) { totalCount degraded { code } } }"


def main() -> None:
    """Take the engine away, give it back, and print how long it took to be whole again."""
    arguments = engines(__doc__)
    arguments.add_argument("--minutes", type=float, default=10, help="how long the engine is away")
    options = arguments.parse_args()
    options.opensearch = None
    with (
        stores(options),
        private_node() as node,
        indexes_in(node.address),
        tempfile.TemporaryDirectory() as data,
        served(data) as url,
        httpx2.Client(base_url=url, trust_env=False, timeout=60) as http,
        writing(url, WRITES_A_SECOND) as written,
    ):
        register(http, WORD)
        time.sleep(BEFORE_SECONDS)
        node.kill()
        began, before = time.perf_counter(), len(written)
        while time.perf_counter() - began < 60 * options.minutes:
            _look(http)
            time.sleep(1)
        node.start()
        back = time.perf_counter()
        away = back - began
        writes = len(written) - before
        print(f"{writes:,} writes in {away:.0f} s without OpenSearch", flush=True)
        taken = _caught_up(http) - back
    print(
        f"caught up {taken:.1f} s after it was back, while writes went on: {away / taken:.1f} times as fast"
    )


def _look(http: httpx2.Client) -> None:
    """Search while there is no engine; end the bench where an answer hides that."""
    found = ask(http, SEARCH, text=WORD)["search"]
    if not (found["degraded"] and found["totalCount"]):
        sys.exit(f"a search without the engine was answered by {found}")


def _caught_up(http: httpx2.Client) -> float:
    """Wait until the index has caught up, and return when that was."""
    deadline = time.perf_counter() + PATIENCE_SECONDS
    while time.perf_counter() < deadline:
        lag = ask(http, LAG)["serverInfo"]["wordsLag"]
        if lag is not None and lag < WRITES_A_SECOND:
            return time.perf_counter()
        time.sleep(LOOKED_SECONDS)
    sys.exit(f"the index has not caught up after {PATIENCE_SECONDS} s")


if __name__ == "__main__":
    main()
