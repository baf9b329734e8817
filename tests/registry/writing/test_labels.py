"""Tags and aliases: set, replaced, moved, and every move in the log."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from app.errors import InvalidInput, LimitExceeded, NotFound, Refusals
from app.registry.reading.finding import ModelBy, VersionBy, find_model, find_version
from app.registry.tables import Alias, ModelVersion, Tag
from app.registry.writing.labels import set_alias, set_tags
from tests.store import Store, made_at

pytestmark = pytest.mark.both_databases

VALUES = st.sampled_from(
    [True, False, 0, 1, 0.0, 1.0, -1, 0.5, "", "1", "True", [], [1], [True], {}, {"a": 1}]
)


def tag(store: Store, subject_id: str, **tags: Any) -> None:
    with store.writing() as session:
        set_tags(session, subject_id, tags)


def tags_of(store: Store, subject_id: str) -> dict[str, Any]:
    with store.reading() as session:
        mine = select(Tag.key, Tag.value).where(Tag.subject_id == subject_id).order_by(col(Tag.key))
        return dict(session.exec(mine).all())


def alias(store: Store, version: ModelVersion, name: str) -> int | None:
    """Point an alias at a version and return the number it pointed at before."""
    with store.writing() as session:
        previous = set_alias(session, find_version(session, VersionBy(id=version.id)), name)
        return previous.number if previous else None


def test_tags_of_a_model_a_version_and_a_dataset(store: Store) -> None:
    model, dataset = store.model("a"), store.dataset("d", tags={"old": 1})
    version = store.version(model)
    for subject in (model.id, version.id, dataset.id):
        tag(store, subject, team="NLP", year=2026)
        change = store.last_change()
        assert (change.action, change.subject_id) == ("tags.set", subject)
        assert change.related == ([model.id] if subject == version.id else [])
        assert json.loads(change.after or "") == {"team": "NLP", "year": 2026}
    assert tags_of(store, dataset.id) == {"old": 1, "team": "NLP", "year": 2026}
    with store.reading() as session:
        row = session.get(Tag, (model.id, "team"))
        assert row is not None
        assert (row.text_folded, row.number) == ("nlp", None)
        assert find_model(session, ModelBy(name="a")).updated_at > model.updated_at


@settings(max_examples=25, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from("abc"), VALUES, min_size=1), min_size=1, max_size=5))
def test_tags_are_replaced_by_key_and_kept_exactly(shared_store: Store, sets: list[dict[str, Any]]) -> None:
    model = shared_store.model()
    expected: dict[str, Any] = {}
    for tags in sets:
        changed = {k: v for k, v in tags.items() if k not in expected or repr(expected[k]) != repr(v)}
        before = shared_store.last_change().sequence
        tag(shared_store, model.id, **tags)
        behind = shared_store.changes(before)
        assert len(behind) == bool(changed)
        if changed:
            assert json.loads(behind[0].after or "") == changed
            assert json.loads(behind[0].before or "") == {k: expected[k] for k in changed if k in expected}
        expected |= tags
    assert repr(tags_of(shared_store, model.id)) == repr(dict(sorted(expected.items())))


def test_a_key_that_was_set_twice_in_one_transaction_has_its_last_value(store: Store) -> None:
    model = store.model("a", tags={"k": 1})
    with store.writing() as session:
        set_tags(session, model.id, {"k": 2})
        set_tags(session, model.id, {"k": 3, "l": 1})
    assert tags_of(store, model.id) == {"k": 3, "l": 1}


def test_an_entity_has_at_most_a_thousand_tags(store: Store) -> None:
    model = store.model("a", tags={str(number): 1 for number in range(999)})
    tag(store, model.id, one=1)
    tag(store, model.id, one=2)
    with pytest.raises(LimitExceeded) as caught:
        tag(store, model.id, two=2)
    assert caught.value.field == ("tags",)


@pytest.mark.parametrize("value", [None, float("nan"), 2**60, "\ud800", {1: 2}])
def test_a_tag_that_no_store_can_keep_changes_nothing(store: Store, value: Any) -> None:
    model = store.model("a", tags={"k": 1})
    before = store.changes()
    with pytest.raises(Refusals) as caught:
        tag(store, model.id, k=2, bad=value)
    assert [error.field for error in caught.value.errors] == [("tags", "bad")]
    assert tags_of(store, model.id) == {"k": 1}
    assert store.changes() == before


def test_no_tags_at_all_are_a_mistake(store: Store) -> None:
    with pytest.raises(Refusals):
        tag(store, store.model("a").id)


def test_what_cannot_be_tagged(store: Store) -> None:
    unknown = store.model("a").id[:-4] + "0000"
    with pytest.raises(NotFound, match=unknown):
        tag(store, unknown, k=1)
    with pytest.raises(InvalidInput, match="a user"):
        tag(store, store.viewer.id, k=1)
    with pytest.raises(InvalidInput, match="not an id"):
        tag(store, "a", k=1)


def test_an_alias_moves_and_says_where_it_was(store: Store) -> None:
    model = store.model("a")
    first, second = store.version(model), store.version(model)
    assert alias(store, first, "champion") is None
    since = store.last_change().at
    assert alias(store, second, "champion") == 1
    change = store.last_change()
    assert (change.action, change.subject_id) == ("alias.set", model.id)
    assert set(change.related) == {first.id, second.id}
    assert json.loads(change.before or "") == {"alias": "champion", "version": 1}
    assert json.loads(change.after or "") == {"alias": "champion", "version": 2}
    assert change.at > since
    with store.reading() as session:
        assert find_version(session, VersionBy(model=ModelBy(name="a"), alias="champion")).number == 2
        row = session.get(Alias, (model.id, "champion"))
        assert row is not None
        assert (row.version_id, row.protected) == (second.id, False)
        assert made_at(store, change, row.since)


def test_an_alias_that_is_there_already_changes_nothing(store: Store) -> None:
    version = store.version()
    alias(store, version, "champion")
    before = store.changes()
    assert alias(store, version, "champion") is None
    assert store.changes() == before


def test_aliases_keep_their_case_and_belong_to_one_model(store: Store) -> None:
    model, other = store.model("a"), store.model("b")
    first, second, foreign = store.version(model), store.version(model), store.version(other)
    for version, name in ((first, "best"), (second, "Best"), (foreign, "best")):
        assert alias(store, version, name) is None
    with store.reading() as session:
        named = {
            (name, alias): find_version(session, VersionBy(model=ModelBy(name=name), alias=alias)).id
            for name, alias in (("a", "best"), ("a", "Best"), ("b", "best"))
        }
    assert named == {("a", "best"): first.id, ("a", "Best"): second.id, ("b", "best"): foreign.id}


@pytest.mark.parametrize("name", ["latest", "v1", "a b", ""])
def test_reserved_and_malformed_aliases_change_nothing(store: Store, name: str) -> None:
    version = store.version()
    before = store.changes()
    with pytest.raises(InvalidInput) as caught:
        alias(store, version, name)
    assert caught.value.field == ("alias",)
    assert store.changes() == before
