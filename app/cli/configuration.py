"""`holotype config`: every setting, its value, where that comes from, and its default."""

import os
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from rich.table import Table

from app.cli.choosing import chosen_settings
from app.cli.client.commands import LOCAL
from app.cli.terminal import out, print_json
from app.settings import Settings

PREFIX = "HOLOTYPE_"
URL = "HOLOTYPE_URL"


def show_settings(data: Path | None, url: str, *, as_json: bool) -> None:
    """Print the settings as the other commands see them; secrets are masked."""
    settings = chosen_settings(data=data)
    rows = [
        _row(
            f"{PREFIX}{name.upper()}",
            getattr(settings, name),
            field.default,
            given=name == "data" and data is not None,
        )
        for name, field in Settings.model_fields.items()
    ]
    rows.append(_row(URL, url, LOCAL, given=url != os.environ.get(URL, LOCAL)))
    if as_json:
        print_json(rows)
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("setting", "value", "from", "default"):
        table.add_column(column, overflow="fold")
    for row in rows:
        default = "" if row["source"] == "default" else _text(row["default"])
        table.add_row(row["setting"], _text(row["value"]), row["source"], default)
    out.print(table)


def _row(setting: str, value: Any, default: Any, *, given: bool) -> dict[str, Any]:
    source = "option" if given else "environment" if setting in os.environ else "default"
    return {"setting": setting, "value": _plain(value), "source": source, "default": _plain(default)}


def _plain(value: Any) -> Any:
    match value:
        case Path() | SecretStr():
            return str(value)
        case tuple():
            return list(value)
        case _:
            return value


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
