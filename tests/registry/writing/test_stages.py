"""Stages: every transition is allowed and recorded, incumbents make way, lost updates are refused."""

import json

import pytest
from sqlmodel import col, select

from app.errors import NotFound, Refusals, StaleRevision
from app.registry.drafts import TransitionDraft, draft
from app.registry.reading.finding import ModelBy, VersionBy, find_model, find_version
from app.registry.reading.stages import DEFAULT_STAGES
from app.registry.tables import ModelVersion, RegisteredModel
from app.registry.writing.stages import transition_stage
from tests.store import Store, made_at

pytestmark = pytest.mark.both_databases

STAGES = [stage.name for stage in DEFAULT_STAGES]


def move(store: Store, version: ModelVersion, to: str, **wishes: object) -> list[int]:
    """Move a version and return the numbers of the incumbents that made way."""
    with store.writing() as session:
        found = find_version(session, VersionBy(id=version.id))
        wish = draft(TransitionDraft, {"to": to, **wishes})
        return [gone.number for gone in transition_stage(session, found, wish)]


def stages(store: Store, model: RegisteredModel) -> dict[int, str]:
    with store.reading() as session:
        mine = select(ModelVersion.number, ModelVersion.stage).where(ModelVersion.model_id == model.id)
        return dict(session.exec(mine.order_by(col(ModelVersion.number))).all())


@pytest.mark.parametrize("start", STAGES)
@pytest.mark.parametrize("end", STAGES)
def test_every_transition_is_allowed_and_recorded(store: Store, start: str, end: str) -> None:
    version = store.version()
    move(store, version, start)
    before = store.last_change().sequence
    move(store, version, end, comment="why")
    behind = store.changes(before)
    if start == end:
        assert behind == []
        return
    [change] = behind
    assert (change.action, change.subject_id, change.related) == (
        "version.staged",
        version.id,
        [version.model_id],
    )
    assert json.loads(change.before or "") == {"stage": start}
    assert json.loads(change.after or "") == {"stage": end, "comment": "why"}
    with store.reading() as session:
        now = find_version(session, VersionBy(id=version.id))
        model = find_model(session, ModelBy(id=version.model_id))
    assert now.stage == end
    assert made_at(store, change, now.stage_since, now.updated_at, model.updated_at)


def test_incumbents_make_way_when_asked(store: Store) -> None:
    model = store.model("a")
    first, second, third = (store.version(model) for _ in range(3))
    foreign = store.version()
    for version in (first, second, foreign):
        assert move(store, version, "PRODUCTION") == []
    before = store.last_change().sequence
    assert move(store, third, "PRODUCTION", archive_incumbents=True) == [1, 2]
    assert stages(store, model) == {1: "ARCHIVED", 2: "ARCHIVED", 3: "PRODUCTION"}
    behind = store.changes(before)
    assert [change.subject_id for change in behind] == [first.id, second.id, third.id]
    assert len({change.transaction for change in behind}) == 1
    with store.reading() as session:
        assert find_version(session, VersionBy(id=foreign.id)).stage == "PRODUCTION"


def test_without_asking_both_stay(store: Store) -> None:
    model = store.model("a")
    first, second = store.version(model), store.version(model)
    move(store, first, "PRODUCTION")
    assert move(store, second, "PRODUCTION") == []
    assert stages(store, model) == {1: "PRODUCTION", 2: "PRODUCTION"}
    assert move(store, second, "PRODUCTION", archive_incumbents=True) == [1]
    assert stages(store, model) == {1: "ARCHIVED", 2: "PRODUCTION"}


def test_archiving_archives_nobody_else(store: Store) -> None:
    model = store.model("a")
    first, second = store.version(model), store.version(model)
    move(store, first, "ARCHIVED")
    before = store.last_change().sequence
    assert move(store, second, "ARCHIVED", archive_incumbents=True) == []
    assert [change.subject_id for change in store.changes(before)] == [second.id]


def test_a_lost_update_is_refused(store: Store) -> None:
    version = store.version()
    move(store, version, "STAGING", expected_revision=1)
    before = store.changes()
    with pytest.raises(StaleRevision) as caught:
        move(store, version, "PRODUCTION", expected_revision=1)
    assert (caught.value.current, caught.value.field) == (2, ("expectedRevision",))
    assert store.changes() == before
    move(store, version, "PRODUCTION", expected_revision=2)


def test_an_incumbent_that_makes_way_has_a_new_revision(store: Store) -> None:
    model = store.model("a")
    first, second = store.version(model), store.version(model)
    move(store, first, "PRODUCTION")
    move(store, second, "PRODUCTION", archive_incumbents=True)
    with pytest.raises(StaleRevision):
        move(store, first, "STAGING", expected_revision=2)


@pytest.mark.parametrize(("wrong", "right"), [("PRODUCTIN", "PRODUCTION"), ("production", "PRODUCTION")])
def test_an_unknown_stage_is_refused_with_the_nearest(store: Store, wrong: str, right: str) -> None:
    version = store.version()
    with pytest.raises(NotFound, match=wrong) as caught:
        move(store, version, wrong)
    assert (caught.value.suggestions[0], caught.value.field) == (right, ("to",))


def test_a_stage_that_is_like_none_brings_them_all(store: Store) -> None:
    with pytest.raises(NotFound) as caught:
        move(store, store.version(), "???")
    assert list(caught.value.suggestions) == STAGES


def test_a_comment_that_no_store_can_keep_is_refused(store: Store) -> None:
    with pytest.raises(Refusals) as caught:
        move(store, store.version(), "STAGING", comment="\ud800")
    assert [error.field for error in caught.value.errors] == [("comment",)]
