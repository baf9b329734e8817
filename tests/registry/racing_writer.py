"""A process that wants the same names and numbers as its rivals: `racing_writer.py FILE SECONDS`.

It opens the registry, says when it is ready, starts when it is told to, and prints what it won.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from app.db.engine import sqlite_url
from app.errors import AlreadyExists
from app.identity.principals import viewer_named
from app.identity.session import WriteSession, writing
from app.identity.viewer import AllowAll
from app.registry.drafts import ModelDraft, VersionDraft, draft
from app.registry.finding import ModelBy, find_model
from app.registry.opening import open_registry
from app.registry.registration import create_versions, register_models


def race(file: Path, seconds: float) -> dict[str, list[int]]:
    """Try one name and one number after the other and return those that were won."""
    database = open_registry(sqlite_url(file))
    with database.read() as session:
        viewer = viewer_named(session, "local")
    won: dict[str, list[int]] = {"names": [], "stated": [], "counted": []}

    def attempt(kind: str, move: Callable[[WriteSession, int], int], turn: int) -> None:
        try:
            with writing(database, viewer, AllowAll()) as session:
                number = move(session, turn)
        except AlreadyExists:
            return
        won[kind].append(number)

    print("ready", flush=True)  # noqa: T201 - the signal to the test
    sys.stdin.readline()
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
    return version(session, "stated", turn)


def take_next(session: WriteSession, _turn: int) -> int:
    """Create a version under the next number."""
    return version(session, "counted", None)


def version(session: WriteSession, model: str, number: int | None) -> int:
    """Create a version and return its number."""
    found = find_model(session, ModelBy(name=model))
    [made] = create_versions(session, [(found, draft(VersionDraft, {"number": number}))])
    return made.number


if __name__ == "__main__":
    print(json.dumps(race(Path(sys.argv[1]), float(sys.argv[2]))))  # noqa: T201 - the result for the test
