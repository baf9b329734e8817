"""Importing interchange files: only adding, and the second time nothing.

The lines of a file are settled in their order, in transactions of at most `ROWS_A_TRANSACTION` rows' worth
of neighbouring lines of one type, so that an API beside it gets its turn to write. A line is never split. A
transaction that is refused is tried again by halves, so that a bad line takes no other along. One that others
keep from what they are changing is tried again as it is.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.db.engine import Database
from app.errors import Busy, HolotypeError, Refusals
from app.identity.session import WriteSession, write
from app.identity.viewer import Authorizer, Viewer
from app.transfer.catalogue_lines import settle_metric_definitions, settle_namespaces, settle_tasks
from app.transfer.dataset_lines import settle_datasets
from app.transfer.interchange import (
    DatasetLine,
    LineageLine,
    MetricDefinitionLine,
    ModelLine,
    NamespaceLine,
    Record,
    TaskLine,
)
from app.transfer.lineage_lines import settle_lineage
from app.transfer.model_lines import settle_models
from app.transfer.outcome import Kind, Outcome, Refused, Reject, Tally, contents
from app.transfer.reading import Invalid, Stated, read_records

ROWS_A_TRANSACTION = 1_000
PATIENCE_SECONDS = 300.0
"""How long an import is tried again on what others are changing."""
PAUSE_SECONDS = 0.2
ROWS = {
    Kind.NAMESPACE: 2,
    Kind.TASK: 2,
    Kind.METRIC_DEFINITION: 2,
    Kind.DATASET: 2,
    Kind.DATASET_VERSION: 1,
    Kind.REVOCATION: 2,
    Kind.MODEL: 3,
    Kind.VERSION: 3,
    Kind.PARAM: 1,
    Kind.METRIC_VALUE: 2,
    Kind.TAG: 2,
    Kind.ALIAS: 3,
    Kind.FORMER_NAME: 2,
    Kind.RETIREMENT: 2,
    Kind.LINEAGE: 3,
}
"""How many rows a thing becomes: itself, its history, its change."""

_SETTLE: dict[type[Record], Callable[[WriteSession, Sequence[Any]], Outcome]] = {
    NamespaceLine: settle_namespaces,
    TaskLine: settle_tasks,
    MetricDefinitionLine: settle_metric_definitions,
    DatasetLine: settle_datasets,
    ModelLine: settle_models,
    LineageLine: settle_lineage,
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: `read` of `size` bytes of one file, as it lies on the disk."""

    file: Path
    read: int
    size: int


@dataclass(frozen=True, slots=True)
class _Import:
    """One import: where to, in whose name, and who hears of it."""

    database: Database
    viewer: Viewer
    authorizer: Authorizer
    reject: Callable[[Reject], None]
    tally: Tally = field(default_factory=Tally)
    rejects: list[Reject] = field(default_factory=list)
    """Those of the lines that are being settled."""


@dataclass(slots=True)
class _Batch:
    """Neighbouring lines of one type that are worth a transaction, and the invalid lines among them."""

    lines: list[Stated[Record]] = field(default_factory=list)
    invalid: list[Invalid] = field(default_factory=list)
    rows: int = 0

    def add(self, line: Stated[Record] | Invalid) -> bool:
        """Take a line in; return whether it fits."""
        rows = 1 if isinstance(line, Invalid) else _rows(line.record)
        if (self.lines or self.invalid) and self.rows + rows > ROWS_A_TRANSACTION:
            return False
        if isinstance(line, Invalid):
            self.invalid.append(line)
        elif self.lines and self.lines[0].record.type != line.record.type:
            return False
        else:
            self.lines.append(line)
        self.rows += rows
        return True


def import_files(
    database: Database,
    viewer: Viewer,
    authorizer: Authorizer,
    files: Sequence[Path],
    *,
    progress: Callable[[Progress], None] = lambda _: None,
    reject: Callable[[Reject], None] = lambda _: None,
) -> Tally:
    """Import files in their order and return what became of their lines.

    What is there already as stated is left alone; what contradicts the registry is rejected, with its line.

    Args:
        database: The registry.
        viewer: In whose name the import writes.
        authorizer: What decides on what the viewer may do.
        files: Interchange files, plain or compressed by gzip.
        progress: Called after each transaction.
        reject: Called with each reason why a line was rejected, in the order of the lines; nothing of such a
            line is kept.

    Raises:
        Busy: Others were changing the same things all the time; what was imported before stays.
    """
    running = _Import(database, viewer, authorizer, reject)
    for file in files:
        size = file.stat().st_size
        for batch in _batches(file):
            for line in batch.invalid:
                running.tally.rejected[Kind.LINE] += 1
                _reject(running, file, line.number, line.errors)
            if batch.lines:
                _settle(running, file, batch.lines)
                progress(Progress(file, batch.lines[-1].end, size))
            _tell_rejects(running)
        progress(Progress(file, size, size))
    return running.tally


def _batches(file: Path) -> Iterator[_Batch]:
    batch = _Batch()
    for line in read_records(file):
        if not batch.add(line):
            yield batch
            batch = _Batch()
            batch.add(line)
    yield batch


def _rows(record: Record) -> int:
    """Return about how many rows a line becomes."""
    return sum(ROWS[kind] * count for kind, count in contents(record).items())


def _settle(running: _Import, file: Path, batch: Sequence[Stated[Record]]) -> None:
    """Settle lines in one transaction, or by halves when it is refused."""
    try:
        outcome = _written(running, batch)
    except Busy:
        raise
    except (HolotypeError, Refusals) as refused:
        if len(batch) == 1:
            errors = refused.errors if isinstance(refused, Refusals) else [refused]
            _refuse(running, file, Refused(batch[0], errors))
        else:
            middle = len(batch) // 2
            _settle(running, file, batch[:middle])
            _settle(running, file, batch[middle:])
        return
    running.tally.add(outcome.tally)
    for refusal in outcome.refused:
        _refuse(running, file, refusal)


def _written(running: _Import, batch: Sequence[Stated[Record]]) -> Outcome:
    """Settle lines in one transaction, again and again while others are changing the same things."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return write(
                running.database,
                running.viewer,
                running.authorizer,
                lambda session: _SETTLE[type(batch[0].record)](session, batch),
            )
        except Busy:
            if time.monotonic() >= deadline:
                raise
            time.sleep(PAUSE_SECONDS)


def _refuse(running: _Import, file: Path, refused: Refused) -> None:
    running.tally.rejected.update(contents(refused.line.record))
    _reject(running, file, refused.line.number, refused.errors)


def _reject(running: _Import, file: Path, line: int, errors: Sequence[HolotypeError]) -> None:
    for error in errors:
        running.rejects.append(Reject(file, line, error.field, error.message, error.suggestions))


def _tell_rejects(running: _Import) -> None:
    for one in sorted(running.rejects, key=lambda reject: reject.line):
        running.reject(one)
    running.rejects.clear()
