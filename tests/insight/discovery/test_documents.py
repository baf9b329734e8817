"""Documents say what the rows say, and every change leads to the models whose documents it alters."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from app.db.changelog import head
from app.insight.discovery.documents import dataset_documents, model_documents
from app.lineage.edges import NewEdge
from app.lineage.tables import Relation
from app.registry.drafts import DatasetVersionDraft, TaskDraft, draft
from app.registry.reading.finding import ModelBy, find_model
from app.registry.tables import DatasetVersion, ModelVersion, RegisteredModel
from app.registry.writing.datasets import add_dataset_versions
from app.registry.writing.labels import set_alias, set_tags
from app.registry.writing.lineage import link
from app.registry.writing.tasks import define_tasks
from app.search.document import Document
from indexer.documents import all_datasets, living_models, touched_datasets, touched_models
from tests.store import Store

pytestmark = pytest.mark.both_databases


def document(store: Store, model: RegisteredModel) -> Document:
    with store.reading() as session:
        [built] = model_documents(session, [model.id])
    return built


def use(name: str) -> dict[str, Any]:
    return {"dataset": {"name": {"name": name}}, "role": "TRAINING"}


def test_a_document_says_what_the_rows_say(store: Store) -> None:
    for name in ("IMDb", "SST-2"):
        store.dataset(name, versions=[{"label": "1"}, {"label": "2"}])
    model = store.model(
        "german-sentiment",
        displayName="German Sentiment",
        description="Tells praise from blame.",
        task="Sentiment Analysis",
        taskAsWritten="Sentiment-Analyse",
        domains=["natural language processing"],
        framework="PyTorch",
        architecture="BERT",
        family="bert",
        license="MIT",
        publisher="Someone",
        languages=["de"],
        tags={
            "production-ready": True,
            "off": False,
            "source_id": ["a", 1, "b"],
            "year": 2020,
            "team": "nlp",
        },
    )
    store.version(model, datasets=[use("SST-2"), use("IMDb")], parameterCount=355_359_744)
    store.version(model, datasets=[use("IMDb")], description="not in the document", tags={"nor": "this"})
    for _ in range(2):
        store.version(model, parameterCount=109_482_240)
    built = document(store, model)
    [task] = built.tasks
    assert (task.name, task.title != "", task.description != "", len(task.synonyms) > 0) == (
        "sentiment_analysis",
        *[True] * 3,
    )
    assert replace(built, tasks=()) == Document(
        key=model.key or 0,
        id=model.id,
        sequence=store.last_change().sequence,
        namespace="default",
        name="german-sentiment",
        display_name="German Sentiment",
        description="Tells praise from blame.",
        tasks=(),
        task_as_written="Sentiment-Analyse",
        domains=("natural language processing",),
        framework="PyTorch",
        architecture="BERT",
        family="bert",
        license="MIT",
        publisher="Someone",
        languages=("de",),
        datasets=("IMDb", "SST-2"),
        tags=("production-ready", "source_id a b", "team nlp"),
        tag_keys=("off", "production-ready", "source_id", "team", "year"),
        parameter_counts=(109_482_240, 355_359_744),
    )


def test_further_tasks_come_from_a_tag_each_once(store: Store) -> None:
    model = store.model(
        "a",
        task="image classification",
        tags={"tasks": ["Object Detection", "cat herding", "image_classification"]},
    )
    built = document(store, model)
    assert [task.name for task in built.tasks] == ["image_classification", "Object Detection", "cat herding"]
    assert [bool(task.description) for task in built.tasks] == [True, True, False]
    assert built.tags == ()


def test_a_task_that_nobody_knows_counts_as_it_is_written(store: Store) -> None:
    built = document(store, store.model("a", task="Cat Herding"))
    assert [task.name for task in built.tasks] == ["Cat Herding"]
    assert built.task_as_written is None


def test_many_documents_are_built_like_one(store: Store) -> None:
    store.dataset("d", versions=[{"label": "1"}])
    models = [store.model(f"m{number}", tags={"n": str(number)}, task="ner") for number in range(5)]
    store.version(models[3], datasets=[use("d")])
    with store.reading() as session:
        together = model_documents(session, [model.id for model in reversed(models)])
        assert model_documents(session, []) == model_documents(session, ["mdl_unknown"]) == []
        assert living_models(session) == [model.id for model in models]
    assert together == [document(store, model) for model in models]


def test_a_deleted_model_has_no_document(store: Store) -> None:
    model, other = store.model("a"), store.model("b")
    with store.writing() as session:
        row = session.exec(select(RegisteredModel).where(RegisteredModel.id == model.id)).one()
        row.deleted_at = session.now
        session.add(row)
    with store.reading() as session:
        assert [built.id for built in model_documents(session, [model.id, other.id])] == [other.id]
        assert living_models(session) == [other.id]


def test_a_document_is_of_the_snapshot_it_was_built_from(store: Store) -> None:
    model = store.model("a")
    with store.reading() as session:
        through = head(session)
        with store.writing() as writer:
            set_tags(writer, model.id, {"late": True})
        [built] = model_documents(session, [model.id])
    assert (built.sequence, built.tags) == (through, ())
    assert (document(store, model).sequence, document(store, model).tags) == (through + 1, ("late",))


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_touched_models_are_read_in_runs(store: Store, limit: int) -> None:
    start = store.last_change().sequence
    models = [store.model(f"m{number}") for number in range(9)]
    found: set[str] = set()
    position = start
    with store.reading() as session:
        while (run := touched_models(session, position, limit)).through:
            assert 0 < run.through.sequence - position <= limit
            found |= run.ids
            position = run.through.sequence
            [last] = store.changes(position - 1)[:1]
            assert (run.through.at, run.through.digest) == (last.at, last.digest)
        assert run.ids == set()
    assert (found, position) == ({model.id for model in models}, store.last_change().sequence)


MOVES = ("version", "version with data", "tags of the model", "tags of the version", "alias", "edge to data")


def do(store: Store, move: str, version: ModelVersion, turn: int) -> None:
    """Change one thing about a version's model."""
    if move.startswith("version"):
        with store.reading() as session:
            model = find_model(session, ModelBy(id=version.model_id))
        store.version(model, datasets=[use("d")] if move == "version with data" else [])
        return
    with store.writing() as session:
        match move:
            case "tags of the model":
                set_tags(session, version.model_id, {"team": f"t{turn}"})
            case "tags of the version":
                set_tags(session, version.id, {"team": f"t{turn}"})
            case "alias":
                set_alias(session, version, f"a{turn}")
            case "edge to data":
                data = session.exec(select(DatasetVersion.id)).first() or ""
                link(session, [NewEdge(version.id, data, Relation.EVALUATED_ON)])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(MOVES), min_size=1, max_size=4))
