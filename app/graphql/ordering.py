"""Orders of lists."""

import strawberry

from app.graphql.enums import ModelOrderField, OrderDirection, VersionOrderField


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
