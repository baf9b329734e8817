"""Sessions: readers see one moment and cannot write, writers leave everything or nothing."""

from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlmodel import col, select

from app.db.changelog import head
from app.db.engine import Database
from app.db.ids import new_id
from app.registry.drafts import ModelDraft, draft
from app.registry.tables import Dataset, Namespace, RegisteredModel, Tag, Task
from app.registry.writing.registration import register_models
from tests.store import Store

pytestmark = pytest.mark.both_databases

OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.builds(
    lambda seconds, microseconds, zone: datetime.fromtimestamp(seconds, zone).replace(
        microsecond=microseconds
    ),
    st.integers(-62_000_000_000, 253_000_000_000),
    st.integers(0, 999_999),
    OFFSETS,
)


def models(store: Store) -> int:
    with store.reading() as session:
        return session.exec(select(func.count()).select_from(RegisteredModel)).one()


def test_a_reader_cannot_write(store: Store) -> None:
    with store.reading() as session, pytest.raises(DBAPIError, match=r"read-?only"):
        session.execute(update(Namespace).values(name="taken over"))


def test_a_reader_cannot_write_by_changing_objects(store: Store) -> None:
    with store.reading() as session:
        session.exec(select(Namespace)).one().name = "taken over"
        with pytest.raises(DBAPIError, match=r"read-?only"):
            session.commit()


def test_a_reader_sees_one_moment(store: Store) -> None:
    with store.reading() as session:
        before = head(session)
        store.model("meanwhile")
        assert head(session) == before
    with store.reading() as session:
        assert head(session) > before


def test_a_result_that_was_left_unread_holds_no_later_reader_back(store: Store) -> None:
    with store.reading() as session:
        unread = session.execute(select(Task.name))
        before = head(session)
    store.model("meanwhile")
    with store.reading() as session:
        assert head(session) > before
    del unread


def test_a_result_that_was_left_unread_holds_no_later_writer_back(store: Store) -> None:
    with store.writing() as session:
        unread = session.execute(select(Task.name))
        register_models(session, [draft(ModelDraft, {"name": "first"})])
    with closing(Database(store.database.url)) as elsewhere:
        Store(elsewhere, store.viewer).model("second")
    store.model("third")
    assert models(store) == 3
    del unread


def test_an_error_leaves_nothing_behind(store: Store) -> None:
    before = store.changes()

    def fail() -> None:
        with store.writing() as session:
            register_models(session, [draft(ModelDraft, {"name": "lost", "tags": {"a": 1}})])
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert store.changes() == before
    assert models(store) == 0
    store.model("kept")
    assert [change.sequence for change in store.changes()] == [*range(1, len(before) + 2)]


def test_a_refusal_by_the_database_leaves_nothing_behind(store: Store) -> None:
    before = store.changes()
    row = {"id": new_id("dst"), "namespace_id": new_id("nsp"), "name": "a", "name_folded": "a"}

    def fail() -> None:
        with store.writing() as session:
            session.execute(
                insert(Dataset), [{**row, "created_at": session.now, "created_by": store.viewer.id}]
            )

    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        fail()
    assert store.changes() == before


def test_a_commit_that_was_answered_survives_a_power_cut(store: Store) -> None:
    with store.writing() as session:
        if not store.database.embedded:
            assert session.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
            return
        assert session.execute(text("PRAGMA synchronous")).scalar_one() == 2
        assert session.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"


@settings(max_examples=30, deadline=None)
@given(moment=INSTANTS)
def test_moments_come_back_in_utc_to_the_microsecond(shared_store: Store, moment: datetime) -> None:
    dataset = shared_store.dataset(new_id("dst"))
    with shared_store.writing() as session:
        session.execute(update(Dataset).where(col(Dataset.id) == dataset.id).values(created_at=moment))
    with shared_store.reading() as session:
        kept = session.exec(select(Dataset.created_at).where(col(Dataset.id) == dataset.id)).one()
    assert kept == moment.astimezone(UTC)
    assert kept.tzinfo is UTC


def test_moments_of_any_zone_are_ordered_by_time(store: Store) -> None:
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    elsewhere = (noon - timedelta(minutes=1)).astimezone(timezone(timedelta(hours=9)))
    later, earlier = store.dataset("later"), store.dataset("earlier")
    with store.writing() as session:
        session.execute(update(Dataset).where(col(Dataset.id) == later.id).values(created_at=noon))
        session.execute(update(Dataset).where(col(Dataset.id) == earlier.id).values(created_at=elsewhere))
    with store.reading() as session:
        names = session.exec(select(Dataset.name).order_by(col(Dataset.created_at))).all()
    assert names == ["earlier", "later"]


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    with store.writing() as session, pytest.raises(StatementError, match="time zone"):
        session.execute(update(Namespace).values(created_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - the point


def test_json_null_is_not_absence(store: Store) -> None:
    model = store.model("a", tags={"list": [None, 1.5, True, "ß", {"k": None}]})
    with store.reading() as session:
        assert session.exec(select(Tag.value).where(Tag.subject_id == model.id)).all() == [
            [None, 1.5, True, "ß", {"k": None}]
        ]
