"""The neutral filter tree compiled to SQL: the same text rules as in the index."""

from typing import Any

from sqlalchemy import ColumnElement, String, and_, exists, false, func, not_, or_, true
from sqlmodel import col, select

from app.lineage.tables import LineageEdge
from app.registry.tables import Dataset, DatasetVersion, ModelVersion, Namespace, RegisteredModel, Tag
from app.registry.tasks import FURTHER_TASKS
from app.search.filters import (
    All,
    And,
    Contains,
    Equals,
    Exists,
    FactField,
    Filter,
    In,
    Keys,
    Not,
    Or,
    StartsWith,
)

Condition = ColumnElement[bool]

_PLAIN = {
    FactField.NAME: RegisteredModel.name_folded,
    FactField.FRAMEWORK: RegisteredModel.framework_folded,
    FactField.ARCHITECTURE: RegisteredModel.architecture_folded,
    FactField.FAMILY: RegisteredModel.family_folded,
    FactField.LICENSE: RegisteredModel.license_folded,
    FactField.PUBLISHER: RegisteredModel.publisher_folded,
}
_LISTS = {
    FactField.DOMAIN: RegisteredModel.domains_folded,
    FactField.LANGUAGE: RegisteredModel.languages_folded,
}


def model_condition(tree: Filter) -> Condition:
    """Return the SQL condition on `RegisteredModel` that holds for the models that `tree` admits."""
    match tree:
        case All():
            return true()
        case And(items):
            return and_(true(), *map(model_condition, items))
        case Or(items):
            return or_(false(), *map(model_condition, items))
        case Not(item):
            # A condition on an absent fact is unknown to SQL, and so would its negation be.
            return not_(func.coalesce(model_condition(item), false()))
        case Keys(keys):
            return col(RegisteredModel.key).in_(keys)
    return _leaf(tree)


def _leaf(leaf: Equals | In | Contains | StartsWith | Exists) -> Condition:
    if leaf.field is FactField.TASK:
        return or_(_matches(RegisteredModel.task_folded, leaf), _further_task(leaf))
    if leaf.field in _PLAIN:
        column: Any = _PLAIN[leaf.field]
        return _matches(column, leaf)
    if leaf.field in _LISTS:
        values = func.json_each(_LISTS[leaf.field]).table_valued("value")
        return exists(select(1).select_from(values).where(_matches(values.c.value.cast(String), leaf)))
    if leaf.field is FactField.NAMESPACE:
        named = select(Namespace.id).where(_matches(Namespace.name_folded, leaf))
        return col(RegisteredModel.namespace_id).in_(named)
    return col(RegisteredModel.id).in_(_using_datasets(leaf))


def _further_task(leaf: Equals | In | Contains | StartsWith | Exists) -> Condition:
    """Return whether the tag of further tasks holds a matching one, in lower case as canonical tasks are."""
    values = func.json_each(Tag.value).table_valued("value")
    return exists(
        select(1)
        .select_from(Tag)
        .join(values, true())
        .where(
            col(Tag.subject_id) == RegisteredModel.id,
            col(Tag.key) == FURTHER_TASKS,
            _matches(func.lower(values.c.value.cast(String)), leaf),
        )
    )


def _using_datasets(leaf: Equals | In | Contains | StartsWith | Exists) -> Any:
    return (
        select(ModelVersion.model_id)
        .join(LineageEdge, col(LineageEdge.downstream) == ModelVersion.id)
        .join(DatasetVersion, col(DatasetVersion.id) == LineageEdge.upstream)
        .join(Dataset, col(Dataset.id) == DatasetVersion.dataset_id)
        .where(
            _matches(Dataset.name_folded, leaf),
            col(ModelVersion.deleted_at).is_(None),
            col(LineageEdge.until).is_(None),
        )
    )


def _matches(column: Any, leaf: Equals | In | Contains | StartsWith | Exists) -> Condition:
    match leaf:
        case Equals(_, value):
            condition = column == value
        case In(_, values):
            condition = column.in_(values)
        case Contains(_, value):
            condition = column.contains(value, autoescape=True)
        case StartsWith(_, value):
            condition = column.startswith(value, autoescape=True)
        case Exists():
            condition = column.is_not(None)
    return condition  # type: ignore[no-any-return]
