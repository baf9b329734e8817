"""The commands of the indexer, which read their settings from the environment, as the API does."""

import argparse
import faulthandler
import logging
import signal
import sys
from contextlib import closing
from functools import partial
from threading import Event

from sqlalchemy.exc import SQLAlchemyError

from app.db.engine import Database
from app.db.faults import fault
from app.db.limits import ServerLimits
from app.db.news import news_of
from app.registry.opening import RegistryNotOpened, open_registry
from app.search.contract import IndexUnavailable, Kind
from app.search.engines import engine_of
from app.search.keeping import IndexLocked, SearchEngine
from app.search.query_encoder import EmbedderUnavailable, encoder_directory
from app.settings import Settings, UnfitSetting, read_settings
from indexer.checking import compare
from indexer.crew import Crew, Origin, usual_size
from indexer.embeddings import Embedder
from indexer.following import follow
from indexer.rebuilding import rebuild
from indexer.reporting import Reporter, building
from indexer.source import RegistrySource

logger = logging.getLogger("indexer")

CACHE = "embeddings.sqlite"
DONE, FAILED, ABSENT, STOPPED = 0, 1, 3, 130
"""Exit codes, as `holotype` has them: done; an index differs, or it did not work; there is no data folder; it
was stopped."""

STUCK_SECONDS = 600.0
"""For how long a round of following the log may take; a round waits for no answer as long as that."""

