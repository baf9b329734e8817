"""What versions were made with, read once for all that share it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic.alias_generators import to_camel

from app.db.engine import ReadSession
from app.graphql.loading.nodes import Loader, loads
from app.graphql.selection import Selection
from app.graphql.types.provenance import code_revision, environment, signature
from app.registry import tables as rows
from app.registry.reading.provenance import MADE_WITH, rows_made_with

MAKERS: Mapping[str, Any] = {
    "environment": environment,
    "code_revision": code_revision,
    "signature": signature,
}


def load_made_with(
    session: ReadSession, versions: Sequence[rows.ModelVersion], selection: Selection
) -> dict[str, Any]:
    """Make types of what is asked for of all that versions were made with, by id."""
    found: dict[str, Any] = {}
    for field in MADE_WITH:
        ids = {getattr(version, f"{field}_id") for version in versions} - {None}
        if to_camel(field) in selection and ids:
            found |= _load(session, field, sorted(ids))
    return found


def _load(session: ReadSession, field: str, ids: Sequence[str]) -> dict[str, Any]:
    found = rows_made_with(session, field, ids)
    return {row_id: MAKERS[field](row) for row_id, row in found.items()}


def _loader(field: str) -> Loader:
    def load(session: ReadSession, ids: Sequence[str], _selection: Selection) -> dict[str, Any]:
        return _load(session, field, ids)

    return load


for _field, _kind in MADE_WITH.items():
    loads(_kind.prefix, _kind.table.__name__)(_loader(_field))
