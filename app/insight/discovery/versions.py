"""Which version stands for a model in an answer, and which versions' metrics order it."""

from collections.abc import Collection

from app.db.engine import ReadSession
from app.registry.reading.listing import latest_versions
from app.registry.reading.ordering import (
    MetricOrder,
    SearchOrder,
    measured_versions,
    newest_versions,
    values_of,
)
from app.registry.reading.predicates import AnyVersion, MetricKeyTest
from app.registry.tables import ModelVersion
from app.search.filters import All, Filter, conditions_of


def versions_shown(
    session: ReadSession, model_ids: Collection[str], tree: Filter, order: SearchOrder | None
) -> dict[str, ModelVersion]:
    """Return by model the version that stands for it in an answer.

    In the order of a metric that is the one whose value counts, else the newest that the filter's condition
    on any version admits, else the latest.
    """
    shown = latest_versions(session, model_ids)
    if (admitted := _any_version(tree)) is not None:
        shown |= newest_versions(session, model_ids, admitted)
    if isinstance(order, MetricOrder):
        values = values_of(session, model_ids, order)
        shown |= measured_versions(session, values, order)
    return shown


def by_metric(key: MetricKeyTest, tree: Filter, *, descending: bool) -> MetricOrder:
    """Return the order by a metric of those versions that the filter's condition on any version admits."""
    return MetricOrder(key, descending, _any_version(tree) or All())


def _any_version(tree: Filter) -> Filter | None:
    return next((one.versions for one in conditions_of(tree) if isinstance(one, AnyVersion)), None)
