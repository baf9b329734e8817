"""Models and versions change as far as they may, and never by halves."""

import pytest

from app.errors import AlreadyExists, Conflict, Immutable, InvalidInput, NotFound, StaleRevision
from app.registry.drafts import ModelPatch, OutcomeDraft, VersionDraft, VersionPatch, draft
from app.registry.reading.finding import ModelBy, find_model
from app.registry.tables import ModelVersion, RegisteredModel
from app.registry.writing.editing import (
    finalize_version,
    rename_model,
    retire_model,
    update_model,
    update_version,
)
from app.registry.writing.registration import create_versions
from tests.store import Store

pytestmark = pytest.mark.both_databases


def fresh(store: Store, model: RegisteredModel) -> RegisteredModel:
    with store.reading() as session:
        return find_model(session, ModelBy(id=model.id))


def patch(store: Store, model: RegisteredModel, expected: int | None = None, **facts: object) -> bool:
    with store.writing() as session:
        return update_model(
            session, find_model(session, ModelBy(id=model.id)), draft(ModelPatch, facts), expected=expected
        )


def test_it_works(store: Store) -> None:
    model = store.model("a", description="old", license="MIT", languages=["de"])
    assert patch(store, model, description="new", license=None, task="NER")
    after = fresh(store, model)
    assert (after.description, after.license, after.license_folded) == ("new", None, None)
    assert (after.task, after.task_written) == ("named_entity_recognition", "NER")
    assert (after.languages, after.revision) == (["de"], 2)
    change = store.last_change()
    assert (change.action, change.subject_id) == ("model.updated", model.id)
    assert '"description":"old"' in (change.before or "")


def test_what_is_as_wanted_already_changes_nothing(store: Store) -> None:
    model = store.model("a", description="same")
    before = store.last_change().sequence
    assert not patch(store, model, description="same")
    assert (store.last_change().sequence, fresh(store, model).revision) == (before, 1)


def test_null_clears_lists_too(store: Store) -> None:
    model = store.model("a", languages=["de"], domains=["nlp"])
    patch(store, model, languages=None)
    assert (fresh(store, model).languages, fresh(store, model).domains) == ([], ["nlp"])


def test_a_lost_update_is_refused_with_the_revision_of_now(store: Store) -> None:
    model = store.model("a")
    patch(store, model, expected=1, description="mine")
    with pytest.raises(StaleRevision) as refused:
        patch(store, model, expected=1, description="theirs")
    assert refused.value.current == 2
    assert fresh(store, model).description == "mine"


def test_owners_exist(store: Store) -> None:
    model = store.model("a")
    assert patch(store, model, owners=[store.viewer.id, store.viewer.id])
    assert fresh(store, model).owners == [store.viewer.id]
    with pytest.raises(NotFound):
        patch(store, model, owners=["usr_nobody"])


def rename(store: Store, model: RegisteredModel, name: str) -> bool:
    with store.writing() as session:
        return rename_model(session, find_model(session, ModelBy(id=model.id)), name)


def named(store: Store, name: str) -> str:
    with store.reading() as session:
        return find_model(session, ModelBy(name=name)).id


def test_an_old_name_leads_to_the_model_until_it_is_taken(store: Store) -> None:
    model = store.model("old")
    rename(store, model, "new")
    assert named(store, "old") == named(store, "new") == model.id
    other = store.model("old")
    assert (named(store, "old"), named(store, "new")) == (other.id, model.id)


def test_names_may_be_swapped_back(store: Store) -> None:
    model = store.model("a")
    rename(store, model, "b")
    rename(store, model, "a")
    assert named(store, "a") == named(store, "b") == model.id
    assert not rename(store, model, "a")


def test_a_taken_name_is_refused(store: Store) -> None:
    model, other = store.model("a"), store.model("b")
    with pytest.raises(AlreadyExists) as refused:
        rename(store, model, "b")
    assert refused.value.existing == other.id
    with pytest.raises(InvalidInput):
        rename(store, model, "a/b")


def test_a_retired_model_says_why_and_what_to_take(store: Store) -> None:
    model, better = store.model("a"), store.model("b")
    with store.writing() as session:
        retire_model(session, find_model(session, ModelBy(id=model.id)), "too slow", better)
    after = fresh(store, model)
    assert (after.retirement_reason, after.replacement_id) == ("too slow", better.id)
    with store.writing() as session:
        old, new = find_model(session, ModelBy(id=model.id)), find_model(session, ModelBy(id=better.id))
        with pytest.raises(Conflict):
            retire_model(session, new, "in a circle", old)
        with pytest.raises(InvalidInput):
            retire_model(session, new, "by itself", new)


def pending(store: Store, model: RegisteredModel) -> ModelVersion:
    with store.writing() as session:
        [version] = create_versions(session, [(model, draft(VersionDraft, {}))], state="PENDING")  # type: ignore[arg-type]
    return version


def finalize(store: Store, version: ModelVersion, **ended: object) -> bool:
    with store.writing() as session:
        return finalize_version(
            session, session.get_one(ModelVersion, version.id), draft(OutcomeDraft, ended)
        )


def test_a_draft_ends_once(store: Store) -> None:
    version = pending(store, store.model("a"))
    assert version.state == "PENDING"
    assert finalize(store, version, outcome="FAILED", message="out of memory")
    assert not finalize(store, version, outcome="FAILED")
    with pytest.raises(Immutable):
        finalize(store, version, outcome="READY")
    with pytest.raises(InvalidInput):
        finalize(store, version, outcome="PENDING")


def test_a_version_takes_a_free_semver(store: Store) -> None:
    model = store.model("a")
    first, second = store.version(model, semver="1.0.0"), store.version(model)
    with store.writing() as session:
        row = session.get_one(ModelVersion, second.id)
        assert update_version(session, row, draft(VersionPatch, {"semver": "1.1.0", "description": "x"}))
        with pytest.raises(AlreadyExists) as refused:
            update_version(session, row, draft(VersionPatch, {"semver": "1.0.0"}))
    assert refused.value.existing == first.id
    assert refused.value.field == ("patch", "semver")
