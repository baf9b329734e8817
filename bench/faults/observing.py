"""One fault beside its clients: what they saw, how long until all was whole, and what is there afterwards."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

import httpx2

from bench.clients import LONGEST_WAIT_SECONDS, Reading, reading, send
from bench.deployment import Deployment, until
from bench.writing import Writer, counted

READERS = 2
PAUSE_SECONDS = 0.05
BEFORE_SECONDS = 3.0
FIND = """query Find($text: String!) {
  search(text: $text, mode: WORDS, first: 20) { nodes { name } degraded { code } } }"""

_numbers = count(1)


@dataclass(slots=True)
class Written:
    """What a client saw that writes without giving up.

    Attributes:
        writer: What it was promised.
        failures: What was wrong with answers, and how often.
        longest: The most seconds until a write was acknowledged, sent again as often as it takes.
    """

    writer: Writer
    failures: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0

    def write(self, urls: Sequence[str], ended: threading.Event) -> None:
        """Write one thing after another until the end."""
        with httpx2.Client(trust_env=False, timeout=LONGEST_WAIT_SECONDS) as http:
            began = time.monotonic()
            while not (ended.is_set() and self.writer.unanswered is None):
                failure = self.writer.write(http, urls)
                if failure:
                    self.failures[failure] += 1
                else:
                    self.longest = max(self.longest, time.monotonic() - began)
                time.sleep(PAUSE_SECONDS)
                if not failure:
                    began = time.monotonic()


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a fault.

    Attributes:
        readings: All requests that read.
        written: What the client saw that writes.
        probe: What was registered after the fault.
        whole_after: Seconds from the end of the fault until a model that was registered then was found
            through every API.
        check: What `holotype index check` says of each index.
        wrong: How what is there differs from what was promised.
    """

    readings: list[Reading]
    written: Written
    probe: Writer
    whole_after: float
    check: list[str]
    wrong: list[str]


def observed(made: Deployment, fault: Callable[[Deployment], None]) -> Seen:
    """Let clients read and write, let the fault happen, and wait until all is whole."""
    with httpx2.Client(trust_env=False, timeout=LONGEST_WAIT_SECONDS) as http:
        before = counted(http, made.urls)
    probe = Writer(next(_numbers))
    with reading(made.urls, READERS, expecting=True) as readers, writing(made.urls) as written:
        time.sleep(BEFORE_SECONDS)
        fault(made)
        whole_after = until(lambda: _is_whole(made, probe), "a model is found", seconds=300)
    readings = [one for reader in readers for one in reader.readings]
    until(lambda: _is_through(made), "the index is through the log", seconds=300)
    checked = made.run("index", "check")
    check = (checked.stdout or checked.stderr).splitlines()
    return Seen(readings, written, probe, whole_after, check, _lost(made, [written.writer, probe], before))


@contextmanager
def writing(urls: Sequence[str]) -> Iterator[Written]:
    """Let a client write meanwhile; its last write is acknowledged."""
    written, ended = Written(Writer(next(_numbers))), threading.Event()
    thread = threading.Thread(target=written.write, args=[urls, ended])
    thread.start()
    try:
        yield written
    finally:
        ended.set()
        thread.join()


def _is_whole(made: Deployment, probe: Writer) -> bool:
    """Register a model if that is still to be done; tell whether every API finds it in the index."""
    with httpx2.Client(trust_env=False, timeout=LONGEST_WAIT_SECONDS) as http:
        if not probe.promised and probe.write(http, made.urls):
            return False
        [name] = probe.promised
        return all(_is_found(http, url, name) for url in made.urls)


def _is_found(http: httpx2.Client, url: str, name: str) -> bool:
    data, failure, _ = send(http, [url], {"query": FIND, "variables": {"text": name}})
    if failure or data is None:
        return False
    from_index = all(one["code"] != "INDEX_UNAVAILABLE" for one in data["search"]["degraded"])
    return from_index and {"name": name} in data["search"]["nodes"]


def _is_through(made: Deployment) -> bool:
    """Tell whether every API says that nothing is behind."""
    text = {"text": "model"}
    with httpx2.Client(trust_env=False, timeout=LONGEST_WAIT_SECONDS) as http:
        for url in made.urls:
            data, failure, _ = send(http, [url], {"query": FIND, "variables": text})
            if failure or data is None or data["search"]["degraded"]:
                return False
    return True


def _lost(made: Deployment, writers: Sequence[Writer], before: Sequence[int]) -> list[str]:
    """Return how the numbers of models, versions and changes differ from what was promised."""
    with httpx2.Client(trust_env=False, timeout=LONGEST_WAIT_SECONDS) as http:
        now = counted(http, made.urls)
    models = sum(len(one.promised) for one in writers)
    versions = sum(sum(one.promised.values()) for one in writers)
    wanted = (models, versions, models + versions)
    things = zip(("models", "versions", "changes"), wanted, now, before, strict=True)
    return [f"{what}: {there - then - here:+d}" for what, here, there, then in things if there - then != here]
