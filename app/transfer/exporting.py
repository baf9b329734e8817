"""Exporting a registry as an interchange file: what an import of it makes anew, under natural keys.

What the format does not know stays behind: ids, history, what is deleted. The order of the lines depends on
names alone, so that a registry made by an import exports the same bytes again.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from sqlmodel import col, select

from app.db.engine import ReadSession
from app.registry.opening import DEFAULT_NAMESPACE
from app.registry.tables import MetricDefinition, Namespace, Task
from app.transfer.exporting_datasets import dataset_lines
from app.transfer.exporting_lineage import lineage_lines
from app.transfer.exporting_models import model_lines
from app.transfer.interchange import VERSION
from app.transfer.people import names_of_people

Line = dict[str, Any]


def export_lines(session: ReadSession) -> Iterator[bytes]:
    """Return the lines of everything in the registry, with their ends, a few hundred things at a time."""
    for line in _lines(session):
        stated = {name: value for name, value in line.items() if value not in (None, [], {})}
        yield orjson.dumps(stated, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)


def _lines(session: ReadSession) -> Iterator[Line]:
    yield {"type": "header", "format": "holotype", "version": VERSION}
    people = names_of_people(session)
    yield from _namespaces(session, people)
    yield from _tasks(session)
    yield from _metric_definitions(session)
    yield from dataset_lines(session, people)
    yield from model_lines(session, people)
    yield from lineage_lines(session)


def _namespaces(session: ReadSession, people: Mapping[str, str]) -> Iterator[Line]:
    own = select(Namespace).where(Namespace.name != DEFAULT_NAMESPACE.name).order_by(col(Namespace.name))
    for row in session.exec(own):
        yield {
            "type": "namespace",
            "name": row.name,
            "description": row.description,
            "createdAt": row.created_at,
            "createdBy": people[row.created_by],
        }


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
