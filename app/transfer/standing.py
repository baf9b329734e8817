"""What stands in the registry already, and where a file says otherwise."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import orjson
from pydantic.alias_generators import to_camel
from sqlmodel import col, select

from app.db.columns import Row
from app.db.engine import ReadSession
from app.errors import Conflict, HolotypeError
from app.registry.drafts.checking import Draft
from app.registry.tables import Namespace


def namespace_ids(session: ReadSession, names: Collection[str]) -> dict[str, str]:
    """Return the ids of the namespaces that exist, by name."""
    statement = select(Namespace.name, Namespace.id).where(col(Namespace.name).in_(names))
    return dict(session.execute(statement).all())


def contradictions(stated: Draft, standing: Row, names: Iterable[str], *path: str) -> Iterator[HolotypeError]:
    """Return a refusal for each field that `stated` states and `standing` has otherwise."""
    for name in names:
        wanted, found = getattr(stated, name), getattr(standing, name)
        if wanted is not None and wanted != [] and not _same(wanted, found):
            yield contradiction(wanted, found, *path, to_camel(name))


def contradictions_in(
    stated: Mapping[str, Any], standing: Mapping[str, Any], *path: str
) -> Iterator[HolotypeError]:
    """Return a refusal for each key that both have, with another value."""
    for key, wanted in stated.items():
        if key in standing and not _same(wanted, standing[key]):
            yield contradiction(wanted, standing[key], *path, key)


def contradiction(wanted: Any, found: Any, *path: str) -> HolotypeError:
    """Return the refusal of a value that stands otherwise; an import adds and never changes."""
    return Conflict(f"the registry has {_shown(found)}, the file says {_shown(wanted)}", field=path)


def _same(wanted: Any, found: Any) -> bool:
    # As JSON, so that true is not 1 and 1 is not 1.0.
    return wanted is found or _json(wanted) == _json(found)


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)


def _shown(value: Any) -> str:
    text = "nothing" if value is None else _json(value).decode()
    return text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004 - what fits a line twice
