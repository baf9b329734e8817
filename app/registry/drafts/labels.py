"""Tags to be set."""

from pydantic import Field

from app.registry.drafts.checking import Draft
from app.registry.drafts.rules import MAX_TAGS, Label, Value


class TagsDraft(Draft):
    """Tags to be set on something that exists."""

    tags: dict[Label, Value] = Field(min_length=1, max_length=MAX_TAGS)