def test_following_the_log_gives_what_a_rebuild_gives(shared_store: Store, moves: list[str]) -> None:
    with shared_store.reading() as session:
        if session.exec(select(DatasetVersion)).first() is None:
            shared_store.dataset("d", versions=[{"label": "1"}])
    models = [shared_store.model() for _ in range(2)]
    versions = [shared_store.version(model) for model in models]
    index = {model.id: document(shared_store, model) for model in models}
    position = shared_store.last_change().sequence
    for turn, move in enumerate(moves):
        do(shared_store, move, versions[turn % 2], turn)
        with shared_store.reading() as session:
            run = touched_models(session, position, 1000)
            index |= {built.id: built for built in model_documents(session, run.ids)}
        position = run.through.sequence if run.through else position
    for model in models:
        rebuilt = document(shared_store, model)
        assert index[model.id].sequence <= rebuilt.sequence
        assert replace(index[model.id], sequence=0) == replace(rebuilt, sequence=0)


def test_a_later_definition_of_a_task_is_known_to_the_next_document(store: Store) -> None:
    model = store.model("a", task="Cat Herding")
    with store.writing() as session:
        define_tasks(session, [draft(TaskDraft, {"name": "cat_herding", "title": "Cat herding"})])
    assert [(task.name, task.title) for task in document(store, model).tasks] == [
        ("Cat Herding", "Cat herding")
    ]


def test_the_document_of_a_dataset_says_what_its_tags_say(store: Store) -> None:
    tags = {"task": "ASR", "domains": ["audio"], "languages": ["ca", "en"], "year": 2020, "spoken": True}
    dataset = store.dataset("Calls", description="Telephone calls", tags=tags, versions=[{"label": "1"}])
    with store.reading() as session:
        assert all_datasets(session) == [dataset.id]
        [built] = dataset_documents(session, [dataset.id, "dst_unknown"])
    assert (built.id, built.namespace, built.name) == (dataset.id, "default", "Calls")
    assert built.description == "Telephone calls"
    assert (built.description, built.domains, built.languages) == (
        "Telephone calls",
        ("audio",),
        ("ca", "en"),
    )
    assert [task.name for task in built.tasks] == ["speech_recognition"]
    assert built.key > 0


def test_what_changes_a_dataset_touches_it_and_its_use_does_not(store: Store) -> None:
    dataset = store.dataset("d", tags={"task": "cat herding"}, versions=[{"label": "1"}])
    other = store.dataset("e", versions=[{"label": "1"}])
    position = store.last_change().sequence

    def touched() -> set[str]:
        nonlocal position
        with store.reading() as session:
            run = touched_datasets(session, position, 1000)
        position = run.through.sequence if run.through else position
        return run.ids

    store.version(store.model("m"), datasets=[use("d")])
    assert touched() == set()
    with store.writing() as session:
        set_tags(session, other.id, {"team": "nlp"})
    assert touched() == {other.id}
    with store.writing() as session:
        add_dataset_versions(session, [(dataset, draft(DatasetVersionDraft, {"label": "2"}))])
    assert touched() == {dataset.id}
    herding = {"name": "cat_herding", "title": "Cat herding", "description": "Herd"}
    with store.writing() as session:
        define_tasks(session, [draft(TaskDraft, herding)])
    assert touched() == {dataset.id}
    with store.reading() as reader:
        [built] = dataset_documents(reader, [dataset.id])
    assert built.tasks[0].description == "Herd"
