"""Models to be registered, and their changes."""

from typing import Any

from pydantic import Field, field_validator

from app.registry.drafts.checking import Draft
from app.registry.drafts.rules import MAX_TAGS, Label, Name, Text, Uri, Value


class FactsDraft(Draft):
    """The editable facts of a model."""

    display_name: Label | None = None
    description: Text | None = None
    task: Label | None = None
    task_as_written: Label | None = None
    domains: list[Label] = Field(default=[], max_length=50)
    framework: Label | None = None
    architecture: Label | None = None
    family: Label | None = None
    license: Label | None = None
    publisher: Label | None = None
    languages: list[Label] = Field(default=[], max_length=1_000)
    paper_url: Uri | None = None
    code_url: Uri | None = None
    page_url: Uri | None = None


class ModelDraft(FactsDraft):
    """A model to be registered in a namespace that exists."""

    namespace: Name = "default"
    name: Name
    tags: dict[Label, Value] = Field(default={}, max_length=MAX_TAGS)


class ModelPatch(FactsDraft):
    """New facts of a model."""

    owners: list[Label] = Field(default=[], max_length=100)

    @field_validator("domains", "languages", "owners", mode="before")
    @classmethod
    def _cleared(cls, value: Any) -> Any:
        return [] if value is None else value


class RenameDraft(Draft):
    """A model's new name."""

    name: Name


class RetirementDraft(Draft):
    """A model's retirement."""

    reason: Text = Field(min_length=1)
