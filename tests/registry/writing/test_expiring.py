"""Drafts that nobody finishes end by a rule."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from app.identity.principals import viewer_named
from app.identity.viewer import SYSTEM_SERVICE, AllowAll
from app.registry.drafts import MetricDraft, VersionDraft, VersionState, draft
from app.registry.tables import ModelVersion
from app.registry.writing.expiring import expire_drafts
from app.registry.writing.labels import set_tags
from app.registry.writing.metrics import log_metrics
from app.registry.writing.registration import create_versions
from app.registry.writing.removal import delete_version
from tests.store import Store, open_store

HOUR = timedelta(hours=1)


def drafts(store: Store, count: int) -> list[ModelVersion]:
    model = store.model()
    with store.writing() as session:
        some = [(model, draft(VersionDraft, {})) for _ in range(count)]
        return create_versions(session, some, state=VersionState.PENDING)


def expire(store: Store, idle: timedelta) -> int:
    with store.reading() as session:
        system = viewer_named(session, SYSTEM_SERVICE)
    return expire_drafts(store.database, system, AllowAll(), idle)


def states(store: Store) -> list[tuple[str, str | None]]:
    with store.reading() as session:
        rows = session.exec(select(ModelVersion).order_by(col(ModelVersion.number)))
        return [(row.state, row.state_message) for row in rows]


def test_it_works(store: Store) -> None:
    drafts(store, 2)
    store.version()
    assert expire(store, HOUR) == 0
    end = store.last_change().sequence
    assert expire(store, timedelta(0)) == 2
    assert sorted(states(store)) == [("FAILED", "left alone for 0 hours")] * 2 + [("READY", None)]
    with store.reading() as session:
        system = viewer_named(session, SYSTEM_SERVICE).id
    assert [(change.action, change.actor_id) for change in store.changes(end)] == [
        ("version.expired", system)
    ] * 2
    assert expire(store, timedelta(0)) == 0


def test_whoever_works_on_a_draft_keeps_it(store: Store) -> None:
    long_ago = drafts(store, 4)
    with store.writing() as session:
        for version in long_ago:
            version.updated_at -= 2 * HOUR
            session.add(version)
    _, tagged, measured, deleted = long_ago
    with store.writing() as session:
        set_tags(session, tagged.id, {"a": 1})
        log_metrics(
            session, session.get_one(ModelVersion, measured.id), [MetricDraft(name="loss", value=1.0)]
        )
        delete_version(session, session.get_one(ModelVersion, deleted.id))
    assert expire(store, HOUR) == 1
    assert [state for state, _ in states(store)] == ["FAILED", "PENDING", "PENDING", "PENDING"]


@pytest.mark.parametrize("count", [450])
def test_processes_that_look_at_once_end_each_draft_once(store: Store, tmp_path: Path, count: int) -> None:
    drafts(store, count)
    end = store.last_change().sequence
    others = [open_store(tmp_path / "registry.db") for _ in range(3)]
    threads = [threading.Thread(target=expire, args=(other, timedelta(0))) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.database.close()
    expired = [change.subject_id for change in store.changes(end)]
    assert len(expired) == len(set(expired)) == count
