"""Conditions that the database alone can answer: what the search index does not know.

They stand as leaves in the filter tree of `app.search.filters`, beside the facts that the index knows too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.search.filters import Filter, Outside


class Way(StrEnum):
    """How text is compared; both sides are folded."""

    IN = "in"
    CONTAINS = "contains"
    STARTS_WITH = "startsWith"
    EXISTS = "exists"


@dataclass(frozen=True, slots=True)
class Text:
    """A condition on text: it is one of `values`, contains or starts with the only one, or is there."""

    way: Way
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """Bounds of a number; all that are given hold, and without any it need not be there."""

    equals: float | None = None
    gt: float | None = None
    gte: float | None = None
    lt: float | None = None
    lte: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """Bounds of a moment, both exclusive; all that are given hold, and without any it need not be there."""

    after: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A condition on the value under a key; without further parts the key is there."""

    key: str
    text: Text | None = None
    number: Number | None = None
    boolean: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricKeyTest:
    """Which series are meant. A part that is absent matches any.

    Attributes:
        name: The folded term (`app.db.text.fold_term`).
        called: The name as it was asked for, which messages show.
        parts: By column of the series, what it holds: None means nothing.
        conditions: All that the series has; none where that is empty.
    """

    name: str
    called: str = field(compare=False, repr=False)
    parts: tuple[tuple[str, str | None], ...] = ()
    conditions: tuple[tuple[str, str], ...] | None = None

    def columns(self) -> Iterator[tuple[str, Any]]:
        """Yield the columns of the series that the key speaks of, each with what it holds."""
        yield "name_folded", self.name
        yield from self.parts
        if self.conditions is not None:
            yield "conditions", dict(sorted(self.conditions))


@dataclass(frozen=True, slots=True)
class Owned(Outside):
    """The model has this principal among its owners."""

    owner: str


@dataclass(frozen=True, slots=True)
class ModelTag(Outside):
    """The model has a tag like this."""

    property: Property


@dataclass(frozen=True, slots=True)
class ModelTime(Outside):
    """A moment of the model, by its column, lies within bounds."""

    column: str
    time: Time


@dataclass(frozen=True, slots=True)
class AnyVersion(Outside):
    """One and the same living version of the model is admitted by `versions`."""

    versions: Filter


@dataclass(frozen=True, slots=True)
class LatestVersion(Outside):
    """The living version with the highest number is admitted by `versions`."""

    versions: Filter


@dataclass(frozen=True, slots=True)
class OfModel(Outside):
    """The version's model is admitted by `models`."""

    models: Filter


@dataclass(frozen=True, slots=True)
class NotDerived(Outside):
    """No living version of the model derives from any of these things, by their ids."""

    things: tuple[str, ...]


class VersionText(StrEnum):
    """The texts of a version that are filtered."""

    STAGE = "stage"
    ALIAS = "alias"
    FRAMEWORK = "framework"


@dataclass(frozen=True, slots=True)
class VersionHas(Outside):
    """A text of the version, or any of its aliases, meets a condition."""

    field: VersionText
    text: Text


@dataclass(frozen=True, slots=True)
class VersionState(Outside):
    """The version is in one of these states."""

    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionNumber(Outside):
    """A number of the version, by its column, lies within bounds."""

    column: str
    number: Number


@dataclass(frozen=True, slots=True)
class VersionTime(Outside):
    """A moment of the version, by its column, lies within bounds."""

    column: str
    time: Time


@dataclass(frozen=True, slots=True)
class VersionProperty(Outside):
    """The version has a tag, or a param, like this."""

    param: bool
    property: Property


@dataclass(frozen=True, slots=True)
class VersionMetric(Outside):
    """The latest value of a series of the version lies within bounds."""

    key: MetricKeyTest
    value: Number


@dataclass(frozen=True, slots=True)
class MadeWith(Outside):
    """The version was made with a thing: a dataset, a version of one, an environment, code or a signature.

    Attributes:
        thing: Its id.
    """

    thing: str
