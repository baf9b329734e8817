"""The words of models and datasets: which rows they should have, and which rows say something else."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, func, union_all
from sqlmodel import col, or_, select

from app.db.columns import MOST_OFTEN
from app.db.engine import ReadSession
from app.db.statements import batched
from app.registry.reading.documents import dataset_document, model_document, named_tasks, task_words
from app.registry.reading.listing import tags_of
from app.registry.reading.tasks import TaskMatcher, task_names
from app.registry.tables import Dataset, RegisteredModel, Words
from app.search.contract import Kind
from app.search.document import Document, key_of
from app.search.lending import own_terms, task_mark
from app.search.terms import fingerprint

Subject = RegisteredModel | Dataset
"""What has words; a deleted model has none."""

SUBJECTS_A_STEP = 300
"""How many subjects have their words made at a time."""
MOST_TERMS = 2_000
"""How many different terms are kept of a subject, the first ones: PostgreSQL keeps a megabyte of them."""

_ALIVE = col(RegisteredModel.deleted_at).is_(None)


def word_rows(
    session: ReadSession, given: Sequence[tuple[Subject, Mapping[str, Any]]]
) -> list[dict[str, Any]]:
    """Return the rows that living models and datasets should have, each with its tags."""
    tasks, rule = task_names(session), fingerprint()
    return [_row(subject, tags, tasks, rule) for subject, tags in given]


def word_key(subject: Subject) -> int:
    """Return the key that the row of a subject has."""
    return key_of(subject.id) if isinstance(subject, Dataset) else subject.key or 0


def has_words(subject: Subject) -> bool:
    """Return whether a subject is to be found by its words."""
    return isinstance(subject, Dataset) or subject.deleted_at is None


def outdated_words(session: ReadSession, limit: int) -> dict[int, str]:
    """Return some of those whose rows another rule made: their ids by the keys of the rows."""
    return dict(session.exec(select(Words.key, Words.subject_id).where(_outdated()).limit(limit)).all())


def count_outdated_words(session: ReadSession) -> int:
    """Return how many rows another rule made."""
    return session.exec(select(func.count()).select_from(Words).where(_outdated())).one()


def wrong_words(session: ReadSession) -> Iterator[str]:
    """Yield the ids of those whose rows of this rule are not what they should be, or who lack one."""
    tables: tuple[Any, ...] = (RegisteredModel, Dataset)
    for table in tables:
        for some in batched(session.exec(select(table.id)).all(), SUBJECTS_A_STEP):
            subjects: Sequence[Subject] = session.exec(select(table).where(table.id.in_(some))).all()
            yield from _differing(session, [one for one in subjects if has_words(one)])
            session.expunge_all()
    there = union_all(select(col(Dataset.id)), select(col(RegisteredModel.id)).where(_ALIVE))
    yield from session.exec(select(Words.subject_id).where(col(Words.subject_id).not_in(there)))


def _outdated() -> ColumnElement[bool]:
    # As two ranges, which an index has: to find what differs, it would be read from end to end.
    return or_(col(Words.rule) < fingerprint(), col(Words.rule) > fingerprint())


def _differing(session: ReadSession, subjects: Sequence[Subject]) -> Iterator[str]:
    ids = [one.id for one in subjects]
    tags, kept = tags_of(session, ids), select(Words).where(col(Words.subject_id).in_(ids))
    found = {row.subject_id: row for row in session.exec(kept)}
    for due in word_rows(session, [(one, tags.get(one.id, {})) for one in subjects]):
        row = found.get(due["subject_id"])
        due["terms"] = {term: min(count, MOST_OFTEN) for term, count in due["terms"].items()}
        if row is None or (row.rule == due["rule"] and row.model_dump() != due):
            yield due["subject_id"]


def _row(subject: Subject, tags: Mapping[str, Any], tasks: TaskMatcher, rule: str) -> dict[str, Any]:
    document = _document(subject, tags, tasks)
    marks = (task_mark(tasks.canonical(task.name) or task.name) for task in document.tasks)
    terms = dict.fromkeys(marks, 1) | own_terms(document)
    return {
        "key": word_key(subject),
        "kind": Kind.DATASETS if isinstance(subject, Dataset) else Kind.MODELS,
        "subject_id": subject.id,
        "rule": rule,
        "terms": dict(islice(terms.items(), MOST_TERMS)),
    }


def _document(subject: Subject, tags: Mapping[str, Any], tasks: TaskMatcher) -> Document:
    if isinstance(subject, Dataset):
        return dataset_document(subject, tags, tasks)
    return model_document(subject, tags, [task_words(name, None) for name in named_tasks(subject, tags)])
