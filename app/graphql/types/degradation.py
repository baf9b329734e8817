"""Why an answer of an index is not whole."""

import strawberry

from app.graphql.enums import DegradationCode
from app.insight.discovery import asking


@strawberry.type(description="A reason why an answer is not whole.")
class Degradation:
    """A reason why an answer is not whole."""

    code: DegradationCode = strawberry.field(description="The reason, for programs.")
    message: str = strawberry.field(description="The reason, for people.")


def degradation(one: asking.Degradation) -> Degradation:
    """Make a degradation of its reason."""
    return Degradation(code=DegradationCode(one.code.value), message=one.message)
