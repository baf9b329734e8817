"""Words that another rule made are made anew, a few at a time."""

import pytest
from sqlmodel import select, update

from app.identity.principals import viewer_named
from app.identity.session import writing
from app.identity.viewer import SYSTEM_SERVICE, AllowAll
from app.registry.drafts import TaskDraft, draft
from app.registry.opening import open_registry, renew_words
from app.registry.reading.finding_by_words import datasets_with_words, models_with_words
from app.registry.reading.words import SUBJECTS_A_STEP, wrong_words
from app.registry.tables import Words
from app.registry.writing.removal import delete_model
from app.registry.writing.tasks import define_tasks
from app.registry.writing.words import rewrite_outdated_words
from app.search.filters import All
from tests.store import Store

pytestmark = pytest.mark.both_databases

CALLING = {
    "name": "bird_calling",
    "title": "Calls",
    "description": "Who is chirping there",
    "synonyms": ["tweeting of birds"],
}


def found(store: Store, text: str) -> set[str]:
    with store.reading() as session:
        finders = (models_with_words, datasets_with_words)
        return {one for find in finders for one in find(session, text, All(), 1_000).ids}


def spoil(store: Store, **values: str | dict[str, int]) -> None:
    """Give all words what another release would have given them."""
    with store.writing() as session:
        session.execute(update(Words).values(**values))


def quiet(_progress: str) -> None:
    """Let nobody hear how far it has come."""


def rules(store: Store) -> set[str]:
    with store.reading() as session:
        return set(session.exec(select(Words.rule)))


def test_words_of_another_rule_are_found_until_they_are_made_anew(store: Store) -> None:
    model, dataset = store.model("bird"), store.dataset("birds")
    spoil(store, rule="another", terms={"finch": 1})
    assert (found(store, "finch"), found(store, "bird")) == ({model.id, dataset.id}, set())
    told: list[str] = []
    assert renew_words(store.database, told.append) == 2
    assert told == ["words by which the database finds, made anew: 2 of 2"]
    assert (found(store, "finch"), found(store, "bird")) == (set(), {model.id, dataset.id})
    assert renew_words(store.database, told.append) == 0


def test_opening_makes_words_anew_where_nobody_else_may_have_another_rule(store: Store) -> None:
    store.model("bird")
    [rule] = rules(store)
    spoil(store, rule="another")
    open_registry(store.database.url).close()
    assert rules(store) == ({rule} if store.database.embedded else {"another"})


def test_each_step_is_a_transaction_and_leaves_the_others_as_they_are(store: Store) -> None:
    for number in range(SUBJECTS_A_STEP + 1):
        store.model(f"bird-{number}")
    [rule] = rules(store)
    spoil(store, rule="another")
    with store.database.read() as session:
        system = viewer_named(session, SYSTEM_SERVICE)
    with writing(store.database, system, AllowAll()) as session:
        assert rewrite_outdated_words(session) == SUBJECTS_A_STEP
    assert rules(store) == {rule, "another"}
    assert renew_words(store.database, quiet) == 1
    assert rules(store) == {rule}


def test_words_of_what_is_gone_are_removed(store: Store) -> None:
    gone = store.model("bird")
    with store.writing() as session:
        delete_model(session, gone)
        session.add(
            Words(key=gone.key or 0, kind="models", subject_id=gone.id, rule="another", terms={"bird": 1})
        )
    renew_words(store.database, quiet)
    assert rules(store) == set()


def test_words_are_made_anew_whatever_made_them(store: Store) -> None:
    model = store.model("bird")
    spoil(store, terms={"finch": 1})
    with store.reading() as session:
        assert list(wrong_words(session)) == [model.id]
    assert renew_words(store.database, quiet) == 0
    assert renew_words(store.database, quiet, every=True) == 1
    with store.reading() as session:
        assert list(wrong_words(session)) == []
    assert found(store, "bird") == {model.id}


def test_a_task_that_is_defined_later_lends_its_words_too(store: Store) -> None:
    named = store.model("one", task="Tweeting of birds")
    further = store.model("two", tags={"tasks": ["singing", "tweeting-of-birds"]})
    dataset = store.dataset("three", tags={"task": "bird calling"})
    store.model("four", tags={"note": "tweeting of birds"})
    assert found(store, "chirp") == set()
    with store.writing() as session:
        define_tasks(session, [draft(TaskDraft, CALLING)])
    assert found(store, "chirp") == {named.id, further.id, dataset.id}
    with store.reading() as session:
        assert list(wrong_words(session)) == []
