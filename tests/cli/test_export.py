"""What one registry exports, another imports, and exports again to the byte."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from app.registry.tables import RegisteredModel
from app.registry.writing.removal import delete_model
from tests.store import open_store
from tests.transfer.files import ZOO, interchange

Run = Callable[..., tuple[int, str, str]]

SAMPLE = Path(__file__).parents[2] / "examples/model_zoo/sample.jsonl.gz"


def round_trip(run: Run, folder: Path) -> bytes:
    """Export ``first``, import that into ``second``, and return what both export alike."""
    assert run("export", "--out", "first.jsonl", "--data", "first")[0] == 0
    code, _, messages = run("import", "first.jsonl", "--data", "second")
    assert code == 0, messages
    assert run("export", "--out", "second.jsonl", "--data", "second")[0] == 0
    exported = (folder / "first.jsonl").read_bytes()
    assert (folder / "second.jsonl").read_bytes() == exported
    again = run("import", "second.jsonl", "--data", "first")
    assert again[1].splitlines()[-1].startswith("0 new, "), again
    assert again[0] == 0, again
    return exported


def lines_of(content: bytes) -> list[dict[str, Any]]:
    """Read the lines of a file."""
    return [json.loads(line) for line in content.splitlines()]


def some_of(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the catalogue, every 15th model, and the edges between what is left."""
    models = [line for line in lines if line["type"] == "model"][::15]
    names = {(model["namespace"], model["name"]) for model in models}

    def there(end: dict[str, Any]) -> bool:
        return "model" not in end or (end["model"]["namespace"], end["model"]["name"]) in names

    edges = [line for line in lines if line["type"] == "lineage"]
    return [
        *(line for line in lines if line["type"] not in {"model", "lineage"}),
        *models,
        *(edge for edge in edges if there(edge["downstream"]) and there(edge["upstream"])),
    ]


def test_models_of_the_sample_come_back_whole(run: Run, tmp_path: Path) -> None:
    sample = some_of(lines_of(gzip.decompress(SAMPLE.read_bytes())))
    (tmp_path / "sample.jsonl").write_bytes(interchange(sample[1:]))
    assert run("import", "sample.jsonl", "--data", "first")[0] == 0
    exported = lines_of(round_trip(run, tmp_path))
    kinds = [line["type"] for line in exported]
    assert kinds.count("lineage") == [line["type"] for line in sample].count("lineage") > 0
    for given in sample:
        if given["type"] == "model":
            [same] = [
                line
                for line in exported
                if line["type"] == "model"
                and (line["namespace"], line["name"]) == (given["namespace"], given["name"])
            ]
            assert len(same["versions"]) == len(given.get("versions", []))
            assert {tag: same["tags"][tag] for tag in given.get("tags", {})} == given.get("tags", {})
    assert kinds == sorted(
        kinds,
        key=["header", "namespace", "task", "metricDefinition", "dataset", "model", "lineage"].index,
    )


def test_everything_the_format_knows_comes_back(run: Run, tmp_path: Path) -> None:
    (tmp_path / "zoo.jsonl").write_bytes(interchange(ZOO))
    assert run("import", "zoo.jsonl", "--data", "first")[0] == 0
    exported = lines_of(round_trip(run, tmp_path))
    edges = [line for line in exported if line["type"] == "lineage"]
    assert len(edges) == 3
    excepted = [edge["exceptions"] for edge in edges if "exceptions" in edge]
    assert excepted == [{"LICENSE": "its outputs are free"}]
    [wren] = [line for line in exported if line.get("name") == "wren"]
    assert wren["task"] == "bird_song"
    assert wren["taskAsWritten"] == "bird song"
    assert wren["tags"] == {"small": True, "source_id": ["a", "b"]}
    first, third = wren["versions"]
    assert first["params"] == {"lr": 0.1, "layers": 3}
    assert [metric["name"] for metric in first["metrics"]] == ["chirps", "loss"]
    assert first["metrics"][1]["nonFinite"] == "NAN"
    [given] = [line["versions"][0] for line in ZOO if line.get("name") == "wren"]
    for made_with in ("environment", "codeRevision", "signature"):
        assert first[made_with] == given[made_with]
    assert (third["number"], third["stage"]) == (3, "PRODUCTION")
    assert [alias["name"] for alias in third["aliases"]] == ["champion"]
    ends = [
        (line["downstream"], line["relation"], line["upstream"]) for line in exported if "relation" in line
    ]
    first_wren = {"model": {"namespace": "zoo", "name": "wren"}, "version": 1}
    birds = {"dataset": {"namespace": "default", "name": "Birds"}, "version": "1"}
    assert (first_wren, "TRAINED_ON", birds) in ends
    assert (first_wren, "DISTILLED_FROM", {"external": "hf:songbird"}) in ends
    assert (wren["createdBy"], third["createdBy"]) == ("system", "system")
    assert not [line for line in exported if {"id", "revision"} & line.keys()]


