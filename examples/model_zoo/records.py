"""Raw records as they are read: JSON Lines, plain or gzipped."""

import gzip
import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

Record = dict[str, Any]
"""One JSON object of a raw file or of the interchange format."""

LARGEST_INTEGER = 2**53 - 1


def read_lines(path: Path) -> Iterator[Record]:
    """Yield the objects of a JSON Lines file, `.jsonl` or `.jsonl.gz`, in order."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        for line in lines:
            yield json.loads(line)


def write_lines(path: Path, lines: Iterable[Record]) -> int:
    """Write objects as JSON Lines and return how many; equal objects give equal bytes, gzipped or not."""
    count = 0
    with path.open("wb") as file:
        out = (
            gzip.GzipFile("", "wb", compresslevel=9, fileobj=file, mtime=0) if path.suffix == ".gz" else file
        )
        for line in lines:
            out.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
            count += 1
        if out is not file:
            out.close()
    return count


def storable(value: Any) -> Any:
    """Return a JSON value that every reader of JSON keeps.

    Numbers that are not finite and integers beyond +-(2^53 - 1) become text, at any depth.
    """
    match value:
        case dict():
            return {str(key): storable(item) for key, item in value.items()}
        case list():
            return [storable(item) for item in value]
        case bool():
            return value
        case int() if abs(value) > LARGEST_INTEGER:
            return str(value)
        case float() if not math.isfinite(value):
            return json.dumps(value)
        case _:
            return value


def stated(fields: Record) -> Record:
    """Return the fields without those that state nothing: None, empty text, empty lists and objects."""
    return {key: value for key, value in fields.items() if value not in (None, "", [], {})}
