"""Reading interchange files line by line, in constant memory, plain or compressed."""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Generic, TypeVar

from app.errors import HolotypeError, InvalidInput, Refusals
from app.transfer.interchange import Header, Record
from app.transfer.parsing import parse_line

MAX_LINE_BYTES = 64 * 2**20
_GZIP = b"\x1f\x8b"


AnyRecord = TypeVar("AnyRecord", bound=Record, covariant=True)  # noqa: PLC0105 - named for what it is


@dataclass(frozen=True, slots=True)
class Stated(Generic[AnyRecord]):
    """What a line of a file states.

    Attributes:
        number: The number of the line, from 1.
        end: How far the file was read for it, in bytes of the file as it lies on the disk.
    """

    number: int
    end: int
    record: AnyRecord


@dataclass(frozen=True, slots=True)
class Invalid:
    """A line that states nothing, and why."""

    number: int
    errors: Sequence[HolotypeError]


def read_records(path: Path) -> Iterator[Stated[Record] | Invalid]:
    """Return what the lines of a file state, in their order; blank lines are left out.

    A file whose first line is no header of this format is given up there, and a compressed file where it is
    damaged or cut off.
    """
    with path.open("rb") as stored:
        packed = stored.read(len(_GZIP)) == _GZIP
        stored.seek(0)
        lines = _lines(gzip.GzipFile(fileobj=stored) if packed else stored)
        if (problem := _header_problem(next(lines, None))) is not None:
            yield problem
            return
        for number, line in lines:
            if isinstance(line, HolotypeError):
                yield Invalid(number, [line])
            elif line.strip():
                yield _parsed(number, line, stored)


def _lines(file: IO[bytes] | gzip.GzipFile) -> Iterator[tuple[int, bytes | HolotypeError]]:
    number = 0
    while True:
        number += 1
        try:
            line = file.readline(MAX_LINE_BYTES)
        except (EOFError, gzip.BadGzipFile, zlib.error) as broken:
            end = "is cut off" if isinstance(broken, EOFError) else f"is damaged ({broken})"
            yield number, InvalidInput(f"the compressed file {end} here")
            return
        if not line:
            return
        if len(line) == MAX_LINE_BYTES:
            yield (
                number,
                InvalidInput(f"the line is longer than {MAX_LINE_BYTES} bytes; the rest is not read"),
            )
            return
        yield number, line


def _header_problem(first: tuple[int, bytes | HolotypeError] | None) -> Invalid | None:
    wanted = 'the first line is {"type":"header","format":"holotype","version":1}'
    if first is None:
        return Invalid(1, [InvalidInput(f"the file is empty; {wanted}")])
    number, line = first
    if isinstance(line, HolotypeError):
        return Invalid(number, [line])
    try:
        found = parse_line(line)
    except Refusals as refused:
        return Invalid(number, refused.errors)
    return None if isinstance(found, Header) else Invalid(number, [InvalidInput(wanted, field=["type"])])


def _parsed(number: int, line: bytes, stored: IO[bytes]) -> Stated[Record] | Invalid:
    try:
        record = parse_line(line)
    except Refusals as refused:
        return Invalid(number, refused.errors)
    if isinstance(record, Header):
        return Invalid(number, [InvalidInput("the header is the first line alone", field=["type"])])
    return Stated(number, stored.tell(), record)