def test_hard_values_come_back(run: Run, tmp_path: Path) -> None:
    values = [float(number) for number in ("1e308", "5e-324", "-0.0", "0.1")]
    metrics: list[dict[str, Any]] = [
        {"name": "loss", "value": value, "step": step, "recordedAt": "2020-02-27T00:00:00.000001Z"}
        for step, value in enumerate(values, -2)
    ]
    metrics += [{"name": "loss", "nonFinite": "NEGATIVE_INFINITY", "step": 2**53 - 1}]
    metrics += [{"name": "loss", "value": 1, "step": 3, "conditions": {"b": "1", "a": "2"}, "slice": "é"}]
    name = 'ключ \U0001f600 "quoted"'
    version = {
        "number": 10**9,
        "metrics": metrics,
        "params": {"b": {"z": 1, "a": [None]}, "a": [2**53 - 1]},
    }
    model = {
        "type": "model",
        "name": name,
        "tags": {"empty": {}, "none": [], "no": False},
        "versions": [version],
    }
    bare = {"type": "model", "name": "bare"}
    (tmp_path / "hard.jsonl").write_bytes(interchange([model, bare]))
    code, _, messages = run("import", "hard.jsonl", "--data", "first")
    assert code == 0, messages
    exported = lines_of(round_trip(run, tmp_path))
    [same] = [line for line in exported if line.get("name") == name]
    assert same["tags"] == model["tags"]
    assert same["versions"][0]["params"] == version["params"]
    assert len(same["versions"][0]["metrics"]) == len(metrics)


def test_many_measurements_are_cut_into_lines(run: Run, tmp_path: Path) -> None:
    metrics = [
        {"name": "loss", "value": step, "step": step, "recordedAt": "2020-02-27T00:00:00Z"}
        for step in range(20_100)
    ]
    versions = [{"number": 1, "metrics": metrics}, {"number": 2, "metrics": metrics[:5]}]
    (tmp_path / "long.jsonl").write_bytes(interchange([{"type": "model", "name": "m", "versions": versions}]))
    assert run("import", "long.jsonl", "--data", "first")[0] == 0
    models = [line for line in lines_of(round_trip(run, tmp_path)) if line["type"] == "model"]
    counts = [[len(version["metrics"]) for version in model["versions"]] for model in models]
    assert counts == [[20_000], [100, 5]]


def test_what_is_deleted_stays_behind(run: Run, tmp_path: Path) -> None:
    (tmp_path / "zoo.jsonl").write_bytes(interchange(ZOO))
    assert run("import", "zoo.jsonl", "--data", "first")[0] == 0
    store = open_store(tmp_path / "first" / "registry.db")
    with store.writing() as session:
        wren = session.exec(select(RegisteredModel).where(RegisteredModel.name == "wren")).one()
        delete_model(session, wren)
    store.database.close()
    exported = lines_of(round_trip(run, tmp_path))
    assert [line["name"] for line in exported if line["type"] == "model"] == ["robin"]
    assert [line for line in exported if line["type"] == "lineage"] == []


def test_the_same_registry_is_the_same_bytes_wherever_they_go(run: Run, tmp_path: Path) -> None:
    (tmp_path / "zoo.jsonl").write_bytes(interchange(ZOO))
    assert run("import", "zoo.jsonl")[0] == 0
    code, shown, messages = run("export")
    assert (code, messages) == (0, "")
    assert run("export", "--out", "a.jsonl.gz")[2] == f"{len(shown.splitlines())} lines are in a.jsonl.gz\n"
    assert run("export", "--out", "b.jsonl.gz")[0] == 0
    assert gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()).decode() == shown
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()
    assert sorted(path.name for path in tmp_path.glob("*.jsonl*")) == [
        "a.jsonl.gz",
        "b.jsonl.gz",
        "zoo.jsonl",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--data", "nowhere"], 3, "there is no registry in nowhere; name its folder with --data"),
        (["--out", "no/such/file"], 3, "there is no registry in .holotype; name its folder with --data"),
        (["--data", "here", "--out", "no/file"], 1, "no/file cannot be written: No such file or directory"),
    ],
)
def test_what_cannot_be_exported_is_one_clear_line(
    run: Run, tmp_path: Path, arguments: list[str], code: int, says: str
) -> None:
    (tmp_path / "zoo.jsonl").write_bytes(interchange(ZOO))
    run("import", "zoo.jsonl", "--data", "here")
    assert run("export", *arguments) == (code, "", f"holotype: {says}\n")


def test_a_rehearsal_says_what_an_import_would_do_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "zoo.jsonl").write_bytes(interchange(ZOO))
    code, output, messages = run("import", "zoo.jsonl", "--dry-run")
    assert (code, output.splitlines()[-1]) == (0, "23 new, 0 unchanged, 0 rejected")
    assert messages.splitlines()[-1] == "nothing was written: this is what the import would do"
    assert not (tmp_path / ".holotype").exists()
    assert run("import", "zoo.jsonl")[0] == 0
    before = (tmp_path / ".holotype" / "registry.db").read_bytes()
    more = [*ZOO, {"type": "model", "name": "owl"}, {"type": "model", "name": "x", "namespace": "nowhere"}]
    (tmp_path / "more.jsonl").write_bytes(interchange(more))
    code, output, messages = run("import", "more.jsonl", "--dry-run")
    assert (code, output.splitlines()[-1]) == (1, "1 new, 23 unchanged, 1 rejected")
    assert "there is no namespace 'nowhere'" in messages
    assert (tmp_path / ".holotype" / "registry.db").read_bytes() == before
    assert '"owl"' not in run("export")[1]
