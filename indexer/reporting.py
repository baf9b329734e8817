"""What the indexer's commands print: results on standard output, progress on standard error."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from app.search.contract import IndexPosition, Kind, Mark
from app.search.keeping import Standing
from indexer.checking import Comparison

SHOWN_PARKED = 20

_err = Console(stderr=True, highlight=False)


class Reporter:
    """Prints results for a person as they come, or as one JSON object at the end."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._results: dict[str, Any] = {}

    def status(self, kind: Kind, standing: Standing, head: Mark) -> None:
        """Report how far an index is."""
        self._results[kind.value] = {
            **asdict(standing),
            "head": head.sequence,
            **_lags(standing.position, head),
        }
        self._say(*_status_lines(kind, standing, head))

    def comparison(self, kind: Kind, comparison: Comparison) -> None:
        """Report what comparing an index with the registry came to."""
        self._results[kind.value] = asdict(comparison)
        lines = [
            f"{kind}: {one.fault}: {one.id or 'the index'}: {one.message}" for one in comparison.differences
        ]
        behind = (
            f", {comparison.behind:,} changed since the index was up to date" if comparison.behind else ""
        )
        differences = f"differences: {len(lines):,}" if lines else "no difference"
        self._say(*lines, f"{kind}: compared {comparison.documents:,}{behind}; {differences}")

    def rebuilt(self, kind: Kind, standing: Standing) -> None:
        """Report that an index was made anew."""
        self._results[kind.value] = asdict(standing)
        position = standing.position or IndexPosition(log="")
        self._say(
            f"{kind}: made anew, {position.documents:,} documents by words, {position.embedded:,} by meaning"
        )

    def rolled_back(self, kind: Kind, standing: Standing) -> None:
        """Report that an index is searched again which a rebuild had replaced."""
        self._results[kind.value] = asdict(standing)
        position = standing.position or IndexPosition(log="")
        as_of = f"as of change {position.words.sequence:,}; the indexer brings it up to date"
        self._say(f"{kind}: generation {standing.generation} is searched again, {as_of}")

    def exported(self, directory: Path) -> None:
        """Report that the encoder of queries is there, exported now or before."""
        self._say(f"what searches by meaning encode texts with is in {directory}")

    def end(self) -> None:
        """Print what was reported, if it is to be JSON."""
        if self._as_json:
            _print(orjson.dumps(self._results, option=orjson.OPT_INDENT_2).decode())

    def _say(self, *lines: str) -> None:
        if not self._as_json:
            _print("\n".join(lines))


def _print(text: str) -> None:
    """Print a part of the result; who reads no further misses the rest, and the exit code stays."""
    try:
        print(text, flush=True)  # noqa: T201 - the result
    except BrokenPipeError:
        # What is left is not written at the exit either: https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def building(kind: Kind) -> Iterator[Callable[[IndexPosition], None]]:
    """Show how far a rebuild is, as bars on a terminal."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=_err, disable=not _err.is_terminal) as bars:
        words = bars.add_task(f"{kind} by words", total=None)
        meaning = bars.add_task(f"{kind} by meaning", total=None)

        def report(position: IndexPosition) -> None:
            total = max(position.expected, position.documents)
            bars.update(words, total=total, completed=position.documents)
            bars.update(meaning, total=total, completed=position.embedded)

        yield report


def _status_lines(kind: Kind, standing: Standing, head: Mark) -> Iterator[str]:
    position = standing.position
    if standing.unfit or position is None:
        yield f"{kind}: no index that can be used: {standing.unfit}; the indexer makes one where it may"
        yield from _draft_lines(standing)
        return
    lags = _lags(position, head)
    yield f"{kind}: {position.documents:,} documents, {position.embedded:,} with vectors"
    yield f"  words    through change {position.words.sequence:,}, {lags['words_lag']:,} behind"
    yield f"  meaning  through change {position.meaning.sequence:,}, {lags['meaning_lag']:,} behind"
    kept = "an indexer keeps it up to date" if standing.kept else "no indexer is running"
    yield f"  generation {standing.generation}, {standing.size / 1e6:,.1f} MB; {kept}"
    yield from _draft_lines(standing)
    if standing.previous_until:
        until = f"{standing.previous_until:%Y-%m-%d %H:%M:%S} UTC"
        yield f"  `holotype index rollback` goes back to the index before, which is kept until {until}"
    for one in standing.parked[:SHOWN_PARKED]:
        again = f"{one.retry_at:%Y-%m-%d %H:%M:%S} UTC"
        yield f"  parked: {one.id} by its {one.part}, tried {one.tries} times, next at {again}: {one.reason}"
    if len(standing.parked) > SHOWN_PARKED:
        yield f"  and {len(standing.parked) - SHOWN_PARKED:,} more that are parked; --json names all"


def _draft_lines(standing: Standing) -> Iterator[str]:
    if rejected := standing.rejected:
        again = f"the indexer makes another at {rejected.retry_at:%Y-%m-%d %H:%M:%S} UTC if it has to"
        yield f"  rebuilds rejected: {rejected.tries}; {again}: {rejected.reason}"
    elif standing.draft:
        yield f"  a rebuild has {standing.draft.documents:,} of {standing.draft.expected:,} documents"


def _lags(position: IndexPosition | None, head: Mark) -> dict[str, int | None]:
    """Return by how many changes an index is behind."""
    if position is None:
        return {"words_lag": None, "meaning_lag": None}
    return {
        "words_lag": head.sequence - position.words.sequence,
        "meaning_lag": head.sequence - position.meaning.sequence,
    }
