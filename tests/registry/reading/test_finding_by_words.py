"""Finding by words in the database alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.ids import new_id
from app.registry.drafts import ModelPatch, TaskDraft, draft
from app.registry.reading.finding_by_words import READ, FoundByWords, datasets_with_words, models_with_words
from app.registry.writing.editing import rename_model, update_model
from app.registry.writing.labels import set_tags
from app.registry.writing.removal import delete_model, remove_tags, restore_model
from app.registry.writing.tasks import define_tasks
from app.search.filters import All, FactField, Filter, In, StartsWith
from app.search.tokens import tokens
from tests.store import Store, statements

pytestmark = pytest.mark.both_databases

EVERY = All()


def models(store: Store, text: str, admitted: Filter = EVERY, limit: int = 10) -> FoundByWords:
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
    assert answer.scores[0] == answer.scores[1] > answer.scores[2] > answer.scores[3] > 0
    assert answer.total == 4


def test_more_words_are_better_than_one_and_any_is_enough(store: Store) -> None:
    one, both = store.model("bird"), store.model("bird-voices")
    answer = models(store, "voice of birds")
    assert (answer.ids, answer.total) == ([both.id, one.id], 2)
    assert 1 > answer.scores[0] > answer.scores[1] > 0
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
    assert models(store, text) == FoundByWords([], [], 0)


def test_datasets_are_found_too(store: Store) -> None:
    named, said = store.dataset("Birds"), store.dataset("two", description="of birds")
    store.dataset("other")
    with store.reading() as session:
        answer = datasets_with_words(session, "bird", EVERY, 10)
    assert (answer.ids, answer.total) == ([named.id, said.id], 2)


def test_models_are_found_by_what_they_say_now(store: Store) -> None:
    model = store.model("bird", tags={"colour": "red"})
    with store.writing() as session:
        set_tags(session, model.id, {"colour": "blue", "song": "loud"})
        rename_model(session, model, "finch")
        update_model(session, model, ModelPatch(description="Sings at dawn"))
    assert [models(store, word).total for word in ("bird", "red")] == [0, 0]
    for word in ("blue", "loud", "finch", "dawn"):
        assert models(store, word).ids == [model.id]
    with store.writing() as session:
        remove_tags(session, model.id, ["song"])
    assert models(store, "loud").total == 0
    with store.writing() as session:
        delete_model(session, model)
    assert models(store, "finch").total == 0
    with store.writing() as session:
        restore_model(session, model.id)
    assert models(store, "finch").ids == [model.id]


def test_models_are_found_by_the_plain_words_of_their_tasks(store: Store) -> None:
    with store.writing() as session:
        described = {"name": "bird_calling", "title": "Calls", "description": "Who is chirping there"}
        define_tasks(session, [draft(TaskDraft, described)])
    doing, further = store.model("one", task="bird_calling"), store.model("two", tags={"tasks": ["Calls"]})
    store.model("three", description="a calling of a bird")
    answer = models(store, "chirp")
    assert (set(answer.ids), answer.total) == ({doing.id, further.id}, 2)


@pytest.mark.parametrize("text", ["…", "the", "\u3042\u309b", "\u0149", "a\u2032b\u2019c", 'it\'s \\ "so"'])
def test_whatever_is_written_is_kept(store: Store, text: str) -> None:
    model = store.model("bird", description=text, task=text, display_name=text, tags={"tasks": [text]})
    dataset = store.dataset(f"{text} birds", description=text)
    assert models(store, f"{text} bird").ids == [model.id]
    with store.reading() as session:
        assert datasets_with_words(session, f"{text} bird", EVERY, 10).ids == [dataset.id]


def test_the_last_word_may_be_the_start_of_one(store: Store) -> None:
    model = store.model("hummingbird")
    assert models(store, "humm").ids == models(store, "loud humm").ids == [model.id]
    assert [models(store, text).total for text in ("hum", "humm nothing", "bird")] == [0, 0, 0]
    exact = store.model("humm")
    assert models(store, "humm").ids == [exact.id]


def test_a_filter_of_several_conditions_leaves_models_out(store: Store) -> None:
    one, _ = store.model("bird-1", license="MIT"), store.model("bird-2", license="GPL")
    admitted = In(FactField.LICENSE, ("mit",))
    assert models(store, "bird", admitted).total == 1
    assert models(store, "bird", StartsWith(FactField.NAME, "bird-1")).ids == [one.id]


def test_what_is_not_read_follows_in_the_order_of_the_rarity_of_its_words(store: Store) -> None:
    for _ in range(READ + 2):
        store.model(f"bird-{new_id('mdl')}")
    answer = models(store, "bird", limit=READ + 1)
    assert (len(answer.ids), answer.total) == (READ + 1, READ + 2)
    assert answer.scores[READ - 1] > answer.scores[READ] == 0


def test_the_number_of_statements_is_fixed(store: Store) -> None:
    for name in ("bird", "bird-song", "bird-voice"):
        store.model(name, task="text_classification")
    counts = []
    for text in ("bird", "song of a bird that sings in the old forest", "voic"):
        with store.reading() as session, statements(store.database) as sent:
            models_with_words(session, text, EVERY, 10)
        counts.append(len(sent))
    assert len(set(counts)) == 1
    assert counts[0] <= 6


@given(
    texts=st.lists(st.text("xyé中文 -_9.⑴⒈B", max_size=20), min_size=1, max_size=6),
    asked=st.text("xyé中文 -_9.⑴⒈B", max_size=12),
)
def test_exactly_what_shares_a_term_is_found(shared_store: Store, texts: list[str], asked: str) -> None:
    mark, last = f"rule{new_id('mdl')[4:]}", "zyzzyva"
    texts = [text for text in texts if text.isprintable()]
    described = [shared_store.model(description=text, license=mark) for text in texts]
    shared_store.model(description=last)
    with shared_store.reading() as session:
        answer = models_with_words(session, f"{asked} {last}", In(FactField.LICENSE, (mark,)), 1_000)
    wanted = set(tokens(asked))
    expected = {
        model.id for model in described if wanted & {*tokens(model.name), *tokens(model.description or "")}
    }
    assert set(answer.ids) == expected
    assert answer.total == len(answer.ids) == len(expected)
