"""Exporting a registry as an interchange file: what an import of it makes anew, under natural keys.

What the format does not know stays behind: ids, history, what is deleted or not finished, who made it. The
order of the lines depends on names alone, so that a registry made by an import exports the same bytes again.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.statements import batched
from app.registry.tables import Dataset, DatasetVersion, MetricDefinition, Namespace, Task
from app.transfer.exporting_lineage import lineage_lines
from app.transfer.exporting_models import model_lines
from app.transfer.interchange import VERSION
from app.transfer.standing import IDS_A_STATEMENT, tags_of

Line = dict[str, Any]


def export_lines(session: ReadSession) -> Iterator[bytes]:
    """Return the lines of everything in the registry, with their ends, a few hundred things at a time."""
    for line in _lines(session):
        stated = {name: value for name, value in line.items() if value not in (None, [], {})}
        yield orjson.dumps(stated, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)


def _lines(session: ReadSession) -> Iterator[Line]:
    yield {"type": "header", "format": "holotype", "version": VERSION}
    yield from _namespaces(session)
    yield from _tasks(session)
    yield from _metric_definitions(session)
    yield from _datasets(session)
    yield from model_lines(session)
    yield from lineage_lines(session)


def _namespaces(session: ReadSession) -> Iterator[Line]:
    for row in session.exec(select(Namespace).order_by(col(Namespace.name))):
        yield {"type": "namespace", "name": row.name, "description": row.description}


def _tasks(session: ReadSession) -> Iterator[Line]:
    own = select(Task).where(col(Task.shipped).is_(False)).order_by(col(Task.name))
    for row in session.exec(own):
        yield {
            "type": "task",
            "name": row.name,
            "title": row.title,
            "description": row.description,
            "synonyms": row.synonyms,
        }


def _metric_definitions(session: ReadSession) -> Iterator[Line]:
    own = select(MetricDefinition).where(col(MetricDefinition.shipped).is_(False))
    for row in session.exec(own.order_by(col(MetricDefinition.name))):
        yield {
            "type": "metricDefinition",
            "name": row.name,
            "direction": row.direction,
            "unit": row.unit,
            "description": row.description,
            "synonyms": row.synonyms,
        }


def _datasets(session: ReadSession) -> Iterator[Line]:
    named = (
        select(Dataset, Namespace.name)
        .join(Namespace, col(Namespace.id) == Dataset.namespace_id)
        .order_by(col(Namespace.name), col(Dataset.name))
    )
    for some in batched(session.exec(named).all(), IDS_A_STATEMENT):
        ids = [row.id for row, _ in some]
        tags, versions = tags_of(session, ids), _dataset_versions(session, ids)
        for row, namespace in some:
            yield {
                "type": "dataset",
                "namespace": namespace,
                "name": row.name,
                "description": row.description,
                "tags": dict(sorted(tags.get(row.id, {}).items())),
                "versions": versions.get(row.id),
            }


def _dataset_versions(session: ReadSession, ids: Sequence[str]) -> Mapping[str, list[Line]]:
    """Return the versions of datasets, the oldest first: the last is the newest again after an import."""
    found: dict[str, list[Line]] = defaultdict(list)
    mine = select(DatasetVersion).where(col(DatasetVersion.dataset_id).in_(ids))
    for row in session.exec(mine.order_by(col(DatasetVersion.created_at), col(DatasetVersion.id))):
        facts = {
            "label": row.label,
            "digest": row.digest,
            "uri": row.uri,
            "rowCount": row.row_count,
            "license": row.license,
            "containsPii": row.contains_pii,
        }
        found[row.dataset_id].append({name: value for name, value in facts.items() if value is not None})
    return found
