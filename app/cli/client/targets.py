"""What a command line names: a model, or one of its versions."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.cli.terminal import USAGE, fail

DEFAULT_NAMESPACE = "default"
_NUMBER = re.compile(r"[1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class Target:
    """A model under its name, with one of its versions by number or alias, or without."""

    namespace: str
    name: str
    number: int | None = None
    alias: str | None = None

    @property
    def of_version(self) -> bool:
        """Whether a version is named."""
        return self.number is not None or self.alias is not None

    @property
    def model(self) -> dict[str, str]:
        """The model's qualified name, as the API takes it."""
        return {"namespace": self.namespace, "name": self.name}

    @property
    def version(self) -> dict[str, Any]:
        """The version, as the API takes it."""
        if self.alias is not None:
            return {"alias": {"model": self.model, "alias": self.alias}}
        return {"number": {"model": self.model, "number": self.number}}


def parsed_target(text: str) -> Target:
    """Return what ``[NAMESPACE/]MODEL``, ``[NAMESPACE/]MODEL/VERSION`` or ``[NAMESPACE/]MODEL@ALIAS`` names.

    A whole number behind the last stroke is a version.
    """
    named, _, alias = text.rpartition("@") if "@" in text else (text, "", "")
    parts = named.split("/")
    number = int(parts.pop()) if not alias and len(parts) > 1 and _NUMBER.fullmatch(parts[-1]) else None
    if not all(parts) or len(parts) > 2 or (named != text and not alias):  # noqa: PLR2004 - namespace and name
        fail(
            f"{text!r} is no model: write [NAMESPACE/]MODEL, with @ALIAS or /VERSION where one is meant",
            USAGE,
        )
    namespace = parts[0] if len(parts) > 1 else DEFAULT_NAMESPACE
    return Target(namespace, parts[-1], number, alias or None)


def version_target(text: str) -> Target:
    """Return a target that names a version."""
    target = parsed_target(text)
    if not target.of_version:
        fail(f"{text!r} names no version: write {text}/1 or {text}@champion", USAGE)
    return target


def model_name(model: dict[str, Any]) -> str:
    """Return what a model is called on the command line."""
    return f"{model['namespace']['name']}/{model['name']}"


def version_name(version: dict[str, Any]) -> str:
    """Return what a version is called on the command line."""
    return f"{model_name(version['registeredModel'])}/{version['number']}"


def parsed_values(pairs: Sequence[str]) -> dict[str, Any]:
    """Return the values of ``KEY=VALUE`` arguments: JSON where it is JSON, else text."""
    values = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key:
            fail(f"{pair!r} is no KEY=VALUE", USAGE)
        try:
            values[key] = json.loads(text, parse_float=_finite, parse_constant=_finite)
        except ValueError:
            values[key] = text
    return values


def _finite(text: str) -> float:
    """Read a number; what Python takes for one beside those of JSON is none.

    Raises:
        ValueError: It is none, or is beyond every float.
    """
    if math.isfinite(number := float(text)):
        return number
    raise ValueError(text)
