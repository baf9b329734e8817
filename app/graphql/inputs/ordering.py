"""Orders of lists."""

import strawberry
from strawberry import UNSET

from app.graphql.enums import ModelOrderField, OrderDirection, VersionOrderField
from app.graphql.inputs.filters import MetricKeyInput
from app.graphql.inputs.matching import Matches
from app.insight.discovery.versions import by_metric
from app.registry.reading import listing, ordering
from app.search.filters import Filter


@strawberry.input(description="An order of models.")
class ModelOrder:
    """An order of models."""

    field: ModelOrderField = strawberry.field(description="What is compared.")
    direction: OrderDirection = strawberry.field(description="Which way the list runs.")


@strawberry.input(description="An order of models by a metric; those without it come last.")
class MetricOrder:
    """An order of models by a metric."""

    key: MetricKeyInput = strawberry.field(description="Which metric; parts that are left out match any.")
    direction: OrderDirection = strawberry.field(
        description="Which way the list runs. Descending, the highest value of a model's versions counts, "
        "ascending the lowest; of the versions that `anyVersion` admits, if the filter has one."
    )


@strawberry.input(one_of=True, description="An order of what was found.")
class SearchOrder:
    """An order of what was found."""

    metric: MetricOrder | None = strawberry.field(default=UNSET, description="By a metric.")
    field: ModelOrder | None = strawberry.field(default=UNSET, description="By a field of the model.")


@strawberry.input(description="An order of versions.")
class VersionOrder:
    """An order of versions."""

    field: VersionOrderField = strawberry.field(description="What is compared.")
    direction: OrderDirection = strawberry.field(description="Which way the list runs.")


def model_order(given: ModelOrder | None) -> tuple[listing.ModelOrder, bool]:
    """Return the order that is asked for, by name without one, and whether it runs downward."""
    if not given:
        return listing.ModelOrder.NAME, False
    return listing.ModelOrder[given.field.name], given.direction is OrderDirection.DESC


def search_order(given: SearchOrder | None, admitted: Filter) -> ordering.SearchOrder | None:
    """Return the order of what the filter admits that is asked for, None for relevance.

    Raises:
        InvalidInput: A text of a metric's key is one that no store can keep.
    """
    if not given:
        return None
    if given.field:
        return ordering.FieldOrder(*model_order(given.field))
    if not given.metric:
        return None
    key = Matches().metric_key(given.metric.key, ("orderBy", "metric", "key"))
    return by_metric(key, admitted, descending=given.metric.direction is OrderDirection.DESC)


def version_order(
    given: VersionOrder | None, otherwise: listing.VersionOrder
) -> tuple[listing.VersionOrder, bool]:
    """Return the order that is asked for, else `otherwise` downward, and whether it runs downward."""
    if not given:
        return otherwise, True
    return listing.VersionOrder[given.field.name], given.direction is OrderDirection.DESC
