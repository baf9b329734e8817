"""Parsing a line of the interchange format, and saying in its words what is wrong with it."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, get_args

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from app.db.text import nearest
from app.errors import HolotypeError, InvalidInput, Refusals
from app.registry.drafts.checking import refusals_of
from app.transfer.interchange import Header, Record

_LINES: TypeAdapter[Header | Record] = TypeAdapter(Annotated[Header | Record, Field(discriminator="type")])
_TYPES: dict[str, type[BaseModel]] = {
    get_args(line.model_fields["type"].annotation)[0]: line for line in (Header, *get_args(Record))
}
"""The kinds of lines by their type."""


def parse_line(text: bytes) -> Header | Record:
    """Return the record of one line.

    Raises:
        Refusals: Everything that is wrong with the line, each with the path of its field.
    """
    try:
        return _LINES.validate_json(text)
    except ValidationError as invalid:
        raise Refusals(_refusals(text, invalid)) from None


def _refusals(text: bytes, invalid: ValidationError) -> list[HolotypeError]:
    """Say what is wrong in the words of the format; the paths start below the line's type."""
    findings = invalid.errors(include_url=False)
    first = findings[0]
    match first["type"]:
        case "json_invalid":
            return [InvalidInput(_not_json(text, first["msg"]))]
        case "union_tag_not_found" | "union_tag_invalid" if not first["loc"]:
            message = "the type of a line is one of " + ", ".join(_TYPES)
            near = nearest(str(first["ctx"].get("tag", "")), [*_TYPES])
            return [InvalidInput(message, field=["type"], suggestions=near)]
        case "model_attributes_type" | "model_type" | "dict_type" if not first["loc"]:
            return [InvalidInput("a line is one JSON object")]
    found = refusals_of(invalid)
    for finding, refusal in zip(findings, found, strict=True):
        refusal.field = refusal.field[1:]
        if finding["type"] == "extra_forbidden":
            tag, *path, unknown = finding["loc"]
            refusal.suggestions = tuple(nearest(str(unknown), _fields(_TYPES[str(tag)], path)))
    return found


def _fields(within: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """Return the names of the fields that the object at a path below a line may have."""
    for part in path:
        annotation = next((one.annotation for one in within.model_fields.values() if one.alias == part), None)
        within = next(_models(annotation), within)
    return [field.alias or name for name, field in within.model_fields.items()]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Return the models that a type is made of, such as the one within a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _not_json(text: bytes, finding: str) -> str:
    try:
        text.decode()
    except UnicodeDecodeError as broken:
        return f"byte {broken.start + 1} of the line is not UTF-8"
    if "EOF" in finding:
        return "the line is cut off"
    return "the line is not JSON: " + finding.removeprefix("Invalid JSON: ").replace("at line 1 column", "at")
