"""`holotype compare`, `leaderboard` and `tradeoff`, over HTTP."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.cli.client.asking import ask as ask_api
from app.cli.client.comparing import parsed_objective
from tests.routes.serving import served

Run = Callable[..., tuple[int, str, str]]

MEASURED = ((0.871, 41), (0.912, 42), (0.905, 19))
CREATE = """mutation($version: VersionInput!) {
  createModelVersion(input: {model: {name: {name: "router"}}, version: $version}) { userErrors { message } }
}"""
BY_F1 = ("--objective", "F1", "--objective", "-latency")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("served")) as api:
        ask_api(api.url, 'mutation { registerModel(input: {name: "router"}) { userErrors { message } } }')
        for place, (score, latency) in enumerate(MEASURED):
            version = {
                "metrics": [
                    {"name": "F1", "value": score},
                    {"name": "latency", "value": latency, "unit": "ms"},
                    {"name": "wobble", "value": place},
                ],
                "params": [{"name": "epochs", "value": 3 + place}, {"name": "note", "value": "[a|b]"}],
                "parameterCount": 1_000_000,
            }
            ask_api(api.url, CREATE, {"version": version})
        yield api.url


@pytest.fixture
def ask(run: Run, url: str) -> Run:
    """Give what runs a command against the served registry."""

    def asked(*arguments: object, **variables: str) -> tuple[int, str, str]:
        return run(*arguments, HOLOTYPE_URL=url, **variables)

    return asked


def compare(ask: Run, *further: str) -> str:
    code, output, messages = ask(
        "compare",
        "default/router/1",
        "default/router/2",
        "default/router/3",
        "--baseline",
        "default/router/1",
        *further,
    )
    assert (code, messages) == (0, "")
    return output


def test_it_works(ask: Run) -> None:
    lines = [" ".join(line.split()) for line in compare(ask, *BY_F1).splitlines()]
    assert lines[0] == "key default/router/1 default/router/2 default/router/3"
    assert "F1 0.871 0.912 (+0.041) * 0.905 (+0.034)" in lines
    assert "latency · ms 41 42 (+1) 19 (-22) *" in lines
    assert lines.index("epochs 3 4 (+1) 5 (+2)") < lines.index("parameterCount 1,000,000 1,000,000 1,000,000")
    assert "note [a|b] [a|b] [a|b]" in lines
    assert "default/router/1: dominated by default/router/3" in lines
    assert lines[-3:] == [
        "F1: 0.905, 0.034 (3.904 %) better than the baseline with 0.871",
        "latency · ms: 19, 22 ms (53.66 %) better than the baseline with 41",
        "F1: 0.007 (0.7675 %) behind version 2 with 0.912, whose latency · ms is 2.21 times higher",
    ]
    assert "Take default/router/3, score +0.2878:" in lines
    assert "\x1b" not in "".join(lines)


def test_only_what_differs(ask: Run) -> None:
    told = compare(ask, "--differing")
    assert "epochs" in told
    assert "note" not in told
    assert "createdAt" not in told


def test_an_objective_alone_needs_no_measure(ask: Run) -> None:
    code, told, _ = ask("compare", "router/1", "router/2", "--objective", "F1")
    assert code == 0
    assert told.endswith(
        "\nTake default/router/2:\n  it is at least as good as every other in all objectives\n"
    )


def test_a_scale_may_be_stated(ask: Run) -> None:
    scaled = ("--objective", "F1=0.8..1", "--objective", "-latency=100..0")
    code, told, _ = ask("compare", "router/1", "router/2", "router/3", *scaled)
    assert code == 0
    assert "Take default/router/3, score +0.6675:" in told


def test_every_format(ask: Run) -> None:
    found = json.loads(compare(ask, "--json"))
    assert json.loads(compare(ask, "--format", "json")) == found
    assert [one["number"] for one in found["versions"]] == [1, 2, 3]
    table = list(csv.reader(io.StringIO(compare(ask, "--format", "csv"))))
    assert table[0] == ["key", "default/router/1", "default/router/2", "default/router/3"]
    assert ["F1", "0.871", "0.912 (+0.041)", "0.905 (+0.034)"] in table
    assert "| note | [a\\|b] | [a\\|b] | [a\\|b] |" in compare(ask, "--format", "markdown")
    assert "| F1 | 0.871 | **0.912 (+0.041)** | 0.905 (+0.034) |" in compare(ask, "--format", "markdown")
    assert "<tr><td>F1</td><td>0.871</td><td><strong>0.912 (+0.041)</strong></td>" in compare(
        ask, "--format", "html"
    )


def test_a_board(ask: Run) -> None:
    code, output, messages = ask("leaderboard", "latency", "--limit", 2)
    assert (code, messages) == (0, "2 of 3 versions\n")
    assert [line.split() for line in output.splitlines()] == [
        ["rank", "version", "latency", "conditions"],
        ["1", "default/router/3", "19"],
        ["2", "default/router/1", "41"],
    ]
    nothing = ask("leaderboard", "latency", "--dataset", "nowhere")
    assert nothing == (0, "", "0 of 0 versions\n")
    code, output, _ = ask("leaderboard", "latency", "--json")
    assert [one["rank"] for one in json.loads(output)["nodes"]] == [1, 2, 3]


def test_a_board_may_be_told_its_direction(ask: Run) -> None:
    code, output, messages = ask("leaderboard", "wobble")
    assert (code, output) == (1, "")
    assert "state the direction" in messages
    code, output, _ = ask("leaderboard", "wobble", "--direction", "minimize", "--format", "csv")
    assert (code, output.splitlines()[1]) == (0, "1,default/router/1,0,")
    code, output, _ = ask("leaderboard", "wobble", "--direction", "maximize", "--format", "csv")
    assert (code, output.splitlines()[1]) == (0, "1,default/router/3,2,")


def test_an_objective_says_where_it_was_measured() -> None:
    assert parsed_objective("-top 1 error@ImageNet:validation") == {
        "target": {"metric": {"name": "top 1 error", "dataset": "ImageNet", "split": "validation"}},
        "direction": "MINIMIZE",
    }
    assert parsed_objective("-loss=1e1..-0.5") == {
        "target": {"metric": {"name": "loss"}},
        "direction": "MINIMIZE",
        "scale": {"worst": 10.0, "best": -0.5},
    }
    assert parsed_objective("+size_bytes") == {"target": {"field": "SIZE_BYTES"}, "direction": "MAXIMIZE"}


def test_the_front_of_the_registry(ask: Run) -> None:
    code, output, messages = ask("tradeoff", *BY_F1, "--format", "csv")
    assert (code, messages) == (0, "2 of 2 on the front of 3 versions\n")
    assert output == "version,F1,latency · ms\ndefault/router/2,0.912,42\ndefault/router/3,0.905,19\n"


@pytest.mark.parametrize(("name", "begins"), [("f.png", b"\x89PNG"), ("f.svg", b"<?xml")])
def test_a_front_is_drawn(ask: Run, tmp_path: Path, name: str, begins: bytes) -> None:
    code, output, messages = ask("tradeoff", *BY_F1, "--plot", tmp_path / name)
    assert (code, messages.splitlines()[-1]) == (0, f"{tmp_path / name} is drawn")
    assert "router/3" in output
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_a_picture_says_what_it_shows(ask: Run, tmp_path: Path) -> None:
    assert ask("tradeoff", *BY_F1, "--limit", 1, "--plot", tmp_path / "front.svg")[0] == 0
    drawn = (tmp_path / "front.svg").read_text()
    for text in (
        "the first 1 of 2 on the front of 3 versions",
        "F1, higher is better",
        "latency · ms, lower is better",
        "default/router/2",
    ):
        assert f"<!-- {text} -->" in drawn


def test_an_empty_front_is_not_drawn(ask: Run, tmp_path: Path) -> None:
    plot = ("--task", "image-classification", "--plot", tmp_path / "front.png")
    code, output, messages = ask("tradeoff", *BY_F1, *plot)
    assert (code, output) == (1, "")
    assert messages.splitlines() == [
        "0 of 0 on the front of 0 versions",
        "holotype: nothing is on the front: there is nothing to draw",
    ]
    assert not (tmp_path / "front.png").exists()


def test_without_matplotlib_it_says_what_to_install(ask: Run, tmp_path: Path) -> None:
    (tmp_path / "matplotlib.py").write_text("raise ModuleNotFoundError('no such module', name='matplotlib')")
    plot = ("--plot", tmp_path / "front.png")
    code, output, messages = ask("tradeoff", *BY_F1, *plot, PYTHONPATH=str(tmp_path))
    assert (code, output) == (1, "")
    assert messages == "holotype: pictures are drawn by matplotlib: pip install 'holotype[plots]'\n"
    assert not (tmp_path / "front.png").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("compare", "default/router/1"), 1, "2 to 50 versions are compared, not 1"),
        (("compare", "router", "default/router/2"), 2, "'router' names no version"),
        (("compare", "default/router/1", "default/router/9"), 3, "9"),
        (("compare", "default/router/1", "default/router/2", "--objective", "-"), 2, "'-' is no objective"),
        (
            ("compare", "default/router/1", "default/router/2", "--objective", "latencies"),
            1,
            "did you mean latency?",
        ),
        (("leaderboard", "latencies"), 3, "there is no metric 'latencies'"),
        (("leaderboard", "latencies"), 3, "did you mean latency?"),
        (("tradeoff", "--objective", "latencies"), 3, "did you mean latency?"),
        (("tradeoff", *BY_F1, "--plot", "f.txt"), 2, "name it .png or .svg"),
        (("tradeoff", "--objective", "F1", "--plot", "f.png"), 2, "give two objectives, not 1"),
        (("tradeoff",), 2, "say what is weighed, once for each: --objective accuracy --objective -size"),
    ],
)
def test_what_goes_wrong_is_one_clear_line(
    ask: Run, arguments: tuple[str, ...], code: int, says: str
) -> None:
    ended, output, messages = ask(*arguments)
    assert (ended, output, messages.count("\n")) == (code, "", 1)
    assert says in messages
