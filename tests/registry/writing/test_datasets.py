"""Datasets, their versions, and what versions of models were made with."""

import json

import pytest

from app.errors import AlreadyExists, NotFound
from app.registry.drafts import DatasetBy, DatasetDraft, DatasetVersionDraft, draft
from app.registry.reading.datasets import dataset_names, datasets_by_version, uses_of
from app.registry.reading.finding import find_dataset, find_dataset_version
from app.registry.tables import Dataset
from app.registry.writing.datasets import add_dataset_versions, register_datasets
from tests.store import Store

pytestmark = pytest.mark.both_databases


def add(store: Store, dataset: Dataset, *labels: str) -> list[str]:
    with store.writing() as session:
        drafts = [(dataset, draft(DatasetVersionDraft, {"label": label})) for label in labels]
        return add_dataset_versions(session, drafts)


def by(name: str) -> DatasetBy:
    return draft(DatasetBy, {"name": {"name": name}})


def use(name: str, role: str = "TRAINING", **rest: str) -> dict[str, object]:
    return {"dataset": {"name": {"name": name}}, "role": role, **rest}


def test_it_works(store: Store) -> None:
    version = {"label": "2012", "digest": "sha256:ab", "rowCount": 1_281_167, "containsPii": False}
    dataset = store.dataset("ImageNet-1k", description="Photos", tags={"k": 1}, versions=[version])
    with store.reading() as session:
        assert find_dataset(session, by("ImageNet-1k")) == dataset
        assert find_dataset(session, draft(DatasetBy, {"id": dataset.id})) == dataset
        found = find_dataset_version(session, dataset, None)
    assert (found.label, found.row_count, found.contains_pii, found.license) == (
        "2012",
        1_281_167,
        False,
        None,
    )
    change = store.last_change()
    assert (change.action, change.subject_id, change.related) == (
        "dataset.registered",
        dataset.id,
        [dataset.namespace_id],
    )
    assert json.loads(change.after or "")["versions"] == [version]


def test_a_taken_name_is_refused(store: Store) -> None:
    dataset = store.dataset("a")
    with pytest.raises(AlreadyExists) as caught:
        store.dataset("a")
    assert caught.value.existing == dataset.id
    with pytest.raises(AlreadyExists), store.writing() as session:
        register_datasets(session, [draft(DatasetDraft, {"name": "b"})] * 2)


def test_the_newest_version_is_the_one_added_last(store: Store) -> None:
    dataset = store.dataset("a", versions=[{"label": "b"}, {"label": "a"}])
    with store.reading() as session:
        assert find_dataset_version(session, dataset, None).label == "a"
    [added] = add(store, dataset, "0")
    with store.reading() as session:
        assert find_dataset_version(session, dataset, None).id == added
        assert find_dataset_version(session, dataset, "b").label == "b"
        assert datasets_by_version(session, [added])[added][0] == dataset
    change = store.last_change()
    assert (change.action, change.subject_id, change.related) == (
        "dataset.version_registered",
        added,
        [dataset.id],
    )


def test_a_taken_label_is_refused(store: Store) -> None:
    dataset = store.dataset("a", versions=[{"label": "1"}])
    with pytest.raises(AlreadyExists, match="'1'") as caught:
        add(store, dataset, "2", "1")
    assert (caught.value.existing or "").startswith("dsv_")
    with pytest.raises(AlreadyExists, match="'3'"):
        add(store, dataset, "3", "3")
    add(store, dataset, "2")


def test_unknown_labels_bring_the_known_ones(store: Store) -> None:
    dataset, empty = store.dataset("a", versions=[{"label": "2017-val"}]), store.dataset("b")
    with store.reading() as session:
        with pytest.raises(NotFound, match="2017val") as caught:
            find_dataset_version(session, dataset, "2017val")
        assert caught.value.suggestions == ("2017-val",)
        with pytest.raises(NotFound, match="'b' has no version yet"):
            find_dataset_version(session, empty, None)


def test_uses_are_told_with_their_roles(store: Store) -> None:
    store.dataset("train", versions=[{"label": "1"}, {"label": "2"}])
    store.dataset("test", versions=[{"label": "1"}])
    version = store.version(
        datasets=[
            use("train", label="1", context="all of it"),
            use("test", "EVALUATION"),
            use("train", "OTHER"),
        ],
    )
    with store.reading() as session:
        uses = uses_of(session, [version.id])[version.id]
        assert dataset_names(session, [version.model_id]) == {version.model_id: ["test", "train"]}
        assert uses_of(session, [store.version().id]) == {}
    assert [(u.dataset.name, u.dataset_version.label, str(u.role), u.context) for u in uses] == [
        ("train", "1", "TRAINING", "all of it"),
        ("test", "1", "EVALUATION", None),
        ("train", "2", "OTHER", None),
    ]


def test_a_version_of_an_unknown_dataset_is_not_made(store: Store) -> None:
    store.dataset("ImageNet-1k", versions=[{"label": "1"}])
    model = store.model("a")
    before = store.changes()
    with pytest.raises(NotFound) as caught:
        store.version(model, datasets=[use("ImageNet1k")])
    assert caught.value.suggestions == ("ImageNet-1k",)
    with pytest.raises(NotFound, match="'2'"):
        store.version(model, datasets=[use("ImageNet-1k", label="2")])
    assert store.changes() == before
