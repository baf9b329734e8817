"""Short lists of what a registry knows: namespaces, datasets, tasks and metric definitions."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlmodel import col, select

from app.db.cursors import Order, named
from app.db.engine import ReadSession
from app.db.paging import Page, PageRequest, list_page, sequence_page
from app.db.text import fold
from app.registry.reading.filtering import combined
from app.registry.reading.matching import Condition, has_property, text_fits, text_matches
from app.registry.reading.predicates import Property, Text
from app.registry.tables import Dataset, DatasetVersion, MetricDefinition, Namespace, Tag, Task
from app.search.filters import All, Filter, Outside

Named = TypeVar("Named", Task, MetricDefinition)


@dataclass(frozen=True, slots=True)
class DatasetNamespace(Outside):
    """The name of the dataset's namespace meets a condition."""

    text: Text


@dataclass(frozen=True, slots=True)
class DatasetName(Outside):
    """The dataset's name meets a condition."""

    text: Text


@dataclass(frozen=True, slots=True)
class DatasetTag(Outside):
    """The dataset has a tag like this."""

    property: Property


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFacts(Outside):
    """One and the same version of the dataset states all of these facts.

    Attributes:
        license: A condition on the licence; None where it does not matter.
        without_license: Whether no licence is stated.
        contains_pii: What is stated of personal data: not stated is neither.
        revoked: Whether the version is revoked.
    """

    license: Text | None = None
    without_license: bool = False
    contains_pii: bool | None = None
    revoked: bool | None = None


def list_namespaces(session: ReadSession, request: PageRequest, *, counted: bool = False) -> Page[Namespace]:
    """Return a page of the namespaces, by name."""
    return list_page(session, select(Namespace), Order("namespaces", ("name",)), request, counted=counted)


def list_datasets(
    session: ReadSession,
    request: PageRequest,
    *,
    admitted: Filter = All(),  # noqa: B008 - a frozen value
    counted: bool = False,
) -> Page[Dataset]:
    """Return a page of the datasets that the filter admits, by name."""
    statement = select(Dataset).where(dataset_condition(session, admitted))
    name = named("datasets", {"filter": repr(admitted)})
    return list_page(session, statement, Order(name, ("name_folded", "id")), request, counted=counted)


def datasets_admitted(session: ReadSession, admitted: Filter) -> list[str]:
    """Return the ids of all datasets that the filter admits."""
    return list(session.exec(select(Dataset.id).where(dataset_condition(session, admitted))))


def datasets_by_id(session: ReadSession, ids: Collection[str]) -> dict[str, Dataset]:
    """Return datasets by id; unknown ids are left out."""
    return {row.id: row for row in session.exec(select(Dataset).where(col(Dataset.id).in_(ids)))}


def list_tasks(session: ReadSession, request: PageRequest, *, text: str | None = None) -> Page[Task]:
    """Return a page of the tasks whose name, title, description or synonyms contain `text`, by name."""
    every = session.exec(select(Task).order_by(col(Task.name))).all()
    return _with_words(every, "tasks", request, text, lambda task: [task.title])


def list_metric_definitions(
    session: ReadSession, request: PageRequest, *, text: str | None = None
) -> Page[MetricDefinition]:
    """Return a page of the metrics whose name, description or synonyms contain `text`, by name."""
    every = session.exec(select(MetricDefinition).order_by(col(MetricDefinition.name))).all()
    return _with_words(every, "metric_definitions", request, text, lambda _: [])


def _with_words(
    every: Iterable[Named],
    kind: str,
    request: PageRequest,
    text: str | None,
    further: Callable[[Named], Sequence[str]],
) -> Page[Named]:
    words = set(fold(text or "").split())

    def named_so(thing: Named) -> bool:
        known = fold(" ".join([thing.name, *further(thing), thing.description or "", *thing.synonyms]))
        return all(word in known for word in words)

    found = [thing for thing in every if named_so(thing)]
    order = Order(named(kind, {"text": text}), ("name",))
    return sequence_page(found, [thing.name for thing in found], order, request)


def dataset_condition(session: ReadSession, admitted: Filter) -> Condition:
    """Return the condition of the datasets that the filter admits."""
    licenses: list[str] = []

    def condition(leaf: Any) -> Condition:
        if isinstance(leaf, DatasetFacts) and leaf.license is not None and not licenses:
            licenses.extend(text for text in session.exec(select(DatasetVersion.license).distinct()) if text)
        return _leaf_condition(leaf, licenses)

    return combined(admitted, condition)


def _leaf_condition(leaf: Any, licenses: Sequence[str]) -> Condition:
    condition: Condition
    match leaf:
        case DatasetNamespace(text):
            mine = select(Namespace.id).where(text_matches(Namespace.name_folded, text))
            condition = col(Dataset.namespace_id).in_(mine)
        case DatasetName(text):
            condition = text_matches(Dataset.name_folded, text)
        case DatasetTag(property):
            condition = has_property(col(Dataset.id), Tag, property)
        case DatasetFacts():
            condition = _states(leaf, licenses)
        case _:
            raise TypeError(f"a dataset is not filtered by {leaf}")
    return condition


def _states(facts: DatasetFacts, licenses: Sequence[str]) -> Condition:
    row: Any = DatasetVersion
    conditions = []
    if facts.license is not None:
        # Licences are few and have no folded column: Python compares them.
        conditions.append(row.license.in_([one for one in licenses if text_fits(fold(one), facts.license)]))
    if facts.without_license:
        conditions.append(row.license.is_(None))
    if facts.contains_pii is not None:
        conditions.append(row.contains_pii.is_(facts.contains_pii))
    if facts.revoked is not None:
        conditions.append(row.revoked_at.is_not(None) if facts.revoked else row.revoked_at.is_(None))
    return col(Dataset.id).in_(select(DatasetVersion.dataset_id).where(*conditions))
