"""What is said of versions beside their metrics and their own columns, read by one statement."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    BindParameter,
    Float,
    Select,
    Text,
    bindparam,
    case,
    cast,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlmodel import col

from app.db.engine import ReadSession
from app.lineage.tables import LineageEdge
from app.registry.reading.datasets import RELATION_ROLES
from app.registry.tables import (
    Alias,
    CodeRevision,
    Dataset,
    DatasetVersion,
    Environment,
    ModelVersion,
    Namespace,
    Param,
    RegisteredModel,
    Signature,
    Tag,
)


class Origin(StrEnum):
    """What says it."""

    MODEL = "MODEL"
    ALIAS = "ALIAS"
    PARAM = "PARAM"
    TAG = "TAG"
    DATASET = "DATASET"
    ENVIRONMENT = "ENVIRONMENT"
    CODE = "CODE"
    SIGNATURE = "SIGNATURE"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One thing that is said of a version.

    Attributes:
        key: What it is: a param's or tag's name, a column, an alias, a dataset as ``namespace/name``.
        value: A JSON value; of a dataset the label of its version, of an alias its name.
        number: The value where it is a finite number of a param or tag.
        part: What a dataset was to the version: the relation of the edge.
    """

    origin: Origin
    key: str
    value: Any
    number: float | None
    part: str | None


_OWNERS = {
    Origin.MODEL: "model_id",
    Origin.ENVIRONMENT: "environment_id",
    Origin.CODE: "code_revision_id",
    Origin.SIGNATURE: "signature_id",
}
"""The column of a version that names what says it; everything else hangs on the version itself."""

_TEXTS: dict[Origin, tuple[Any, tuple[str, ...]]] = {
    Origin.MODEL: (RegisteredModel, ("name", "task", "architecture", "license")),
    Origin.ENVIRONMENT: (Environment, ("python", "hardware", "os", "container", "command_line")),
    Origin.CODE: (CodeRevision, ("repository", "commit", "patch_digest")),
}
_JSONS: dict[Origin, tuple[Any, tuple[str, ...]]] = {
    Origin.ENVIRONMENT: (Environment, ("packages", "seeds")),
    Origin.SIGNATURE: (Signature, ("inputs", "outputs")),
}


def attributes_of(
    session: ReadSession, versions: Sequence[ModelVersion], origins: Collection[Origin]
) -> dict[str, list[Attribute]]:
    """Return what these origins say of versions, by version."""
    if not origins:
        return {}
    column_of = {origin: _OWNERS.get(origin, "id") for origin in origins}
    owners = {column: [getattr(version, column) for version in versions] for column in column_of.values()}
    given = {column: [owner for owner in set(ids) if owner] for column, ids in owners.items()}
    said: dict[tuple[str, str], list[Attribute]] = {}
    rows = session.execute(_statement(frozenset(origins)), given)
    for origin, owner, key, text, plain, number, part in rows:
        value = text if text is not None else orjson.loads(plain)
        said.setdefault((_OWNERS.get(origin, "id"), owner), []).append(
            Attribute(Origin(origin), key, value, number, part)
        )
    return {
        version.id: [
            one for column in owners for one in said.get((column, getattr(version, column) or ""), ())
        ]
        for version in versions
    }


@cache
def _statement(origins: frozenset[Origin]) -> Any:
    return union_all(*(one for origin in sorted(origins) for one in _selects(origin)))


def _selects(origin: Origin) -> Iterator[Select[Any]]:
    match origin:
        case Origin.PARAM:
            yield _select(origin, Param.version_id, Param.name, plain=Param.value, number=Param.number)
        case Origin.TAG:
            yield _select(origin, Tag.subject_id, Tag.key, plain=Tag.value, number=Tag.number)
        case Origin.ALIAS:
            yield _select(origin, Alias.version_id, Alias.name, text=Alias.name)
        case Origin.DATASET:
            yield _datasets()
        case _:
            yield from _columns(origin)


def _columns(origin: Origin) -> Iterator[Select[Any]]:
    for way, kept in (("text", _TEXTS), ("plain", _JSONS)):
        table, names = kept.get(origin, (None, ()))
        for name in names:
            column = getattr(table, name)
            yield _select(origin, table.id, literal(name), **{way: column}).where(column.is_not(None))
    if origin is Origin.CODE:
        dirty = case((col(CodeRevision.dirty), "true"), else_="false")
        yield _select(origin, CodeRevision.id, literal("dirty"), plain=dirty)


def _datasets() -> Select[Any]:
    name = col(Namespace.name) + "/" + col(Dataset.name)
    edge: Any = LineageEdge
    used = _select(Origin.DATASET, edge.downstream, name, text=DatasetVersion.label, part=edge.relation)
    return (
        used.join(DatasetVersion, col(DatasetVersion.id) == edge.upstream)
        .join(Dataset, col(Dataset.id) == DatasetVersion.dataset_id)
        .join(Namespace, col(Namespace.id) == Dataset.namespace_id)
        .where(edge.until.is_(None), edge.relation.in_(RELATION_ROLES))
    )


def _select(
    origin: Origin,
    owner: Any,
    key: Any,
    *,
    text: Any = None,
    plain: Any = None,
    number: Any = None,
    part: Any = None,
) -> Select[Any]:
    """Select one kind of attribute; `text` is a text as such, `plain` one that spells JSON."""
    absent = cast(null(), Text)
    columns = [absent if one is None else type_coerce(one, Text) for one in (text, plain)]
    given: BindParameter[Any] = bindparam(_OWNERS.get(origin, "id"), expanding=True)
    return select(
        literal(origin.value).label("origin"),
        owner.label("owner"),
        key.label("key"),
        *columns,
        cast(null(), Float) if number is None else number,
        absent if part is None else part,
    ).where(owner.in_(given))
