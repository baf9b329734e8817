"""What the writer notes of an index, in a document of its own among the others.

It is written after the documents that it speaks of can be found, and read before they are asked for, so it
is never ahead of an answer.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import orjson
from pydantic import ConfigDict, TypeAdapter, ValidationError

from app.search.contract import IndexPosition, Mark
from app.search.keeping import Ahead, Rejected
from app.search.opensearch.fields import STATE
from app.search.parking import Parked


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What of an index counts.

    Attributes:
        token: The fencing token of who wrote it last (`app.db.leases`); whoever has a lower one must not.
        digest: How the index is laid out and its documents are built.
        position: How far the index is.
        ahead: How far the log was followed beyond the position.
        filling_from: While all is read for the first time: the change that this began at.
        parked: What could not be indexed.
        rejected: The drafts before this one that were dropped.
        replaced_at: When another index took its place; None while it is the one that is searched, or a draft.
    """

    # Who wrote what this version does not know relies on it.
    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    digest: str
    position: IndexPosition
    filling_from: Mark | None = None
    ahead: Ahead | None = None
    parked: tuple[Parked, ...] = ()
    token: int = 0
    rejected: Rejected | None = None
    replaced_at: datetime | None = None


_STATE = TypeAdapter(State)


def state_source(state: State) -> dict[str, Any]:
    """Return the document of a state as it is kept."""
    return {STATE: orjson.loads(orjson.dumps(state))}


def state_of(source: dict[str, Any]) -> State | None:
    """Return the state that a document of `state_source` holds; None if it is of another make."""
    try:
        return _STATE.validate_python(source.get(STATE))
    except ValidationError:
        return None
