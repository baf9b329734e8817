"""Orders of lists."""

import strawberry

from app.graphql.enums import ModelOrderField, OrderDirection, VersionOrderField
from app.registry import listing


@strawberry.input(description="An order of models.")
class ModelOrder:
    """An order of models."""

    field: ModelOrderField = strawberry.field(description="What is compared.")
    direction: OrderDirection = strawberry.field(description="Which way the list runs.")


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


def version_order(
    given: VersionOrder | None, otherwise: listing.VersionOrder
) -> tuple[listing.VersionOrder, bool]:
    """Return the order that is asked for, else `otherwise` downward, and whether it runs downward."""
    if not given:
        return otherwise, True
    return listing.VersionOrder[given.field.name], given.direction is OrderDirection.DESC
