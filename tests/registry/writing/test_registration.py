"""Registering models and creating versions: names and numbers are taken once, and the log tells it all."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from app.errors import AlreadyExists, NotFound
from app.registry.drafts import MetricDraft, ModelDraft, NamespaceDraft, TransitionDraft, VersionDraft, draft
from app.registry.reading.finding import ModelBy, VersionBy, find_model, find_version
from app.registry.tables import ModelVersion, Param, RegisteredModel, Tag
from app.registry.writing.metrics import log_metrics
from app.registry.writing.namespaces import create_namespaces
from app.registry.writing.registration import create_versions, register_models
from app.registry.writing.stages import transition_stage
from tests.store import Store, made_at

pytestmark = pytest.mark.both_databases


def numbers(store: Store, model: RegisteredModel) -> list[int]:
    """Return the numbers of a model's versions in the order of their making."""
    with store.reading() as session:
        mine = select(ModelVersion.number).where(ModelVersion.model_id == model.id)
        return list(session.exec(mine.order_by(col(ModelVersion.id))))


def test_it_works(store: Store) -> None:
    model = store.model(
        "resnet50",
        displayName="ResNet-50",
        task="Image Classification",
        license="Apache-2.0",
        domains=["Computer Vision"],
        languages=["de"],
        tags={"source_id": ["a", "b"]},
    )
    with store.reading() as session:
        found = find_model(session, ModelBy(name="resnet50"))
        tags = session.exec(select(Tag.key, Tag.value).where(Tag.subject_id == found.id)).all()
    assert found == model
    assert (found.task, found.task_written) == ("image_classification", "Image Classification")
    assert (found.license, found.license_folded) == ("Apache-2.0", "apache-2.0")
    assert (found.domains, found.domains_folded) == (["Computer Vision"], ["computer vision"])
    assert (found.created_by, found.revision, found.key) == (store.viewer.id, 1, 1)
    assert tags == [("source_id", ["a", "b"])]
    change = store.last_change()
    assert (change.action, change.subject_id, change.related) == (
        "model.registered",
        model.id,
        [model.namespace_id],
    )
    assert json.loads(change.after or "")["displayName"] == "ResNet-50"
    assert made_at(store, change, found.created_at, found.updated_at)


def test_a_task_that_nobody_knows_is_kept_as_written(store: Store) -> None:
    unknown = store.model("a", task="Cat Herding")
    written = store.model("b", task="image_classification", taskAsWritten="Bilder sortieren")
    assert (unknown.task, unknown.task_written, unknown.task_folded) == (
        "Cat Herding",
        "Cat Herding",
        "cat herding",
    )
    assert (written.task, written.task_written) == ("image_classification", "Bilder sortieren")


def test_a_taken_name_says_who_has_it(store: Store) -> None:
    model = store.model("a")
    before = store.changes()
    with pytest.raises(AlreadyExists, match="'a'") as caught:
        store.model("a")
    assert caught.value.existing == model.id
    assert caught.value.field == ("name",)
    assert store.changes() == before


def test_one_name_twice_at_once_leaves_neither(store: Store) -> None:
    twice = [draft(ModelDraft, {"name": name}) for name in ("one", "e\u0301", "é")]
    with pytest.raises(AlreadyExists, match="'é'"), store.writing() as session:
        register_models(session, twice)
    with store.reading() as session:
        assert session.exec(select(RegisteredModel)).all() == []


def test_names_differ_by_case_and_by_namespace(store: Store) -> None:
    with store.writing() as session:
        create_namespaces(session, [draft(NamespaceDraft, {"name": "timm", "description": "Images"})])
        made = register_models(
            session,
            [
                draft(ModelDraft, {"name": "a"}),
                draft(ModelDraft, {"name": "A"}),
                draft(ModelDraft, {"namespace": "timm", "name": "a"}),
            ],
        )
    assert len({model.id for model in made}) == len({model.key for model in made}) == 3


def test_a_namespace_is_never_made_silently(store: Store) -> None:
    with store.writing() as session:
        [made] = create_namespaces(session, [draft(NamespaceDraft, {"name": "research"})])
    with pytest.raises(NotFound, match="reserch") as caught:
        store.model("a", namespace="reserch")
    assert (caught.value.suggestions, caught.value.field) == (("research",), ("namespace",))
    with pytest.raises(AlreadyExists) as taken, store.writing() as session:
        create_namespaces(session, [draft(NamespaceDraft, {"name": "research"})])
    assert taken.value.existing == made.id


