"""How drafts are checked: strictly, and with every finding told in the product's own words."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from app.db.text import nearest
from app.errors import HolotypeError, InvalidInput, LimitExceeded, Refusals

AnyDraft = TypeVar("AnyDraft", bound=BaseModel)

CHOICES = {"enum", "literal_error"}
LIMITS = {"too_long", "string_too_long"}
WORDS = {
    "missing": "this is required",
    "extra_forbidden": "there is no such field; leave it out",
    "string_type": "text is needed",
    "string_too_short": "text of at least {min_length} character is needed; leave it out to have none",
    "string_too_long": "at most {max_length:,} characters are kept here",
    "list_type": "a list is needed",
    "dict_type": "an object is needed",
    "model_type": "an object is needed",
    "model_attributes_type": "an object is needed",
    "too_short": "at least {min_length} entry is needed",
    "too_long": "at most {max_length:,} entries are kept here",
    "int_type": "an integer is needed, as a JSON number",
    "int_from_float": "an integer is needed, as a JSON number",
    "float_type": "a number is needed, as a JSON number",
    "bool_type": "true or false is needed",
    "greater_than_equal": "a number from {ge} upward is needed",
    "less_than_equal": "a number up to {le} is needed",
    "enum": "one of {expected} is needed",
    "literal_error": "{expected} is needed",
}
"""What Pydantic's findings are called, by their type."""


class Draft(BaseModel):
    """The base of all drafts: unknown fields are refused, nothing is guessed."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )


def refusals_of(invalid: ValidationError) -> list[HolotypeError]:
    """Turn Pydantic's findings into refusals, each with the path of its field."""
    refusals: list[HolotypeError] = []
    for finding in invalid.errors(include_url=False):
        context: dict[str, Any] = finding.get("ctx", {})
        refused = context.get("error")
        inner = refused.field if isinstance(refused, InvalidInput) else ()
        message = str(refused) if refused else WORDS.get(finding["type"], "another kind of value is needed")
        kind = LimitExceeded if finding["type"] in LIMITS else InvalidInput
        path = [str(part) for part in finding["loc"] if part != "[key]"]
        told = message if refused else message.format(**context)
        refusals.append(kind(told, field=[*path, *inner], suggestions=_suggestions(finding)))
    return refusals


def _suggestions(finding: ErrorDetails) -> list[str]:
    """Return the nearest of the values among which one has to be chosen."""
    if finding["type"] not in CHOICES or not isinstance(finding["input"], str):
        return []
    return nearest(finding["input"], re.findall(r"'([^']+)'", finding["ctx"]["expected"]))


def draft(kind: type[AnyDraft], values: Mapping[str, Any]) -> AnyDraft:
    """Check `values` and make a draft of them.

    Raises:
        Refusals: Every rule that a value breaks, each with the path of its field.
    """
    try:
        return kind.model_validate(dict(values))
    except ValidationError as invalid:
        raise Refusals(refusals_of(invalid)) from None
