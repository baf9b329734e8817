"""The commands that ask the API, against a served registry."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.routes.serving import served

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve one registry for all tests of this module, which keep to names of their own."""
    with served(tmp_path_factory.mktemp("served")) as api:
        yield api.url


@pytest.fixture
def ask(run: Run, url: str) -> Run:
    """Give what runs a command against the served registry."""

    def asked(*arguments: object) -> tuple[int, str, str]:
        return run(*arguments, HOLOTYPE_URL=url)

    return asked


def test_a_model_from_its_registration_to_its_history(ask: Run) -> None:
    facts = [
        "--description",
        "Hears wrens.",
        "--task",
        "bird song",
        "--tag",
        "team=audio",
        "--tag",
        "small=true",
    ]
    version = [
        "--source",
        "s3://wren/1",
        "--semver",
        "1.0.0",
        "--param",
        "lr=0.1",
        "--param",
        "optimizer=adam",
    ]
    assert ask("register", "wren", *facts, *version) == (0, "registered default/wren, version 1\n", "")
    assert ask("register", "wren", "--new-version", "--source", "s3://wren/2") == (
        0,
        "created default/wren/2\n",
        "",
    )
    refused = ask("register", "wren", "--new-version", "--task", "bird song", "--license", "MIT")
    assert (refused[0], "--task and --license are of the model" in refused[2]) == (2, True)
    logged = ask(
        "log", "wren/1", "accuracy=0.76", "chirps per second=3", "--dataset", "Birds", "--split", "test"
    )
    assert logged == (0, "logged 2 values\n", "")
    twice = ("chirps=3", "--step", "1", "--dataset", "Birds")
    assert ask("log", "wren/1", *twice) == (0, "logged 1 value\n", "")
    assert ask("alias", "wren/1", "champion") == (0, "default/wren@champion is version 1\n", "")
    moved = ask("alias", "default/wren/2", "champion")
    assert moved == (0, "default/wren@champion is version 2 (before: version 1)\n", "")
    assert ask("tag", "wren@champion", "reviewed=true", "by=Ada") == (0, "set 2 tags\n", "")
    assert ask("tag", "wren", "--remove", "team") == (0, "removed 1 tag\n", "")

    code, shown, _ = ask("show", "wren")
    assert code == 0
    lines = shown.splitlines()
    assert lines[0] == "default/wren"
    assert "  description: Hears wrens." in lines
    assert [line for line in lines if "tag " in line] == ["  tag small: true"]
    assert "  alias champion: version 2" in lines
    assert [line for line in lines if line.startswith("  version")] == [
        "  version 2: READY, DEVELOPMENT",
        "  version 1 (1.0.0): READY, DEVELOPMENT",
    ]
    shown = ask("show", "default/wren/1")[1]
    assert shown.splitlines()[0] == "default/wren/1"
    assert {"  param lr: 0.1", "  param optimizer: adam"} <= set(shown.splitlines())
    assert "  metric accuracy on Birds test: 0.76" in shown
    assert "  tag reviewed: true" in ask("show", "wren@champion")[1]

    assert ask("alias", "wren", "champion", "--remove") == (0, "removed default/wren@champion\n", "")
    assert ask("show", "wren@champion")[0] == 3


def test_a_tag_that_is_not_there_is_not_removed(ask: Run) -> None:
    assert ask("register", "jay", "--tag", "team=audio")[0] == 0
    said = "holotype: there is no tag 'draft'; there is team\n"
    assert ask("tag", "jay", "new=1", "--remove", "draft") == (3, "", said)
    assert [tag["key"] for tag in json.loads(ask("show", "jay", "--json")[1])["tags"]] == ["team"]


