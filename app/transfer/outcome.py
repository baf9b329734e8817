"""What became of the lines of an import: counts by kind, and the lines that were rejected."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from app.errors import HolotypeError
from app.transfer.interchange import DatasetLine, ModelLine, Record
from app.transfer.reading import Stated


class Kind(StrEnum):
    """What is counted, in the order of a report."""

    LINE = "invalid line"
    USER = "user"
    NAMESPACE = "namespace"
    TASK = "task"
    METRIC_DEFINITION = "metric definition"
    DATASET = "dataset"
    DATASET_VERSION = "dataset version"
    REVOCATION = "revocation"
    MODEL = "model"
    VERSION = "version"
    PARAM = "param"
    METRIC_VALUE = "metric value"
    TAG = "tag"
    ALIAS = "alias"
    FORMER_NAME = "former name"
    RETIREMENT = "retirement"
    LINEAGE = "lineage edge"


@dataclass(frozen=True, slots=True)
class Reject:
    """Why a line was not imported; a line that breaks several rules is rejected for each.

    Attributes:
        line: The number of the line, from 1.
        path: The path of the field at fault, outermost first; empty when it is the line as a whole.
        reason: What is wrong, for a person.
        suggestions: What would have been accepted, best first.
    """

    file: Path
    line: int
    path: Sequence[str]
    reason: str
    suggestions: Sequence[str] = ()


@dataclass(slots=True)
class Tally:
    """How much of each kind was new, was there already as stated, or was in a rejected line."""

    new: Counter[Kind] = field(default_factory=Counter)
    unchanged: Counter[Kind] = field(default_factory=Counter)
    rejected: Counter[Kind] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        """Count what `other` counted."""
        self.new.update(other.new)
        self.unchanged.update(other.unchanged)
        self.rejected.update(other.rejected)

    @property
    def kinds(self) -> list[Kind]:
        """The kinds that occurred, in the order of a report."""
        return [kind for kind in Kind if self.new[kind] or self.unchanged[kind] or self.rejected[kind]]


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that contradicts the registry, found before anything was written for it."""

    line: Stated[Record]
    errors: Sequence[HolotypeError]


@dataclass(slots=True)
class Outcome:
    """What one transaction does with its lines; it counts only once it is committed."""

    tally: Tally = field(default_factory=Tally)
    refused: list[Refused] = field(default_factory=list)

    def count(self, kind: Kind, *, new: int = 0, unchanged: int = 0) -> None:
        """Count things of one kind."""
        self.tally.new[kind] += new
        self.tally.unchanged[kind] += unchanged


def contents(record: Record) -> Counter[Kind]:
    """Count what one line holds."""
    match record:
        case ModelLine(versions=versions):
            return Counter(
                {
                    Kind.MODEL: 1,
                    Kind.VERSION: len(versions),
                    Kind.PARAM: sum(len(version.params) for version in versions),
                    Kind.METRIC_VALUE: sum(len(version.metrics) for version in versions),
                    Kind.TAG: len(record.tags) + sum(len(version.tags) for version in versions),
                    Kind.ALIAS: sum(len(version.aliases) for version in versions),
                    Kind.FORMER_NAME: len(record.former_names),
                    Kind.RETIREMENT: 0 if record.retirement is None else 1,
                }
            )
        case DatasetLine(versions=versions):
            return Counter(
                {
                    Kind.DATASET: 1,
                    Kind.DATASET_VERSION: len(versions),
                    Kind.REVOCATION: sum(version.revocation is not None for version in versions),
                    Kind.TAG: len(record.tags),
                }
            )
        case _:
            return Counter({_KINDS[record.type]: 1})


_KINDS = {
    "namespace": Kind.NAMESPACE,
    "task": Kind.TASK,
    "metricDefinition": Kind.METRIC_DEFINITION,
    "lineage": Kind.LINEAGE,
}
