"""`python -m indexer run`: follow the registry's change log and keep its search indexes up to date."""

import argparse
import logging
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread

from app.db.engine import Database
from app.registry.opening import RegistryNotOpened, open_registry
from app.search.contract import Kind
from app.search.embedded.writer import EmbeddedWriter, IndexLocked
from app.settings import Settings
from indexer.embeddings import Encoder
from indexer.source import RegistrySource
from indexer.worker import Worker, keep_up

logger = logging.getLogger("indexer")

STANDBY_SECONDS = 0.5
CACHE = "embeddings.sqlite"


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = _parser().parse_args(arguments)
    settings = Settings(data=options.data) if options.data else Settings()
    logging.basicConfig(level=logging.INFO, format="indexer: %(message)s", stream=sys.stderr)
    if not Path(settings.data).is_dir():
        logger.error("there is no data folder %s; `holotype up` makes one", settings.data)
        return 2
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        database = open_registry(settings.database_url)
    except RegistryNotOpened as broken:
        logger.error("%s", broken)  # noqa: TRY400 - a sentence for a person, not a screen
        return 2
    try:
        run(database, settings, stop, until_done=options.once)
    finally:
        database.close()
    return 0


def run(database: Database, settings: Settings, stop: Event, *, until_done: bool = False) -> None:
    """Wait to be the one indexer of this data folder, then keep its indexes up to date until told to stop."""
    folder = settings.index_folder
    with ExitStack() as held:
        taken: list[tuple[RegistrySource, EmbeddedWriter]] = []
        for kind in Kind:
            source = RegistrySource(database, kind)
            writer = _take_over(folder / kind, source.log(), stop)
            if writer is None:
                return
            held.callback(writer.close)
            if writer.replaced:
                logger.info("making a new index of %s: %s", kind, writer.replaced)
            taken.append((source, writer))
        encoder = _in_background(lambda: _load_encoder(folder))
        cache = settings.data / CACHE
        keep_up([Worker(*one, encoder, cache) for one in taken], stop, until_done=until_done)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m indexer", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("run", help="follow the change log until stopped (SIGTERM or Ctrl-C)")
    command.add_argument("--data", type=Path, help="the data folder (default: HOLOTYPE_DATA or .holotype)")
    command.add_argument("--once", action="store_true", help="stop when everything is indexed")
    return parser


def _take_over(index: Path, log: str, stop: Event) -> EmbeddedWriter | None:
    """Return the writer of the index, standing by while another process has it; None if stopped before."""
    said = False
    while not stop.is_set():
        try:
            return EmbeddedWriter(index, log)
        except IndexLocked:
            if not said:
                logger.info("another indexer keeps %s up to date; standing by", index)
                said = True
            stop.wait(STANDBY_SECONDS)
    return None


def _load_encoder(indexes: Path) -> Encoder:
    """Load the encoder of documents and export the one of queries."""
    try:
        from indexer.encoder import SentenceEncoder  # noqa: PLC0415 - torch takes seconds, and may be missing
    except ImportError as missing:
        raise ModuleNotFoundError(
            f"{missing.name} is not installed; models are found by words only. "
            "Install holotype[indexer] to find them by meaning"
        ) from missing
    encoder = SentenceEncoder()
    encoder.export(indexes)
    return encoder


def _in_background(load: Callable[[], Encoder]) -> Future[Encoder]:
    """Start loading in a thread that does not keep the process from ending."""
    future: Future[Encoder] = Future()

    def work() -> None:
        try:
            future.set_result(load())
        except Exception as failure:  # noqa: BLE001 - the worker says it
            future.set_exception(failure)

    Thread(target=work, name="encoder-loader", daemon=True).start()
    return future


if __name__ == "__main__":
    sys.exit(main())
