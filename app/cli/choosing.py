"""The settings of a command: what its options say, else the environment, else the defaults."""

from typing import Any

from pydantic import ValidationError

from app.cli.terminal import fail
from app.settings import Settings


def chosen_settings(**options: Any) -> Settings:
    """Return the settings; options that are None were not given."""
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as invalid:
        finding = invalid.errors(include_url=False)[0]
        name = f"HOLOTYPE_{finding['loc'][0]}".upper()
        fail(f"{name} is set to {finding['input']!r}: {finding['msg'].lower()}")