def test_a_version_moves_through_the_stages(ask: Run) -> None:
    assert ask("register", "kite", "--source", "s3://kite/1")[0] == 0
    assert ask("register", "kite", "--new-version", "--source", "s3://kite/2")[0] == 0
    assert ask("stage", "kite/1", "production") == (0, "default/kite/1 is in PRODUCTION\n", "")
    moved = ask("stage", "kite/2", "PRODUCTION", "--archive-incumbents", "--comment", "better")
    assert moved == (0, "default/kite/2 is in PRODUCTION; archived version 1\n", "")
    assert ask("stage", "kite/2", "production")[1] == "default/kite/2 is in PRODUCTION already\n"
    assert json.loads(ask("stage", "kite/1", "staging", "--json")[1])["archived"] == []
    code, _, messages = ask("stage", "kite/2", "prod")
    assert (code, "the stages are DEVELOPMENT, STAGING, PRODUCTION, ARCHIVED" in messages) == (3, True)
    missing = "model 'kite' has no version with number 9 (did you mean 2 or 1?)"
    assert ask("stage", "kite/9", "production") == (3, "", f"holotype: {missing}\n")


def test_models_and_namespaces_are_listed(ask: Run) -> None:
    assert ask("namespace", "create", "marsh", "--description", "Wet")[0] == 0
    assert ask("register", "marsh/egret", "--source", "s3://heron", "--task", "bird song")[0] == 0
    assert ask("register", "marsh/bittern")[0] == 0
    code, output, messages = ask("list", "--namespace", "marsh")
    assert (code, messages) == (0, "2 of 2 models\n")
    assert [line.split() for line in output.splitlines()[1:]] == [
        ["marsh/bittern", "-", "-", "-"],
        ["marsh/egret", "bird", "song", "1", "DEVELOPMENT"],
    ]
    elsewhere = "there is no model 'egret' in namespace 'default' (did you mean marsh/egret?)"
    assert ask("show", "egret/1") == (3, "", f"holotype: {elsewhere}\n")
    assert ask("list", "models", "--task", "bird song", "--namespace", "marsh")[2] == "1 of 1 model\n"
    assert ask("list", "--stage", "staging", "--namespace", "marsh") == (0, "", "0 of 0 models\n")
    code, output, _ = ask("list", "namespaces", "--json")
    assert (code, "marsh" in [one["name"] for one in json.loads(output)["nodes"]]) == (0, True)
    code, _, messages = ask("list", "--namespace", "mash")
    assert (code, messages.count("did you mean marsh?")) == (3, 1)
    assert ask("list", "namespaces", "--task", "x")[0] == 2


def test_the_history_of_a_model(ask: Run) -> None:
    assert ask("register", "owl", "--source", "s3://owl")[0] == 0
    assert ask("tag", "owl", "a=1")[0] == 0
    code, told, _ = ask("history", "owl")
    assert code == 0
    *changes, last = told.splitlines()
    assert [line.split(maxsplit=4)[4] for line in changes] == [
        "model.registered: name owl",
        "version.created v1: number 1; source s3://owl; stage DEVELOPMENT; state READY",
        "tags.set: a 1",
    ]
    assert last == "3 of 3 changes"
    assert ask("tag", "owl", "a=2")[0] == 0
    assert ask("alias", "owl/1", "champion")[0] == 0
    assert ask("history", "owl", "--limit", "2")[1].splitlines()[0].endswith(" tags.set: a 1 -> 2")
    assert (
        ask("history", "owl/1", "--limit", "1")[1].splitlines()[0].endswith(" alias.set @champion: version 1")
    )
    assert ask("tag", "owl", "--remove", "a")[0] == 0
    newest = json.loads(ask("history", "owl", "--limit", "1", "--json")[1])
    assert [change["action"] for change in newest["nodes"]] == ["tags.removed"]
    assert ask("history", "owl/1")[1].splitlines()[-1] == "2 of 2 changes"


