"""What callers state of how a version was made: its environment, its code and its signature."""

from itertools import pairwise
from typing import Any, Self

from packaging.utils import InvalidName, canonicalize_name
from pydantic import Field, field_validator, model_validator

from app.registry.drafts.checking import Draft
from app.registry.drafts.rules import Flag, Json, Label, Text, Uri

MAX_PACKAGES = 5_000


class StatedDraft(Draft):
    """The base of what is stored once for all versions that state the same."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.stated():
            raise ValueError("nothing is stated here; leave it out")
        return self

    def stated(self) -> dict[str, Any]:
        """Return what is stated, by the names that the outside knows."""
        return self.model_dump(by_alias=True, exclude_defaults=True)


class PackageDraft(Draft):
    """A package that was installed.

    A name that a Python package may have is kept as the package index writes it (`scikit-learn` for
    `Scikit_Learn`); any other, such as that of a system library, is kept as it is.
    """

    name: Label
    version: Label

    @field_validator("name")
    @classmethod
    def _normalised(cls, name: str) -> str:
        try:
            return canonicalize_name(name, validate=True)
        except InvalidName:
            return name


class EnvironmentDraft(StatedDraft):
    """The software and hardware that a version was made in."""

    python: Label | None = None
    packages: list[PackageDraft] = Field(default=[], max_length=MAX_PACKAGES)
    hardware: Label | None = None
    os: Label | None = None
    container: Label | None = None
    seeds: Json | None = None
    command_line: Text | None = None

    @field_validator("packages")
    @classmethod
    def _each_once(cls, packages: list[PackageDraft]) -> list[PackageDraft]:
        ordered = sorted(packages, key=lambda package: package.name)
        for one, other in pairwise(ordered):
            if one.name == other.name:
                raise ValueError(f"the package {one.name!r} is given twice; give it once")
        return ordered


class CodeRevisionDraft(StatedDraft):
    """The state of the code that a version was made by."""

    repository: Uri | None = None
    commit: Label | None = None
    dirty: Flag = False
    patch_digest: Label | None = None


class SignatureDraft(StatedDraft):
    """What a version takes in and gives out."""

    inputs: Json | None = None
    outputs: Json | None = None
