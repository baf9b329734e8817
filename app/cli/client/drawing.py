"""Lineage graphs as text: a tree for people, and the formats of programs that draw."""

import html
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

Graph = Mapping[str, Any]
GRAPHML = "http://graphml.graphdrawing.org/xmlns"


def arrow(relations: Collection[str]) -> str:
    """Return how the edges between two nodes are written."""
    return f"-{'+'.join(sorted(set(relations)))}->"


def tree_lines(graph: Graph) -> Iterator[str]:
    """Yield the root with all that is above it, then below it; a node is unfolded where it comes first."""
    nodes = {node["key"]: node for node in graph["nodes"]}
    root = graph["root"]["key"]
    yield _label(nodes[root])
    for near, far, written in (
        ("downstream", "upstream", "-{}->"),
        ("upstream", "downstream", "<-{}-"),
    ):
        steps: dict[str, dict[str, list[str]]] = {}
        for edge in graph["edges"]:
            steps.setdefault(edge[near], {}).setdefault(edge[far], []).append(edge["relation"])
        named = {
            key: sorted(
                (nodes[other]["depth"], _label(nodes[other]), other, written.format("+".join(sorted(said))))
                for other, said in others.items()
            )
            for key, others in steps.items()
        }
        yield from _branches(root, "", named, {root})


def mermaid_lines(graph: Graph) -> Iterator[str]:
    """Yield a flowchart of Mermaid whose arrows lead from a thing up to what it came from."""
    places = {node["key"]: f"n{place}" for place, node in enumerate(graph["nodes"])}
    yield "flowchart BT"
    for node in graph["nodes"]:
        yield f'  {places[node["key"]]}["{html.escape(_label(node))}"]'
    for downstream, upstream, relations in _arrows(graph):
        yield f"  {places[downstream]} -->|{relations}| {places[upstream]}"


def dot_lines(graph: Graph) -> Iterator[str]:
    """Yield a digraph of Graphviz whose arrows lead from a thing up to what it came from."""
    yield "digraph lineage {"
    yield "  rankdir=BT"
    yield "  node [shape=box]"
    for node in graph["nodes"]:
        yield f"  {_quoted(node['key'])} [label={_quoted(_label(node))}]"
    for downstream, upstream, relations in _arrows(graph):
        yield f"  {_quoted(downstream)} -> {_quoted(upstream)} [label={_quoted(relations)}]"
    yield "}"


def graphml_lines(graph: Graph) -> Iterator[str]:
    """Yield GraphML whose edges lead from a thing up to what it came from."""
    root = ET.Element("graphml", xmlns=GRAPHML)
    shown = {"node": ("name", "kind", "stage", "depth"), "edge": ("relation", "evidence", "since")}
    for of, names in shown.items():
        for name in names:
            kind = "int" if name == "depth" else "string"
            described = {"id": name, "for": of, "attr.name": name, "attr.type": kind}
            ET.SubElement(root, "key", described)
    drawn = ET.SubElement(root, "graph", id="lineage", edgedefault="directed")
    for node in graph["nodes"]:
        _filled(ET.SubElement(drawn, "node", id=node["key"]), node, shown["node"])
    for edge in graph["edges"]:
        ends = {"id": edge["id"], "source": edge["downstream"], "target": edge["upstream"]}
        _filled(ET.SubElement(drawn, "edge", ends), edge, shown["edge"])
    ET.indent(root)
    yield ET.tostring(root, encoding="unicode")


WRITERS: Mapping[str, Callable[[Graph], Iterator[str]]] = {
    "tree": tree_lines,
    "mermaid": mermaid_lines,
    "dot": dot_lines,
    "graphml": graphml_lines,
}
"""What writes each format, line by line."""


def _arrows(graph: Graph) -> Iterator[tuple[str, str, str]]:
    """Yield the two ends of each arrow and what is written on it: one arrow a pair, whatever edges it has."""
    relations: dict[tuple[str, str], list[str]] = {}
    for edge in graph["edges"]:
        relations.setdefault((edge["downstream"], edge["upstream"]), []).append(edge["relation"])
    for (downstream, upstream), said in relations.items():
        yield downstream, upstream, "+".join(sorted(said))


def _branches(
    key: str, indent: str, steps: Mapping[str, list[tuple[int, str, str, str]]], unfolded: set[str]
) -> Iterator[str]:
    """Yield what hangs on a node: each step is a depth, a label, a key, and how its edges are written."""
    below = steps.get(key, [])
    for place, (_, label, far, said) in enumerate(below, 1):
        turn, rule = ("└─ ", "   ") if place == len(below) else ("├─ ", "│  ")
        again = " (see above)" if far in unfolded and far in steps else ""
        yield f"{indent}{turn}{said} {label}{again}"
        if far not in unfolded:
            unfolded.add(far)
            yield from _branches(far, indent + rule, steps, unfolded)


def _label(node: Mapping[str, Any]) -> str:
    return f"{node['name']} [{node['stage']}]" if node["stage"] else str(node["name"])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _filled(element: ET.Element, values: Mapping[str, Any], names: Collection[str]) -> None:
    for name in names:
        if values[name] is not None:
            ET.SubElement(element, "data", key=name).text = str(values[name])
