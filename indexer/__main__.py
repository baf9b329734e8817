"""`python -m indexer run`: follow the registry's change log and keep its search index up to date."""

import argparse
import logging
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from threading import Event, Thread

from app.db.migrate import DatabaseNewerThanCode
from app.registry.opening import open_registry
from app.search.embedded.writer import EmbeddedWriter, IndexLocked
from app.settings import Settings
from indexer.embeddings import Encoder
from indexer.source import DocumentSource, RegistrySource
from indexer.worker import Worker

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
    except DatabaseNewerThanCode as newer:
        logger.error("%s", newer)  # noqa: TRY400 - a sentence for a person, not a screen
        return 2
    try:
        run(RegistrySource(database), settings.data, stop, until_done=options.once)
    finally:
        database.close()
    return 0


def run(source: DocumentSource, data: Path, stop: Event, *, until_done: bool = False) -> None:
    """Wait to be the one indexer of this data folder, then keep its index up to date until `stop` is set."""
    index = Settings(data=data).index_folder
    writer = _take_over(index, source.log(), stop)
    if writer is None:
        return
    if writer.replaced:
        logger.info("making a new index: %s", writer.replaced)
    encoder = _in_background(lambda: _load_encoder(index))
    try:
        Worker(source, writer, encoder, data / CACHE).run(stop, until_done=until_done)
    finally:
        writer.close()


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


def _load_encoder(index: Path) -> Encoder:
    """Load the encoder of documents and export the one of queries."""
    try:
        from indexer.encoder import SentenceEncoder  # noqa: PLC0415 - torch takes seconds, and may be missing
    except ImportError as missing:
        raise ModuleNotFoundError(
            f"{missing.name} is not installed; models are found by words only. "
            "Install holotype[indexer] to find them by meaning"
        ) from missing
    encoder = SentenceEncoder()
    encoder.export(index)
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
