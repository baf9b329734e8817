"""What could not be indexed, and stands aside so that it keeps nothing else back."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=1)


class Part(StrEnum):
    """What of a document is found: it by its words, or it by its meaning too."""

    WORDS = "words"
    MEANING = "meaning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """What could not be indexed, so that the position passes it by until it can.

    Attributes:
        id: The document.
        part: What is missing of it.
        reason: Why, in words for a person.
        tries: How often it was tried.
        retry_at: When it is tried again.
    """

    id: str
    part: Part
    reason: str
    tries: int
    retry_at: datetime

    def __str__(self) -> str:
        wait = (self.retry_at - datetime.now(UTC)).total_seconds()
        what = f"{self.id} cannot be indexed by its {self.part} ({self.reason})"
        return f"{what}; what the index holds of it stays; trying again in {wait:.0f} s"


def park(document_id: str, part: Part, reason: str, before: Parked | None) -> Parked:
    """Return what is parked now, for longer each time it failed; `before` is how it is parked already."""
    tries = before.tries + 1 if before and before.part is part else 1
    return Parked(id=document_id, part=part, reason=reason, tries=tries, retry_at=retry_at(tries))


def retry_at(tries: int) -> datetime:
    """Return when to try again what was tried so often: from one time to the next the pause doubles."""
    pause: timedelta = min(FIRST_RETRY * 2 ** min(tries - 1, 10), LONGEST_RETRY)
    return datetime.now(UTC) + pause
