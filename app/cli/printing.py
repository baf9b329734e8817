"""The help of every command as one page: `python -m app.cli.printing > docs/cli.md`."""

from collections.abc import Iterator
from typing import Any

import typer

from app.cli.commands import EXIT_CODES, app

WIDTH = 90


def printed_help() -> str:
    """Return the page."""
    codes = "\n".join(f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items())
    commands = "\n".join(_sections(typer.main.get_command(app), "holotype", None))
    return f"""# The command line

`up`, `api`, `db`, `index`, `import`, `export`, `backup`, `restore` and `config` work on this machine, in the
data folder that `--data` or `HOLOTYPE_DATA` names. All others ask the API at `--url` or `HOLOTYPE_URL`. A
result goes to standard output, as JSON with `--json`; all else goes to standard error. `NO_COLOR` is heeded.

`holotype --install-completion` teaches the shell to complete commands and options.

| exit code | meaning |
|---|---|
{codes}
{commands}"""


def _sections(command: Any, name: str, parent: Any) -> Iterator[str]:
    """Yield a section for each command below `command`, and none for what only groups others."""
    width = {"terminal_width": WIDTH, "max_content_width": WIDTH}
    context = command.context_class(
        command, info_name=name, parent=parent, **width, **command.context_settings
    )
    if not hasattr(command, "list_commands"):
        yield f"\n## {context.command_path}\n\n```text\n{command.get_help(context)}\n```"
        return
    for inner in command.list_commands(context):
        yield from _sections(command.get_command(context, inner), inner, context)


if __name__ == "__main__":
    print(printed_help())  # noqa: T201 - printing is what running this module is for
