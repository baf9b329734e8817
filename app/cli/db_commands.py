"""The commands that look after the database, with their arguments and help."""

from typing import Annotated

import typer

from app.cli.client.commands import Json
from app.cli.index_commands import Data

RewriteWords = Annotated[
    bool, typer.Option("--rewrite-words", help="Make all words anew by which the database finds.")
]

databases = typer.Typer(
    name="db",
    help="Look at the database, upgrade it, and prove it whole.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@databases.command()
def status(data: Data = None, *, json: Json = False) -> None:
    """Say which revision the database is at; change nothing.

    Example: holotype db status --data ./registry
    """
    from app.cli.checking_database import show_status  # noqa: PLC0415 - see the package
    from app.cli.choosing import chosen_settings  # noqa: PLC0415

    show_status(chosen_settings(data=data), as_json=json)


@databases.command()
def upgrade(data: Data = None, *, rewrite_words: RewriteWords = False, json: Json = False) -> None:
    """Bring the database to the revision of this Holotype.

    Words by which the database finds, and which another release made, are made anew a few hundred at a time.
    Every command that opens the database of a data folder does the same; one in a server waits for this.

    Example: holotype db upgrade --data ./registry
    """
    from app.cli import checking_database  # noqa: PLC0415 - see the package
    from app.cli.choosing import chosen_settings  # noqa: PLC0415

    checking_database.upgrade(chosen_settings(data=data), rewrite_words=rewrite_words, as_json=json)


@databases.command()
def check(data: Data = None, *, json: Json = False) -> None:
    """Prove that the database and its change log are whole.

    The digests of the log are followed from the first change to the last, and the words by which the database
    finds are compared with what its models and datasets say. Exit code 1 when it is damaged.

    Example: holotype db check --data ./registry
    """
    from app.cli import checking_database  # noqa: PLC0415 - see the package
    from app.cli.choosing import chosen_settings  # noqa: PLC0415

    checking_database.check(chosen_settings(data=data), as_json=json)
