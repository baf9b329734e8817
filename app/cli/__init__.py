"""The `holotype` command.

This file and `commands` import only what showing the help needs; each command loads the rest when it runs.
"""


def main() -> None:
    """Run the command line."""
    from app.cli.commands import app  # noqa: PLC0415 - a child process runs a module of this package alone

    app()
