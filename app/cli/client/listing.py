"""`holotype list`: the models and namespaces of the registry."""

from dataclasses import dataclass
from typing import Any

from app.cli.client.asking import answer_of
from app.cli.client.formats import Format
from app.cli.client.tables import MISSING, Cell, print_table
from app.cli.client.targets import model_name
from app.cli.terminal import counted, print_json, say

MODELS = """
query Models($filter: ModelFilter, $first: Int!) {
  registeredModels(filter: $filter, orderBy: {field: NAME, direction: ASC}, first: $first) {
    totalCount
    nodes { id name namespace { name } task latestVersion { number stage { name } } }
  }
}"""
NAMESPACE = "query Namespace($name: String!) { namespace(name: $name) { id } }"
NAMESPACES = """
query Namespaces($first: Int!) { namespaces(first: $first) { totalCount nodes { id name description } } }"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which models are listed: those in a namespace, for a task, with a version in a stage."""

    namespace: str | None
    task: str | None
    stage: str | None

    @property
    def filter(self) -> dict[str, Any]:
        """The filter, as the API takes it."""
        held = {"namespace": self.namespace, "task": self.task}
        tests: dict[str, Any] = {field: {"equals": value} for field, value in held.items() if value}
        if self.stage:
            tests["anyVersion"] = {"stage": {"equals": self.stage}}
        return tests


def list_models(url: str, wanted: Wanted, *, limit: int, as_json: bool) -> None:
    """Print models by name, each with its newest version."""
    if wanted.namespace is not None:
        answer_of(url, NAMESPACE, {"name": wanted.namespace})
    page = answer_of(url, MODELS, {"filter": wanted.filter, "first": limit})
    rows = [
        [
            Cell(model_name(one)),
            _stated(one["task"]),
            *_newest(one["latestVersion"]),
        ]
        for one in page["nodes"]
    ]
    _print(page, ["model", "task", "newest version", "stage"], rows, "model", as_json=as_json)


def list_namespaces(url: str, *, limit: int, as_json: bool) -> None:
    """Print namespaces by name."""
    page = answer_of(url, NAMESPACES, {"first": limit})
    rows = [[Cell(one["name"]), _stated(one["description"])] for one in page["nodes"]]
    _print(page, ["namespace", "description"], rows, "namespace", as_json=as_json)


def _stated(text: str | None) -> Cell:
    return Cell(text) if text else MISSING


def _newest(version: dict[str, Any] | None) -> list[Cell]:
    if version is None:
        return [MISSING, MISSING]
    return [Cell(str(version["number"])), Cell(version["stage"]["name"])]


def _print(
    page: dict[str, Any], headers: list[str], rows: list[list[Cell]], what: str, *, as_json: bool
) -> None:
    if as_json:
        print_json(page)
        return
    if rows:
        print_table(headers, rows, Format.TABLE)
    say(f"{len(rows)} of {counted(page['totalCount'], what)}")
