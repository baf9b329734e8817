"""`holotype lineage` and `holotype impact`: where things come from, and what hangs on them."""

import itertools
import re
from typing import Any

import typer

from app.cli.client.asking import answer_of
from app.cli.client.drawing import WRITERS, arrow
from app.cli.client.targets import DEFAULT_NAMESPACE, parsed_target
from app.cli.terminal import ABSENT, FAILED, counted, fail, out, print_json, say

GRAPH = """
query Lineage($root: ID!, $direction: LineageDirection!, $depth: Int!, $nodes: Int!) {
  lineage(root: $root, direction: $direction, maxDepth: $depth, maxNodes: $nodes) {
    root { key }
    nodes { key depth kind name stage directUpstream directDownstream }
    edges { id downstream upstream relation evidence since }
    totalNodes totalEdges totalsExact truncated
  }
}"""
IMPACT = """
query Impact($of: ID!, $depth: Int!, $after: String) {
  impact(of: $of, maxDepth: $depth) {
    of { key kind name }
    totalVersions truncated
    staged(first: 100, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes {
        version { id number stage { name } registeredModel { name namespace { name } } }
        path { nodes { key name } edges { downstream upstream relation } }
      }
    }
  }
}"""
VERSION = "query Version($version: ModelVersionBy!) { modelVersion(by: $version) { id } }"
DATASET = "query Dataset($dataset: DatasetBy!) { dataset(by: $dataset) { latestVersion { id } } }"
NODE_ID = re.compile(r"(?:ver|dsv|cod|env|ext)_[0-9a-f]{32}")
DATASET_MARK = "dataset:"
GUARDED = "PRODUCTION"


def show_lineage(url: str, thing: str, arguments: dict[str, Any], *, written: str) -> None:
    """Print the graph above or below a thing."""
    graph = answer_of(url, GRAPH, {"root": _node(url, thing), **arguments})
    if written == "json":
        print_json(graph)
    else:
        for line in WRITERS[written](graph):
            out.out(line, highlight=False)
    if graph["truncated"]:
        least = "" if graph["totalsExact"] else "more than "
        say(f"{len(graph['nodes']):,} of {least}{graph['totalNodes']:,} nodes are shown; --nodes shows more")


def show_impact(url: str, thing: str, *, depth: int, as_json: bool) -> None:
    """Print what hangs on a thing, and end with 1 where it is in production or not all was gone through."""
    node = _node(url, thing)
    impact = answer_of(url, IMPACT, {"of": node, "depth": depth})
    found = list(impact["staged"]["nodes"])
    while (page := impact["staged"]["pageInfo"])["hasNextPage"]:
        impact = answer_of(url, IMPACT, {"of": node, "depth": depth, "after": page["endCursor"]})
        found += impact["staged"]["nodes"]
    if as_json:
        print_json({**impact, "staged": found})
    else:
        for one in found:
            out.out(_impacted(one), highlight=False)
        come = "comes" if len(found) == 1 else "come"
        said = f"{counted(len(found), 'version')} in live stages {come} from {impact['of']['name']}"
        out.out(said, highlight=False)
    if impact["truncated"]:
        say(f"more lies below than {counted(depth, 'hop')} reach{'es' if depth == 1 else ''}")
    guarded = any(one["version"]["stage"]["name"] == GUARDED for one in found)
    if guarded or impact["truncated"]:
        raise typer.Exit(FAILED)


def _impacted(one: dict[str, Any]) -> str:
    nodes, stage = one["path"]["nodes"], one["version"]["stage"]["name"]
    names = {node["key"]: node["name"] for node in nodes}
    way = [nodes[0]["name"]]
    for lower, upper in itertools.pairwise(nodes):
        between = [
            edge["relation"]
            for edge in one["path"]["edges"]
            if (edge["downstream"], edge["upstream"]) == (lower["key"], upper["key"])
        ]
        way.append(f"{arrow(between)} {names[upper['key']]}")
    return f"{stage:<12} {' '.join(way)}"


def _node(url: str, thing: str) -> str:
    """Return the id of what a command line names."""
    if NODE_ID.fullmatch(thing):
        return thing
    if thing.startswith(DATASET_MARK):
        namespace, stroke, name = thing.removeprefix(DATASET_MARK).partition("/")
        named = {"namespace": namespace, "name": name} if stroke else {"name": namespace}
        dataset = answer_of(url, DATASET, {"dataset": {"name": {"namespace": DEFAULT_NAMESPACE, **named}}})
        if dataset["latestVersion"] is None:
            fail(f"{thing} has no version yet", ABSENT)
        return str(dataset["latestVersion"]["id"])
    target = parsed_target(thing)
    newest = {"alias": {"model": target.model, "alias": "latest"}}
    return str(answer_of(url, VERSION, {"version": target.version if target.of_version else newest})["id"])
