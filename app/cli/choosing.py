"""The settings of a command: what its options say, else the environment, else the defaults."""

from typing import Any

from app.cli.terminal import fail
from app.settings import Settings, UnfitSetting, read_settings


def chosen_settings(**options: Any) -> Settings:
    """Return the settings; options that are None were not given."""
    try:
        return read_settings(**{name: value for name, value in options.items() if value is not None})
    except UnfitSetting as unfit:
        fail(str(unfit))
