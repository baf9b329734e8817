"""What could not be indexed, and stands aside so that it keeps nothing else back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
