"""How far the index is, as bars on a terminal and as lines elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from app.cli.client.asking import Unanswered, ask
from app.cli.terminal import err, say

QUERY = """
{
  serverInfo { wordsLag meaningLag indexedModels embeddedModels }
  registeredModels(first: 1) { totalCount }
}
"""
STALLED_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Indexed:
    """How many of the models are found by words and by meaning, and whether that is everything."""

    models: int
    by_words: int
    by_meaning: int
    whole: bool


def indexed(url: str) -> Indexed | None:
    """Ask the API how far the index is; None when it does not say."""
    try:
        answer = ask(url, QUERY, patience=5)
    except Unanswered:
        return None
    info, models = answer["serverInfo"], answer["registeredModels"]
    if not info or not models:
        return None
    return Indexed(
        models["totalCount"],
        info["indexedModels"] or 0,
        info["embeddedModels"] or 0,
        info["wordsLag"] == info["meaningLag"] == 0,
    )


@contextmanager
def indexing_bars(url: str) -> Iterator[Callable[[], bool]]:
    """Give what draws how far the index is, and tells whether there is nothing left to wait for.

    Nothing is left either when the index does not move any more, as without an encoder.
    """
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=err, disable=not err.is_terminal) as bars:
        words = bars.add_task("words", total=None)
        meaning = bars.add_task("meaning", total=None)
        last: Indexed | None = None
        moved = time.monotonic()

        def draw() -> bool:
            nonlocal last, moved
            now = indexed(url)
            if now != last and now is not None:
                last, moved = now, time.monotonic()
                bars.update(words, total=now.models, completed=now.by_words)
                bars.update(meaning, total=now.models, completed=now.by_meaning)
            return (now is not None and now.whole) or time.monotonic() - moved > STALLED_SECONDS

        yield draw
    if last is not None:
        follows = "" if last.whole else "; the rest follows"
        counted = f"{last.by_words:,} of {last.models:,} models by words, {last.by_meaning:,} by meaning"
        say(f"indexed: {counted}{follows}")