def test_every_answer_comes_as_json_too(ask: Run) -> None:
    def told(*arguments: object) -> Any:
        code, output, messages = ask(*arguments, "--json")
        assert (code, messages) == (0, "")
        return json.loads(output)

    assert told("register", "tit", "--param", 'deep={"a": [1, null]}')["modelVersion"]["number"] == 1
    assert told("log", "tit/1", "loss=1e-9") == {"logged": 1}
    assert told("alias", "tit/1", "newest")["previous"] is None
    assert told("tag", "tit", "k=v")["subject"]["id"].startswith("mdl_")
    assert told("show", "tit")["tags"] == [{"key": "k", "value": "v"}]
    [param] = told("show", "tit@newest")["params"]["nodes"]
    assert param == {"name": "deep", "value": {"a": [1, None]}}


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["show", "heron"], 3, "there is no model 'heron' in namespace 'default'"),
        (["show", "zoo/heron/7"], 3, "there is no namespace 'zoo'"),
        (["show", "heron@x"], 3, "there is no model 'heron' in namespace 'default'"),
        (["tag", "heron", "a=1"], 3, "there is no model 'heron' in namespace 'default'"),
        (["log", "heron", "a=1"], 2, "'heron' names no version: write heron/1 or heron@champion"),
        (["log", "heron/1", "a"], 2, "'a' is no KEY=VALUE"),
        (["log", "heron/1", "a=b"], 1, "the value of 'a' is no number: 'b'"),
        (
            ["show", "a/b/c/d"],
            2,
            "'a/b/c/d' is no model: write [NAMESPACE/]MODEL, with @ALIAS or /VERSION where one is meant",
        ),
    ],
)
def test_what_goes_wrong_is_one_clear_line(ask: Run, arguments: list[str], code: int, says: str) -> None:
    assert ask(*arguments) == (code, "", f"holotype: {says}\n")


def test_refusals_of_the_api_are_one_clear_line(ask: Run) -> None:
    assert ask("register", "crow")[0] == 0
    code, output, messages = ask("register", "crow")
    assert (code, output) == (1, "")
    assert messages.endswith("already; add a version to it with --new-version\n")
    assert messages.count("\n") == 1
    code, _, messages = ask("register", "defautl/crow")
    assert code == 3
    assert "did you mean default?" in messages
    assert messages.endswith("; make it with: holotype namespace create defautl\n")
    assert ask("tag", "crow")[0] == 2


@pytest.mark.parametrize("name", ["a b", "ключ", "[red]wren", "--dashes"])
def test_names_are_taken_and_shown_as_they_are(ask: Run, name: str) -> None:
    assert ask("register", "--source", "s3://x", "--", name)[1] == f"registered default/{name}, version 1\n"
    assert ask("show", "--", name)[1].splitlines()[0] == f"default/{name}"


def test_a_namespace_is_made_by_its_command(ask: Run) -> None:
    assert ask("register", "forest/owl")[0] == 3
    assert ask("namespace", "create", "forest", "--description", "Trees") == (
        0,
        "made the namespace forest\n",
        "",
    )
    assert ask("register", "forest/owl")[1] == "registered forest/owl\n"
    assert ask("namespace", "create", "forest")[0] == 1


def test_what_is_not_finite_is_logged_as_such(ask: Run) -> None:
    ask("register", "lark", "--source", "s3://lark/1")
    values = ["a=NaN", "b=Infinity", "c=-inf"]
    assert ask("log", "lark/1", *values) == (0, "logged 3 values\n", "")
    shown = ask("show", "lark/1")[1]
    assert all(line in shown for line in ("metric a: NAN", "metric b: INFINITY", "c: NEGATIVE_INFINITY"))
    for value in ("much", "1e999", '"1"', "true"):
        code, _, messages = ask("log", "lark/1", f"a={value}")
        assert (code, "the value of 'a' is no number" in messages) == (1, True)


def test_what_is_no_json_is_text(ask: Run) -> None:
    ask("register", "robin")
    assert ask("tag", "robin", "a=NaN", "b=1e999", "c=[Infinity]")[0] == 0
    tags = json.loads(ask("show", "robin", "--json")[1])["tags"]
    assert {tag["key"]: tag["value"] for tag in tags} == {"a": "NaN", "b": "1e999", "c": "[Infinity]"}


@pytest.mark.parametrize("command", [["show"], ["search"], ["register"], ["namespace", "create"]])
def test_an_argument_that_is_no_unicode_is_no_stack_trace(ask: Run, command: list[str]) -> None:
    _, _, messages = ask(*command, "x\udcff")
    assert "Traceback" not in messages
