"""Finding by id and by name; what is not there comes back with the nearest."""

from typing import Any

import pytest

from app.db.ids import new_id
from app.errors import InvalidInput, NotFound
from app.registry.drafts import DatasetBy, TransitionDraft, draft
from app.registry.reading.finding import (
    KINDS,
    ModelBy,
    VersionBy,
    find_dataset,
    find_model,
    find_version,
    require_kind,
)
from app.registry.tables import ModelVersion
from app.registry.writing.labels import set_alias
from app.registry.writing.stages import transition_stage
from tests.store import Store

pytestmark = pytest.mark.both_databases


@pytest.fixture
def versions(store: Store) -> list[ModelVersion]:
    """Return twelve versions of `resnet50`: 2 in Staging, 3 and 4 in Production, 4 is `champion`."""
    model = store.model("resnet50")
    made = [store.version(model, semver=f"1.{number}.0") for number in range(1, 13)]
    with store.writing() as session:
        here = [find_version(session, VersionBy(id=version.id)) for version in made[:4]]
        transition_stage(session, here[1], draft(TransitionDraft, {"to": "STAGING"}))
        transition_stage(session, here[2], draft(TransitionDraft, {"to": "PRODUCTION"}))
        transition_stage(session, here[3], draft(TransitionDraft, {"to": "PRODUCTION"}))
        set_alias(session, here[3], "champion")
    return made


def number(store: Store, **by: Any) -> int:
    with store.reading() as session:
        return find_version(session, VersionBy(model=ModelBy(name="resnet50"), **by)).number


def missing(store: Store, **by: Any) -> NotFound:
    with pytest.raises(NotFound) as caught:
        number(store, **by)
    return caught.value


@pytest.mark.usefixtures("versions")
def test_a_version_by_every_key(store: Store) -> None:
    assert number(store, number=7) == 7
    assert number(store, semver="1.5.0") == 5
    assert number(store, alias="champion") == 4
    assert number(store, stage="STAGING") == 2
    assert number(store, stage="PRODUCTION") == 4, "the highest number in the stage"
    assert number(store, alias="latest") == number(store) == 12
    assert number(store, alias="v3") == 3


@pytest.mark.usefixtures("versions")
def test_a_version_that_is_not_there_brings_the_nearest(store: Store) -> None:
    assert missing(store, number=13).suggestions == ("12", "11", "10", "9", "8")
    assert missing(store, number=0).suggestions == ("1", "2", "3", "4", "5")
    assert missing(store, alias="champoin").suggestions == ("champion",)
    assert missing(store, alias="Champion").suggestions == ("champion",)
    assert missing(store, semver="1.50.0").suggestions[0] == "1.5.0"
    assert missing(store, stage="ARCHIVED").suggestions == ("DEVELOPMENT", "PRODUCTION", "STAGING")
    assert missing(store, alias="v99").field == ("alias",)
    assert [missing(store, **{key: value}).field for key, value in (("number", 99), ("semver", "9.9.9"))] == [
        ("number",),
        ("range",),
    ]


def test_a_model_without_versions_says_so(store: Store) -> None:
    store.model("resnet50")
    assert missing(store).message == "model 'resnet50' has no version yet"
    assert missing(store, number=1).suggestions == ()


def test_the_nearest_names_of_the_namespace_are_suggested(store: Store) -> None:
    for name in ("resnet50", "resnet18", "bert-base"):
        store.model(name)
    with store.reading() as session:
        with pytest.raises(NotFound, match="'ResNet_50'") as caught:
            find_model(session, ModelBy(name="ResNet_50"))
        assert caught.value.suggestions[0] == "resnet50"
        assert "bert-base" not in caught.value.suggestions
        with pytest.raises(NotFound, match="'defualt'") as space:
            find_model(session, ModelBy(namespace="defualt", name="resnet50"))
    assert space.value.suggestions == ("default",)


