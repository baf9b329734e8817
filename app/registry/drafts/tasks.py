"""Tasks to be defined."""

from pydantic import Field

from app.registry.drafts.checking import Draft
from app.registry.drafts.rules import Label, Name, Text


class TaskDraft(Draft):
    """A task to be defined."""

    name: Name
    title: Label
    description: Text | None = None
    synonyms: list[Label] = Field(default=[], max_length=100)
