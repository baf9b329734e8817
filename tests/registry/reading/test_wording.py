"""Finding by words in the database alone."""

import pytest

from app.registry.reading.wording import Worded, datasets_with_words, models_with_words
from app.registry.writing.labels import set_tags
from app.registry.writing.removal import delete_model
from app.search.filters import All, FactField, Filter, In
from tests.store import Store

pytestmark = pytest.mark.both_databases

EVERY = All()


def models(store: Store, text: str, admitted: Filter = EVERY, limit: int = 10) -> Worded:
    with store.reading() as session:
        return models_with_words(session, text, admitted, limit)


def test_names_count_more_than_descriptions_and_tags(store: Store) -> None:
    said = store.model("one", description="Sees BIRDS")
    tagged = store.model("two")
    named = store.model("bird-caller")
    shown = store.model("three", display_name="Birds")
    store.model("other")
    with store.writing() as session:
        set_tags(session, tagged.id, {"sort": "Bird songs"})
    answer = models(store, "a bird")
    assert set(answer.ids[:2]) == {named.id, shown.id}
    assert set(answer.ids[2:]) == {said.id, tagged.id}
    assert (answer.scores, answer.total) == ([1, 1, 1 / 3, 1 / 3], 4)


def test_more_words_are_better_than_one_and_any_is_enough(store: Store) -> None:
    one, both = store.model("bird"), store.model("bird-voices")
    answer = models(store, "voice of birds")
    assert (answer.ids, answer.scores, answer.total) == ([both.id, one.id], [1, 0.5], 2)
    assert models(store, "voice of birds", limit=1).total == 2


def test_a_filter_and_a_deletion_leave_models_out(store: Store) -> None:
    kept, other = store.model("bird-1", license="MIT"), store.model("bird-2")
    deleted = store.model("bird-3", license="MIT")
    with store.writing() as session:
        delete_model(session, deleted)
    assert models(store, "bird", In(FactField.LICENSE, ("mit",))).ids == [kept.id]
    assert set(models(store, "bird").ids) == {kept.id, other.id}


@pytest.mark.parametrize("text", ["the of", "%", "_", "'", "\x00", "\ud800"])
def test_what_is_no_word_finds_nothing(store: Store, text: str) -> None:
    store.model("bird_1", description="100 % it's")
    assert models(store, text) == Worded([], [], 0)


def test_datasets_are_found_too(store: Store) -> None:
    named, said = store.dataset("Birds"), store.dataset("two", description="of birds")
    store.dataset("other")
    with store.reading() as session:
        answer = datasets_with_words(session, "bird", EVERY, 10)
    assert (answer.ids, answer.total) == ([named.id, said.id], 2)