def test_a_name_is_found_however_it_is_composed(store: Store) -> None:
    model, dataset = store.model("caf\u00e9"), store.dataset("caf\u00e9")
    with store.reading() as session:
        assert find_model(session, ModelBy(name="cafe\u0301")) == model
        assert find_dataset(session, draft(DatasetBy, {"name": {"name": "cafe\u0301"}})) == dataset


@pytest.mark.parametrize("prefix", sorted(KINDS))
def test_ids_of_nothing_and_of_other_kinds(store: Store, prefix: str) -> None:
    nothing = new_id(prefix)
    with store.reading() as session:
        for wanted, find in (
            ("mdl", lambda: find_model(session, ModelBy(id=nothing))),
            ("ver", lambda: find_version(session, VersionBy(id=nothing))),
            ("dst", lambda: find_dataset(session, draft(DatasetBy, {"id": nothing}))),
        ):
            with pytest.raises(NotFound if prefix == wanted else InvalidInput, match=nothing) as caught:
                find()
            assert caught.value.field == ("id",)
            if prefix != wanted:
                assert KINDS[prefix] in caught.value.message


@pytest.mark.parametrize(
    "text", ["", "resnet50", "mdl_1", "xyz_" + "0" * 32, "mdl_" + "0" * 31 + "G", "\ud800", "é" * 10**5]
)
def test_what_is_no_id(text: str) -> None:
    with pytest.raises(InvalidInput, match="a model or a model version is needed") as caught:
        require_kind(text, "mdl", "ver", field=["subject"])
    assert caught.value.field == ("subject",)
    assert len(caught.value.message) < 200


def test_a_text_longer_than_any_name_is_not_looked_for(store: Store) -> None:
    store.model("resnet50")
    with store.reading() as session, pytest.raises(InvalidInput, match="256"):
        find_model(session, ModelBy(name="resnet" * 100_000))


@pytest.mark.parametrize("text", ["\ud800", "a\x00"])
def test_text_that_no_store_can_keep_is_found_nowhere(store: Store, text: str) -> None:
    store.version(store.model("resnet50"))
    with store.reading() as session:
        for by in (
            VersionBy(model=ModelBy(name=text)),
            VersionBy(model=ModelBy(namespace=text, name="resnet50")),
            VersionBy(model=ModelBy(name="resnet50"), alias=text),
            VersionBy(model=ModelBy(name="resnet50"), semver=text),
            VersionBy(model=ModelBy(name="resnet50"), stage=text),
        ):
            with pytest.raises(InvalidInput):
                find_version(session, by)


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        ("1.4.2", 2),
        ("^1.4", 4),
        ("~1.4.0", 2),
        (">=1.0 <2", 4),
        (">=1.0.0 <1.5.0", 2),
        ("1.x", 4),
        ("*", 5),
        ("<1.4 || 2.x", 5),
        ("2.1.0-rc.1", 6),
        ("^2.1.0-rc.0", 6),
        ("1.5.0+cpu", 4),
        ("=1.5.0", 4),
        ("1.5.0", 3),
    ],
)
def test_the_highest_within_a_range(store: Store, wanted: str, number: int) -> None:
    model = store.model("bert")
    for semver in ("1.0.0", "1.4.2", "1.5.0", "1.5.0+cpu", "2.0.0", "2.1.0-rc.1", None):
        store.version(model, semver=semver)
    with store.reading() as session:
        by = VersionBy(model=ModelBy(name="bert"), semver=wanted)
        assert find_version(session, by).number == number


@pytest.mark.parametrize("wanted", ["", " ", "latest", "1.4.", "v", "\x00", "\ud800", "9" * 300, "1 .. 2"])
def test_what_is_no_range(store: Store, wanted: str) -> None:
    store.version(store.model("bert"), semver="1.0.0")
    with store.reading() as session, pytest.raises(InvalidInput) as caught:
        find_version(session, VersionBy(model=ModelBy(name="bert"), semver=wanted))
    assert caught.value.field == ("range",)
