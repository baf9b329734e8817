"""Whatever is done to a registry: its export imported into an empty one is exported again to the byte."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.identity.principals import viewer_named
from app.identity.viewer import SYSTEM_SERVICE, AllowAll
from app.transfer.exporting import export_lines
from app.transfer.importing import import_files
from tests.graphql.conftest import Api, serving
from tests.store import Store, open_store

NAMESPACES = ["default", "default", "zoo"]
NAMES = ["wren", "owl", "ключ \U0001f600"]
STAGES = ["DEVELOPMENT", "STAGING", "PRODUCTION", "ARCHIVED"]
MOMENTS = ["2020-02-27T00:00:00Z", "1999-12-31T23:59:59.999999Z"]

Step = tuple[str, dict[str, Any]]

BEGINNING: list[Step] = [
    ("createNamespace", {"name": "zoo", "description": "Animals"}),
    ("registerDataset", {"name": "Birds", "version": {"label": "1"}}),
    *(("registerModel", {"name": name, "version": {}}) for name in NAMES),
    *(("createModelVersion", {"model": {"name": {"name": name}}, "version": {}}) for name in NAMES),
    *(
        ("createModelVersion", {"model": {"name": {"name": name}}, "version": {}, "draft": True})
        for name in NAMES
    ),
]


def mutation(name: str) -> str:
    """Return an operation that does one mutation and asks for nothing but its refusals."""
    given = f"{name[0].upper()}{name[1:]}Input"
    return f"mutation($input: {given}!) {{ {name}(input: $input) {{ userErrors {{ code }} }} }}"


def maybe(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects that have some of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


namespaces, names = st.sampled_from(NAMESPACES), st.sampled_from(NAMES)
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs"]), min_size=1, max_size=9)
numbers = st.integers(1, 3)
values = st.one_of(words, st.booleans(), st.integers(-9, 9), st.floats(-1, 1), st.lists(words, max_size=2))
qualified = st.fixed_dictionaries({"namespace": namespaces, "name": names})
models = st.builds(lambda name: {"name": name}, qualified)
versions = st.builds(lambda name, number: {"number": {"model": name, "number": number}}, qualified, numbers)
tags = st.lists(
    st.fixed_dictionaries({"key": words, "value": values}), max_size=3, unique_by=lambda tag: str(tag["key"])
)
params = st.lists(
    st.fixed_dictionaries({"name": words, "value": values}),
    max_size=3,
    unique_by=lambda param: str(param["name"]),
)
metrics = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {
                "name": st.sampled_from(["accuracy", "loss"]),
                "value": st.floats(allow_nan=False, allow_infinity=False),
            },
            optional={
                "step": st.integers(-3, 3),
                "split": words,
                "recordedAt": st.sampled_from(MOMENTS),
                "conditions": st.just([{"name": "hardware", "value": "CPU"}]),
            },
        ),
        st.just({"name": "loss", "nonFinite": "NAN"}),
    ),
    max_size=3,
)
uses = st.lists(
    st.fixed_dictionaries(
        {"dataset": st.just({"name": {"name": "Birds"}}), "role": st.sampled_from(["TRAINING", "EVALUATION"])}
    ),
    max_size=1,
)
parents = st.lists(
    st.fixed_dictionaries(
        {
            "upstream": st.just({"externalUri": "hf:songbird"}),
            "relation": st.sampled_from(["FINE_TUNED_FROM", "DISTILLED_FROM"]),
        },
        optional={"evidence": words},
    ),
    max_size=1,
)
version = maybe(
    semver=st.sampled_from(["1.0.0", "1.1.0-rc.1"]),
    description=words,
    source=words,
    parameterCount=st.integers(0, 2**53 - 1),
    releasedAt=st.sampled_from(MOMENTS),
    tags=tags,
    params=params,
    metrics=metrics,
    datasets=uses,
    parents=parents,
)
facts = maybe(
    description=words,
    task=st.sampled_from(["bird song", "image classification"]),
    license=words,
    languages=st.lists(words, max_size=2),
    owners=st.just(["me"]),
)


def step(name: str, /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    """Return mutations of one kind."""
    return st.tuples(st.just(name), st.fixed_dictionaries(fields))


steps = st.one_of(
    step("registerModel", namespace=namespaces, name=names, facts=facts, tags=tags, version=version),
    step("createModelVersion", model=models, version=version, draft=st.booleans()),
    step(
        "finalizeModelVersion",
        version=versions,
        outcome=st.sampled_from(["READY", "FAILED"]),
        message=st.none() | words,
    ),
    step("renameModel", model=models, name=names),
    step("updateModel", model=models, patch=facts),
    step("retireModel", model=models, reason=words, replacement=st.none() | models),
    step("deleteModel", model=models),
    step("deleteModelVersion", version=versions),
    step("setAlias", version=versions, alias=st.sampled_from(["champion", "Newest"])),
    step("removeAlias", model=models, alias=st.just("champion")),
    step("transitionStage", version=versions, to=st.sampled_from(STAGES), archiveIncumbents=st.booleans()),
    step("logMetrics", version=versions, metrics=metrics),
    step(
        "registerDataset",
        name=st.just("Birds"),
        description=st.none(),
        version=st.fixed_dictionaries(
            {"label": words}, optional={"license": words, "containsPii": st.booleans()}
        ),
    ),
    step("updateDatasetVersion", revoked=st.booleans(), reason=st.none() | words),
)


def do(api: Api, name: str, given: dict[str, Any]) -> None:
    """Do one step as a client; refusals are part of a registry's life."""
    if name == "updateDatasetVersion":
        found = api.run("{ datasets { nodes { versions { nodes { id } } } } }")["nodes"]
        if not found:
            return
        given = {**given, "id": found[0]["versions"]["nodes"][0]["id"]}
    for owned in ("facts", "patch"):
        if "owners" in given.get(owned, {}):
            given = {**given, owned: {**given[owned], "owners": [api.store.viewer.id]}}
    api.run(mutation(name), input=given)


def exported(store: Store) -> bytes:
    """Return what a registry exports."""
    with store.reading() as session:
        return b"".join(export_lines(session))


def imported(content: bytes, folder: Path, seeded: Path) -> bytes:
    """Import a file into an empty registry and return what that exports."""
    folder.mkdir()
    (folder / "exported.jsonl").write_bytes(content)
    shutil.copy(seeded, folder / "registry.db")
    store = open_store(folder / "registry.db")
    rejects: list[object] = []
    with store.reading() as session:
        system = viewer_named(session, SYSTEM_SERVICE)
    import_files(store.database, system, AllowAll(), [folder / "exported.jsonl"], reject=rejects.append)
    assert rejects == []
    again = exported(store)
    store.database.close()
    return again


@pytest.fixture
def folders(tmp_path: Path) -> Callable[[], Path]:
    """Give what names a new folder each time."""
    count = iter(range(1_000_000))
    return lambda: tmp_path / str(next(count))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(life=st.lists(steps, min_size=8, max_size=25))
def test_an_export_comes_back_to_the_byte(
    life: list[Step], folders: Callable[[], Path], seeded_file: Path
) -> None:
    with serving(folders(), seeded_file) as api:
        for name, given_ in [*BEGINNING, *life]:
            do(api, name, given_)
        content = exported(api.store)
        assert imported(content, folders(), seeded_file) == content
        # Where everything stands already, nothing is new.
        before = len(api.store.changes())
        (api.data / "again.jsonl").write_bytes(content)
        import_files(api.store.database, api.store.viewer, AllowAll(), [api.data / "again.jsonl"])
        assert len(api.store.changes()) == before
