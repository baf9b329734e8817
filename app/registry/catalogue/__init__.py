"""What every registry knows from the start: canonical tasks in plain words and well-known metrics.

The entries are data (`tasks.json`, `metrics.json`, one entry a line); own tasks and definitions stand beside
them in the database.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any, Generic, Literal, Protocol, TypeVar

import orjson

from app.db.text import fold_term

__all__ = [
    "MetricNames",
    "ShippedMetric",
    "ShippedTask",
    "TaskNames",
    "shipped_metrics",
    "shipped_tasks",
]

_TRAILING_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")


@dataclass(frozen=True, slots=True)
class ShippedTask:
    """A canonical task.

    Attributes:
        name: As the field writes it, in snake_case: ``object_detection``.
        title: As on a page: ``Object detection``.
        description: One line in plain words, as a person would ask for it.
        synonyms: Its other names and abbreviations; none names two tasks.
    """

    name: str
    title: str
    description: str
    synonyms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShippedMetric:
    """A well-known metric.

    Attributes:
        name: As it is mostly written: ``box AP``.
        direction: Which way it gets better; ``NONE`` where neither way is better as such.
        unit: The unit of its values, or None where that varies (a fraction here, a percentage there).
        description: What it measures, in one line.
        synonyms: Other names of the same quantity, never of a variant measured in another way.
    """

    name: str
    direction: Literal["MAXIMIZE", "MINIMIZE", "NONE"]
    unit: str | None
    description: str
    synonyms: tuple[str, ...]


class NamedMetric(Protocol):
    """What a metric definition must have to be found."""

    @property
    def name(self) -> str: ...
    @property
    def synonyms(self) -> Sequence[str]: ...


class NamedTask(NamedMetric, Protocol):
    """What a task must have to be found: a row of the database has it as well as a shipped task."""

    @property
    def title(self) -> str: ...


Task = TypeVar("Task", bound=NamedTask)
Metric = TypeVar("Metric", bound=NamedMetric)


class TaskNames(Generic[Task]):
    """Finds a task by any of its names, with case, blanks, ``_`` and ``-`` alike.

    A name wins over a title, a title over a synonym, and an earlier task over a later one; so a task of one's
    own is found by its name even where a shipped task has that as a synonym.
    """

    def __init__(self, tasks: Iterable[Task]) -> None:
        known = tuple(tasks)
        self._by_term = _first_of_each(
            chain(
                ((task.name, task) for task in known),
                ((task.title, task) for task in known),
                ((synonym, task) for task in known for synonym in task.synonyms),
            )
        )

    def canonical(self, text: str) -> Task | None:
        """Return the task that `text` names, or None.

        Where the whole text names none, a bracket at its end is left out: ``Speech recognition (ASR)``.
        """
        return self._by_term.get(fold_term(text)) or self._by_term.get(
            fold_term(_TRAILING_BRACKETS.sub("", text))
        )


class MetricNames(Generic[Metric]):
    """Finds a metric definition by any of its names, with case, blanks, ``_`` and ``-`` alike.

    A name wins over a synonym, and an earlier definition over a later one.
    """

    def __init__(self, metrics: Iterable[Metric]) -> None:
        known = tuple(metrics)
        self._by_term = _first_of_each(
            chain(
                ((metric.name, metric) for metric in known),
                ((synonym, metric) for metric in known for synonym in metric.synonyms),
            )
        )

    def canonical(self, text: str) -> Metric | None:
        """Return the definition that `text` names, or None.

        Brackets stay part of the name here: ``PSNR (Y)`` and ``PSNR`` are measured in different ways.
        """
        return self._by_term.get(fold_term(text))


@cache
def shipped_tasks() -> tuple[ShippedTask, ...]:
    """Return the shipped tasks in order of their names."""
    return tuple(ShippedTask(**entry) for entry in _entries("tasks.json"))


@cache
def shipped_metrics() -> tuple[ShippedMetric, ...]:
    """Return the shipped metric definitions in order of their folded names."""
    return tuple(ShippedMetric(**entry) for entry in _entries("metrics.json"))


def _entries(file: str) -> Iterator[dict[str, Any]]:
    for entry in orjson.loads(files(__name__).joinpath(file).read_bytes()):
        yield entry | {"synonyms": tuple(entry["synonyms"])}


Entry = TypeVar("Entry")


def _first_of_each(spellings: Iterable[tuple[str, Entry]]) -> dict[str, Entry]:
    by_term: dict[str, Entry] = {}
    for spelling, entry in spellings:
        by_term.setdefault(fold_term(spelling), entry)
    return by_term
