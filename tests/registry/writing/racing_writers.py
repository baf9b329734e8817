"""Processes that want the same names and numbers: `racing_writers.py URL WRITERS SECONDS`.

They open a new registry all at once, wait for each other, race, and what each won is printed as JSON.
"""

import json
import multiprocessing
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.synchronize import Barrier

from app.errors import AlreadyExists
from app.identity.principals import viewer_named
from app.identity.session import WriteSession, write
from app.identity.viewer import AllowAll
from app.registry.drafts import ModelDraft, VersionDraft, draft
from app.registry.opening import open_registry
from app.registry.reading.finding import ModelBy, find_model
from app.registry.writing.registration import create_versions, register_models

Won = dict[str, list[int]]

LONGEST_START_SECONDS = 30

meeting: Barrier


def meet_at(barrier: Barrier) -> None:
    """Let the writers of this process wait there for the others."""
    global meeting  # noqa: PLW0603 - a barrier reaches a process only as it is made
    meeting = barrier


def race(url: str, seconds: float) -> Won:
    """Open the registry, try one name and one number after the other, and return those that were won."""
    database = open_registry(url)
    with database.read() as session:
        viewer = viewer_named(session, "local")
    won: Won = {"names": [], "stated": [], "counted": []}

    def attempt(kind: str, move: Callable[[WriteSession, int], int], turn: int) -> None:
        try:
            number = write(database, viewer, AllowAll(), lambda session: move(session, turn))
        except AlreadyExists:
            return
        won[kind].append(number)

    attempt("names", register, 0)
    meeting.wait()
    end = time.monotonic() + seconds
    turn = 0
    while time.monotonic() < end:
        turn += 1
        attempt("names", register, turn)
        attempt("stated", take_number, turn)
        attempt("counted", take_next, turn)
    database.close()
    return won


def register(session: WriteSession, turn: int) -> int:
    """Register the model of this turn."""
    register_models(session, [draft(ModelDraft, {"name": f"model-{turn}"})])
    return turn


def take_number(session: WriteSession, turn: int) -> int:
    """Create a version under the number of this turn."""
    return version(session, turn)


def take_next(session: WriteSession, _turn: int) -> int:
    """Create a version under the next number."""
    return version(session, None)


def version(session: WriteSession, number: int | None) -> int:
    """Create a version and return its number; stated and counted numbers are of one model each."""
    found = find_model(session, ModelBy(name="model-0" if number is None else "model-1"))
    [made] = create_versions(session, [(found, draft(VersionDraft, {"number": number}))])
    return made.number


def start(url: str, writers: int, seconds: float) -> list[Won]:
    """Start the writers as forks, so that the code is read once, and return what each won."""
    context = multiprocessing.get_context("fork")
    # Who fails before the others start leaves none of them waiting.
    barrier = context.Barrier(writers, timeout=LONGEST_START_SECONDS)
    with ProcessPoolExecutor(writers, context, initializer=meet_at, initargs=(barrier,)) as pool:
        racers = [pool.submit(race, url, seconds) for _ in range(writers)]
    return [racer.result() for racer in racers]


if __name__ == "__main__":
    print(json.dumps(start(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))))  # noqa: T201 - for the test
