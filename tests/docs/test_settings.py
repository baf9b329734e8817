"""Every setting is documented with its default."""

import re
from pathlib import Path

from app.settings import Settings

TABLE = (Path(__file__).parents[2] / "docs/settings.md").read_text()
ASKED_BY_COMMANDS = {"HOLOTYPE_URL"}


def test_every_setting_is_in_the_table() -> None:
    documented = set(re.findall(r"^\| `(HOLOTYPE_\w+)` \|", TABLE, re.MULTILINE))
    assert documented == {f"HOLOTYPE_{name.upper()}" for name in Settings.model_fields} | ASKED_BY_COMMANDS


def test_the_defaults_are_true() -> None:
    written = dict(re.findall(r"^\| `(HOLOTYPE_\w+)` \| `([^`]+)` \|", TABLE, re.MULTILINE))
    for name, field in Settings.model_fields.items():
        default = field.default
        text = str(list(default)).replace("'", '"') if isinstance(default, tuple) else str(default)
        assert written[f"HOLOTYPE_{name.upper()}"] == text
