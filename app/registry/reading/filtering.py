"""The neutral filter tree compiled to SQL: the same text rules as in the index."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, String, and_, exists, false, func, not_, or_, true
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.json_lists import elements
from app.lineage.tables import LineageEdge
from app.registry.reading.descent import derived_models
from app.registry.reading.matching import (
    has_property,
    number_matches,
    series_matches,
    text_matches,
    time_matches,
)
from app.registry.reading.predicates import (
    AnyVersion,
    LatestVersion,
    MadeWith,
    ModelTag,
    ModelTime,
    NotDerived,
    OfModel,
    Owned,
    Text,
    VersionHas,
    VersionMetric,
    VersionNumber,
    VersionProperty,
    VersionState,
    VersionText,
    VersionTime,
)
from app.registry.reading.provenance import MADE_WITH
from app.registry.reading.tasks import FURTHER_TASKS
from app.registry.tables import (
    Alias,
    Dataset,
    DatasetVersion,
    MetricSeries,
    ModelVersion,
    Namespace,
    Param,
    RegisteredModel,
    Tag,
)
from app.search.filters import (
    All,
    And,
    Contains,
    Exists,
    FactField,
    Filter,
    In,
    Keys,
    Not,
    Or,
    StartsWith,
    asks_outside,
    conditions_of,
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


def combined(tree: Filter, leaf: Callable[[Any], Condition]) -> Condition:
    """Return the SQL condition of a tree whose leaves `leaf` compiles."""
    match tree:
        case All():
            return true()
        case And(items):
            return and_(true(), *(combined(item, leaf) for item in items))
        case Or(items):
            return or_(false(), *(combined(item, leaf) for item in items))
        case Not(item):
            # A condition on an absent fact is unknown to SQL, and so would its negation be.
            return not_(func.coalesce(combined(item, leaf), false()))
    return leaf(tree)


def model_condition(tree: Filter) -> Condition:
    """Return the SQL condition on `RegisteredModel` that holds for the models that `tree` admits."""
    return combined(tree, _leaf)


def version_condition(tree: Filter) -> Condition:
    """Return the SQL condition on `ModelVersion` that holds for the versions that `tree` admits."""
    return combined(tree, _version_leaf)


def answered(session: ReadSession, tree: Filter) -> Filter:
    """Return a tree that admits the same living models and asks for nothing but what an index knows.

    What it does not know becomes one set of keys, read by one statement.
    """
    conditions = conditions_of(tree)
    outside = [condition for condition in conditions if asks_outside(condition)]
    if not outside:
        return tree
    living = select(RegisteredModel.key).where(col(RegisteredModel.deleted_at).is_(None))
    found = session.exec(living.where(*map(model_condition, outside)))
    keys = Keys(frozenset(key for key in found if key is not None))
    return And((*(condition for condition in conditions if not asks_outside(condition)), keys))


def _leaf(leaf: Any) -> Condition:
    condition: Condition
    match leaf:
        case Keys(keys):
            condition = col(RegisteredModel.key).in_(keys)
        case Owned(owner):
            owners = elements(RegisteredModel.owners)
            condition = exists(select(1).select_from(owners).where(owners.c.value.cast(String) == owner))
        case ModelTag(property):
            condition = has_property(col(RegisteredModel.id), Tag, property)
        case ModelTime(column, time):
            condition = time_matches(getattr(RegisteredModel, column), time)
        case AnyVersion(versions) | LatestVersion(versions):
            newest = isinstance(leaf, LatestVersion)
            condition = col(RegisteredModel.id).in_(_models_of(versions, newest=newest))
        case NotDerived(things):
            condition = col(RegisteredModel.id).not_in(derived_models(things))
        case _:
            condition = _fact(leaf)
    return condition


def _models_of(versions: Filter, *, newest: bool) -> Any:
    """Return the ids of the models of which any living version, or the newest, is admitted."""
    living = [col(ModelVersion.deleted_at).is_(None), version_condition(versions)]
    if newest:
        other = aliased(ModelVersion)
        highest = (
            select(func.max(other.number))
            .where(other.model_id == ModelVersion.model_id, col(other.deleted_at).is_(None))
            .correlate(ModelVersion)
            .scalar_subquery()
        )
        living.append(col(ModelVersion.number) == highest)
    # Models and versions may be nested in each other: each level has rows of its own.
    return select(ModelVersion.model_id).where(*living).correlate(None)


def _version_leaf(leaf: Any) -> Condition:
    condition: Condition
    match leaf:
        case OfModel(models):
            chosen = select(RegisteredModel.id).where(model_condition(models)).correlate(None)
            condition = col(ModelVersion.model_id).in_(chosen)
        case VersionHas(field, text):
            condition = _version_has(field, text)
        case VersionState(states):
            condition = col(ModelVersion.state).in_(states)
        case VersionNumber(column, number):
            condition = number_matches(getattr(ModelVersion, column), number)
        case VersionTime(column, time):
            condition = time_matches(getattr(ModelVersion, column), time)
        case _:
            condition = _version_holds(leaf)
    return condition


def _version_has(field: VersionText, text: Text) -> Condition:
    # Aliases and stages are plain ASCII, which SQL folds as Python does.
    if field is VersionText.ALIAS:
        named = select(Alias.version_id).where(text_matches(func.lower(Alias.name), text))
        return col(ModelVersion.id).in_(named.correlate(None))
    if field is VersionText.STAGE:
        return text_matches(func.lower(ModelVersion.stage), text)
    return text_matches(ModelVersion.framework_folded, text)


def _version_holds(leaf: Any) -> Condition:
    match leaf:
        case VersionProperty(param, property):
            return has_property(col(ModelVersion.id), Param if param else Tag, property)
        case VersionMetric(key, value):
            series = select(MetricSeries.owner_id).where(
                series_matches(key), number_matches(MetricSeries.value, value)
            )
            return col(ModelVersion.id).in_(series.correlate(None))
        case MadeWith(thing):
            for field, kind in MADE_WITH.items():
                if thing.startswith(kind.prefix):
                    return col(getattr(ModelVersion, f"{field}_id")) == thing
            return col(ModelVersion.id).in_(_made_with_dataset(thing))
    raise TypeError(f"a version is not filtered by {leaf}")


def _made_with_dataset(dataset: str) -> Any:
    return (
        select(LineageEdge.downstream)
        .join(DatasetVersion, col(DatasetVersion.id) == LineageEdge.upstream)
        .where(
            or_(col(DatasetVersion.dataset_id) == dataset, col(DatasetVersion.id) == dataset),
            col(LineageEdge.until).is_(None),
        )
        .correlate(None)
    )


def _fact(leaf: In | Contains | StartsWith | Exists) -> Condition:
    if leaf.field is FactField.TASK:
        further = col(RegisteredModel.id).in_(_with_further_task(leaf))
        return or_(_matches(RegisteredModel.task_folded, leaf), further)
    if leaf.field in _PLAIN:
        column: Any = _PLAIN[leaf.field]
        return _matches(column, leaf)
    if leaf.field in _LISTS:
        values = elements(_LISTS[leaf.field])
        return exists(select(1).select_from(values).where(_matches(values.c.value.cast(String), leaf)))
    if leaf.field is FactField.NAMESPACE:
        named = select(Namespace.id).where(_matches(Namespace.name_folded, leaf))
        return col(RegisteredModel.namespace_id).in_(named)
    return col(RegisteredModel.id).in_(_using_datasets(leaf))


def _with_further_task(leaf: In | Contains | StartsWith | Exists) -> Any:
    """Return the ids of what has a matching one in its tag of further tasks.

    In lower case, as canonical tasks are; apart from the models, so that the tags are read once a condition.
    """
    values = elements(Tag.value)
    return (
        select(Tag.subject_id)
        .join(values, true())
        .where(col(Tag.key) == FURTHER_TASKS, _matches(func.lower(values.c.value.cast(String)), leaf))
        .correlate(None)
    )


def _using_datasets(leaf: In | Contains | StartsWith | Exists) -> Any:
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


def _matches(column: Any, leaf: In | Contains | StartsWith | Exists) -> Condition:
    match leaf:
        case In(_, values):
            condition = column.in_(values)
        case Contains(_, value):
            condition = column.contains(value, autoescape=True)
        case StartsWith(_, value):
            condition = column.startswith(value, autoescape=True)
        case Exists():
            condition = column.is_not(None)
    return condition  # type: ignore[no-any-return]