def test_a_version_keeps_what_it_was_made_with(store: Store) -> None:
    model = store.model("a")
    version = store.version(
        model,
        semver="1.0.0-rc.1",
        source="https://weights",
        parameterCount=25_557_032,
        releasedAt="2020-02-27T00:00:00Z",
        params={"lr": 0.1, "layers": [1, 2], "name": "ADAM"},
        tags={"nice": True},
        metrics=[{"name": "acc", "value": 1}, {"name": "acc", "value": 2, "step": 1}],
    )
    with store.reading() as session:
        assert find_version(session, VersionBy(id=version.id)) == version
        params = session.exec(
            select(Param).where(Param.version_id == version.id).order_by(col(Param.name))
        ).all()
    assert (version.number, version.state, version.stage, version.revision) == (1, "READY", "DEVELOPMENT", 1)
    assert [(param.name, param.value, param.text_folded, param.number) for param in params] == [
        ("layers", [1, 2], None, None),
        ("lr", 0.1, None, 0.1),
        ("name", "ADAM", "adam", None),
    ]
    change = store.last_change()
    assert (change.action, change.subject_id, change.related) == ("version.created", version.id, [model.id])
    assert json.loads(change.after or "") == {
        "number": 1,
        "state": "READY",
        "stage": "DEVELOPMENT",
        "semver": "1.0.0-rc.1",
        "source": "https://weights",
        "parameterCount": 25_557_032,
        "releasedAt": "2020-02-27T00:00:00Z",
        "tags": {"nice": True},
        "params": {"lr": 0.1, "layers": [1, 2], "name": "ADAM"},
        "metrics": 2,
    }


def test_a_new_version_can_be_worked_with_before_the_commit(store: Store) -> None:
    with store.writing() as session:
        [model] = register_models(session, [draft(ModelDraft, {"name": "a"})])
        [version] = create_versions(session, [(model, draft(VersionDraft, {}))])
        transition_stage(session, version, draft(TransitionDraft, {"to": "PRODUCTION"}))
        log_metrics(session, version, [draft(MetricDraft, {"name": "acc", "value": 0.5})])
    with store.reading() as session:
        assert find_version(session, VersionBy(model=ModelBy(name="a"), stage="PRODUCTION")).id == version.id
    assert model.next_number == 2
    assert numbers(store, model) == [1]


def test_versions_may_bring_their_numbers(store: Store) -> None:
    model = store.model("a")
    given_numbers = [None, 7, 3, None, 20, None]
    with store.writing() as session:
        made = create_versions(session, [(model, draft(VersionDraft, {"number": n})) for n in given_numbers])
    assert [version.number for version in made] == [1, 7, 3, 8, 20, 21]


def test_numbers_go_on_within_a_transaction(store: Store) -> None:
    with store.writing() as session:
        [model] = register_models(session, [draft(ModelDraft, {"name": "a"})])
        made = [create_versions(session, [(model, draft(VersionDraft, {}))])[0].number for _ in range(3)]
    assert made == [1, 2, 3]
    assert store.version(model).number == 4


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [
        ({"number": 1}, {"number": 1}, "number"),
        ({}, {"number": 1}, "number"),
        ({"semver": "1.0.0"}, {"semver": "1.0.0"}, "semver"),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_number_and_a_semantic_version_are_taken_once(
    store: Store, first: dict[str, object], second: dict[str, object], field: str, *, at_once: bool
) -> None:
    model = store.model("a")
    drafts = [(model, draft(VersionDraft, first)), (model, draft(VersionDraft, second))]
    if not at_once:
        with store.writing() as session:
            create_versions(session, drafts[:1])
        drafts = drafts[1:]
    before = numbers(store, model)
    with pytest.raises(AlreadyExists) as caught, store.writing() as session:
        create_versions(session, drafts)
    assert caught.value.field == (field,)
    assert (caught.value.existing is None) is at_once
    assert numbers(store, model) == before


def test_semantic_versions_are_free_in_every_model(store: Store) -> None:
    one, other = store.version(semver="1.0.0"), store.version(semver="1.0.0")
    assert one.model_id != other.model_id


class Lost(Exception):
    """Ends a transaction that is to be lost."""


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["commit", "fail"])), max_size=6))
def test_numbers_grow_and_are_never_used_twice(shared_store: Store, turns: list[tuple[int, str]]) -> None:
    model = shared_store.model()
    expected = 0
    for count, ending in turns:
        with suppress(Lost), shared_store.writing() as session:
            create_versions(session, [(model, draft(VersionDraft, {}))] * count)
            if ending == "fail":
                raise Lost
        expected += count if ending == "commit" else 0
    assert numbers(shared_store, model) == list(range(1, expected + 1))


def test_a_model_moves_when_it_gets_a_version(store: Store) -> None:
    model = store.model("a")
    version = store.version(model)
    with store.reading() as session:
        now = find_model(session, ModelBy(name="a"))
    assert now.updated_at == version.created_at > model.created_at
    assert (now.next_number, now.revision) == (2, 1)


def test_nothing_given_is_nothing_done(store: Store) -> None:
    before = store.changes()
    with store.writing() as session:
        assert register_models(session, []) == []
        assert create_versions(session, []) == []
    assert store.changes() == before
