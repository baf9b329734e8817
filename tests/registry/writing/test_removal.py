"""What is deleted is hidden, can come back, and frees no number."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.db.changelog import Change
from app.db.paging import PageRequest
from app.errors import AlreadyExists, Conflict, NotFound
from app.registry.reading.finding import ModelBy, VersionBy, find_model, find_version
from app.registry.reading.listing import aliases_of, list_models, list_versions, tags_of
from app.registry.tables import ModelVersion, RegisteredModel
from app.registry.writing.labels import set_alias
from app.registry.writing.removal import (
    delete_model,
    delete_version,
    remove_alias,
    remove_tags,
    restore_model,
)
from tests.store import Store

pytestmark = pytest.mark.both_databases


def remove(store: Store, model: RegisteredModel) -> None:
    with store.writing() as session:
        delete_model(session, find_model(session, ModelBy(id=model.id)))


def listed(store: Store) -> tuple[list[str], list[int]]:
    with store.reading() as session:
        models = list_models(session, PageRequest(first=100)).items
        versions = list_versions(session, PageRequest(first=100)).items
    return [model.name for model in models], sorted(version.number for version in versions)


def test_it_works(store: Store) -> None:
    model = store.model("a")
    store.version(model)
    remove(store, model)
    assert listed(store) == ([], [])
    with store.reading() as session, pytest.raises(NotFound):
        find_model(session, ModelBy(name="a"))
    with store.writing() as session:
        restore_model(session, model.id)
    assert listed(store) == (["a"], [1])
    assert [change.action for change in store.changes()[-2:]] == ["model.deleted", "model.restored"]


def test_a_deleted_name_is_free_and_its_numbers_start_anew(store: Store) -> None:
    model = store.model("a")
    store.version(model)
    remove(store, model)
    other = store.model("a")
    assert (other.id != model.id, store.version(other).number) == (True, 1)
    with store.writing() as session, pytest.raises(AlreadyExists) as refused:
        restore_model(session, model.id)
    assert refused.value.existing == other.id


def test_only_what_went_with_the_model_comes_back(store: Store) -> None:
    model = store.model("a")
    first, _second = store.version(model), store.version(model)
    with store.writing() as session:
        delete_version(session, session.get_one(ModelVersion, first.id))
    remove(store, model)
    with store.writing() as session:
        restore_model(session, model.id)
        with pytest.raises(Conflict):
            restore_model(session, model.id)
    assert listed(store) == (["a"], [2])


def test_what_went_before_the_model_does_not_come_back_when_the_clock_is_set_back(store: Store) -> None:
    model = store.model("a")
    first, _second = store.version(model), store.version(model)
    with store.writing() as session:
        future = session.now + timedelta(days=1)
        session.execute(update(Change).values(at=future))
    with store.writing() as session:
        delete_version(session, session.get_one(ModelVersion, first.id))
    remove(store, model)
    with store.writing() as session:
        restore_model(session, model.id)
    assert listed(store) == (["a"], [2])


def test_a_deleted_number_is_not_used_again(store: Store) -> None:
    model = store.model("a")
    version = store.version(model)
    with store.writing() as session:
        delete_version(session, session.get_one(ModelVersion, version.id))
    assert store.version(model).number == 2


def test_a_version_goes_with_its_aliases(store: Store) -> None:
    model = store.model("a")
    version = store.version(model)
    with store.writing() as session:
        set_alias(session, session.get_one(ModelVersion, version.id), "champion")
    with store.writing() as session:
        delete_version(session, session.get_one(ModelVersion, version.id))
    with store.reading() as session:
        assert aliases_of(session, [model.id]) == {}
        with pytest.raises(NotFound):
            find_version(session, VersionBy(model=ModelBy(name="a"), alias="champion"))


def test_an_alias_is_removed_by_its_name(store: Store) -> None:
    model = store.model("a")
    version = store.version(model)
    with store.writing() as session:
        set_alias(session, session.get_one(ModelVersion, version.id), "champion")
        with pytest.raises(NotFound) as refused:
            remove_alias(session, find_model(session, ModelBy(id=model.id)), "champoin")
        remove_alias(session, find_model(session, ModelBy(id=model.id)), "champion")
    assert refused.value.suggestions == ("champion",)
    with store.reading() as session:
        assert aliases_of(session, [model.id]) == {}


def test_tags_are_removed_by_their_keys(store: Store) -> None:
    model = store.model("a", tags={"x": 1, "y": True})
    with store.writing() as session:
        assert remove_tags(session, model.id, ["x", "x", "unknown"]) == 1
        assert remove_tags(session, model.id, ["unknown"]) == 0
    with store.reading() as session:
        assert tags_of(session, [model.id]) == {model.id: {"y": True}}