Kept = dict[Kind, tuple[RegistrySource, SearchEngine]]


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return its exit code."""
    options = _parser().parse_args(arguments)
    # Among the processes of a service, what follows the log says who it is.
    who = "indexer" if options.command == "run" else "holotype"
    logging.basicConfig(level=logging.INFO, format=f"{who}: %(message)s", stream=sys.stderr)
    try:
        settings = read_settings()
    except UnfitSetting as unfit:
        logger.error("%s", unfit)  # noqa: TRY400 - a sentence for a person, not a screen
        return FAILED
    if options.command == "export-encoder":
        return _export_encoder(settings)
    if not settings.data.is_dir():
        logger.error(
            "there is no data folder %s; name it with --data, or make one with: holotype up", settings.data
        )
        return ABSENT
    try:
        with closing(open_registry(settings.database, ServerLimits(**settings.database_limits))) as database:
            return _run(options, settings, database)
    except (RegistryNotOpened, SQLAlchemyError, IndexLocked, IndexUnavailable) as refused:
        logger.error("%s", fault(refused) or refused)  # noqa: TRY400 - a sentence for a person, not a screen
        return FAILED


def _run(options: argparse.Namespace, settings: Settings, database: Database) -> int:
    without_encoder = {"status": _status, "check": _check, "rollback": _rollback}
    if do := without_encoder.get(options.command):
        return do(_kept(settings, database), Reporter(as_json=options.json))
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    embedder = _embedder(settings)
    crew = _crew(settings, embedder)
    kept = _kept(settings, database, crew)
    try:
        if options.command == "rebuild":
            return _rebuild(kept, embedder, stop, Reporter(as_json=options.json))
        through = next(iter(kept.values()))[0].head() if options.once else None
        follow(
            list(kept.values()),
            embedder,
            stop,
            through=through,
            each_round=_watch,
            news=partial(news_of, database),
            may_rebuild=settings.index_rebuild,
        )
    finally:
        faulthandler.cancel_dump_traceback_later()
        if crew:
            crew.close()
        if embedder:
            embedder.close()
    return DONE


def _kept(settings: Settings, database: Database, crew: Crew | None = None) -> Kept:
    cluster = settings.opensearch
    return {
        kind: (
            RegistrySource(database, kind, crew),
            engine_of(kind, settings.index_folder, cluster, database),
        )
        for kind in Kind
    }


def _crew(settings: Settings, embedder: Embedder | None) -> Crew | None:
    """Return the processes that fill an index; None where this one does so alone."""
    size = settings.index_processes or usual_size()
    if settings.opensearch is None or size == 1:
        return None
    origin = Origin(
        database=settings.database,
        limits=ServerLimits(**settings.database_limits),
        embeddings=settings.data / CACHE,
        embedder=embedder.digest if embedder else None,
    )
    return Crew(origin, size)


def _watch() -> None:
    """End the process if this is not called again in time, with where it is stuck on standard error.

    A thread goes on renewing the lease of an indexer that is stuck, and would keep all others out. Whoever
    keeps the process running starts it again.
    """
    faulthandler.dump_traceback_later(STUCK_SECONDS, exit=True)


def _status(kept: Kept, reporter: Reporter) -> int:
    """Say how far each index is; exit code 1 if one cannot be used."""
    fit = True
    for kind, (source, engine) in kept.items():
        standing = engine.standing()
        reporter.status(kind, standing, source.head())
        fit = fit and standing.unfit is None
    reporter.end()
    return DONE if fit else FAILED


def _check(kept: Kept, reporter: Reporter) -> int:
    """Name every difference between each index and the registry; exit code 1 if there is any."""
    clean = True
    for kind, (source, engine) in kept.items():
        comparison = compare(source, engine)
        reporter.comparison(kind, comparison)
        clean = clean and not comparison.differences
    reporter.end()
    return DONE if clean else FAILED


def _rebuild(kept: Kept, embedder: Embedder | None, stop: Event, reporter: Reporter) -> int:
    """Make each index anew beside the one that is searched."""
    logger.setLevel(logging.WARNING)
    for kind, (source, engine) in kept.items():
        with building(kind) as report:
            if not rebuild(source, engine, embedder, stop, report):
                logger.error("stopped; the old index stays, and the next rebuild goes on from here")
                return STOPPED
        reporter.rebuilt(kind, engine.standing())
    reporter.end()
    return DONE


def _rollback(kept: Kept, reporter: Reporter) -> int:
    """Let each index be searched again that a rebuild replaced."""
    for kind, (_, engine) in kept.items():
        with engine.alone():
            engine.roll_back()
        reporter.rolled_back(kind, engine.standing())
    reporter.end()
    return DONE


def _export_encoder(settings: Settings) -> int:
    """Export the encoder of queries, which needs no registry."""
    from indexer.encoding import PackagedEncoder  # noqa: PLC0415 - for the commands that encode alone

    settings.index_folder.mkdir(parents=True, exist_ok=True)
    try:
        with closing(PackagedEncoder(settings.index_folder)) as encoder:
            encoder.prepare()
            Reporter(as_json=False).exported(encoder_directory(settings.index_folder, encoder.meta.digest))
    except EmbedderUnavailable as missing:
        logger.error("%s", missing)  # noqa: TRY400 - a sentence, not a screen
        return FAILED
    return DONE


def _embedder(settings: Settings) -> Embedder | None:
    from indexer.encoding import PackagedEncoder  # noqa: PLC0415 - for the commands that encode alone

    settings.index_folder.mkdir(exist_ok=True)
    try:
        encoder = PackagedEncoder(settings.index_folder)
    except EmbedderUnavailable as missing:
        logger.error("no search by meaning: %s", missing)  # noqa: TRY400 - a sentence, not a screen
        return None
    return Embedder(settings.data / CACHE, encoder)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m indexer", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    follow_log = commands.add_parser("run", help="follow the change log until stopped (SIGTERM or Ctrl-C)")
    follow_log.add_argument("--once", action="store_true", help="stop when everything is indexed")
    commands.add_parser("export-encoder", help="what `holotype index export-encoder` runs")
    for name in ("status", "check", "rebuild", "rollback"):
        command = commands.add_parser(name, help=f"what `holotype index {name}` runs")
        command.add_argument("--json", action="store_true", help="print the result as JSON")
    return parser
