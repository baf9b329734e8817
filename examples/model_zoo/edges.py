"""Lineage: from the identifiers of the sources to versions, datasets and external nodes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from examples.model_zoo.datasets import DatasetBook, dataset_reference
from examples.model_zoo.records import Record, stated

RELATIONS = {
    "adapted_from": "ADAPTED_FROM",
    "adapter_of": "ADAPTED_FROM",
    "converted_from": "CONVERTED_FROM",
    "derived_from": "DERIVED_FROM",
    "distilled_from": "DISTILLED_FROM",
    "evaluated_on": "EVALUATED_ON",
    "fine_tuned_from": "FINE_TUNED_FROM",
    "initialized_from": "INITIALIZED_FROM",
    "previous_version": "PREVIOUS_VERSION",
    "quantized_from": "QUANTIZED_FROM",
    "republished_from": "REPUBLISHED_FROM",
    "trained_on": "TRAINED_ON",
    "uses": "DEPENDS_ON",
}
"""What a source calls a relation, and what the registry calls it."""
_HUB = "hf:"
_DATASET = "dataset:"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a record went.

    Attributes:
        source_id: The record's identifier.
        namespace: Namespace of its model.
        name: Name of its model.
        number: Its version.
        source_name: The record's own name.
        released: Its release date as `YYYY-MM-DD`, if known.
    """

    source_id: str
    namespace: str
    name: str
    number: int
    source_name: str
    released: str | None

    def reference(self) -> Record:
        """Return the version as a lineage edge names it."""
        return {"model": {"namespace": self.namespace, "name": self.name}, "version": self.number}


class Nodes:
    """Finds what the end of an edge stands for.

    An end is, in this order: the record of that identifier; for `dataset:...`, the dataset that the edge
    names; for `hf:...`, a model of the edge's own source whose name is that of the hub, else one of another
    source that names its models as the hub does (a source some edge of which ends at an `hf:` node), sources
    in alphabetical order; for anything else, an external node under the identifier as it is. Capitals do not
    matter in names of the hub. Where a name has several versions, an edge means the newest one older than the
    other end, or the newest where no date tells.
    """

    def __init__(self, placements: Iterable[Placement], books: DatasetBook, edges: Iterable[Record]) -> None:
        self._by_id: dict[str, Placement] = {}
        self._by_name: defaultdict[tuple[str, str], list[Placement]] = defaultdict(list)
        for placement in placements:
            self._by_id[placement.source_id] = placement
            self._by_name[placement.namespace, placement.source_name.casefold()].append(placement)
        self._books = books
        self._hub_sources = sorted({edge["source"] for edge in edges if edge["to"].startswith(_HUB)})

    def reference(self, node: str, edge: Record, before: str | None = None) -> Record:
        """Return an end of an edge in the interchange format.

        Args:
            node: The identifier of the end.
            edge: The raw edge.
            before: The release date of the other end, if a version older than it is meant.
        """
        if node.startswith(_DATASET):
            return dataset_reference(edge["dataset"], self._books)
        placement = self.placement(node, edge, before)
        return placement.reference() if placement else {"external": node}

    def placement(self, node: str, edge: Record, before: str | None = None) -> Placement | None:
        """Return the version an end stands for, or None if it is none; arguments as in `reference`."""
        if node in self._by_id:
            return self._by_id[node]
        if not node.startswith(_HUB):
            return None
        name = node.removeprefix(_HUB).casefold()
        for source in sorted(self._hub_sources, key=lambda source: source != edge["source"]):
            if versions := self._by_name.get((source, name)):
                return newest_before(versions, before)
        return None


def newest_before(versions: list[Placement], before: str | None) -> Placement:
    """Return the newest version released before a date; the newest of all where no date tells."""
    older = [version for version in versions if before and version.released and version.released < before]
    return max(older or versions, key=lambda version: version.number)


class EdgeLines:
    """Turns raw edges into lineage lines, and counts those it turns away by reason."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self._seen: set[tuple[str, str, str]] = set()
        self.rejected: Counter[str] = Counter()
        self.examples: dict[str, Record] = {}

    def lines(self, edges: Iterable[Record]) -> Iterator[Record]:
        """Yield each edge once; one from a node to itself, of an unknown relation or said twice is rejected.

        The evidence is that of the source, else the source itself.
        """
        for edge in edges:
            child = self._nodes.placement(edge["to"], edge)
            downstream = self._nodes.reference(edge["to"], edge)
            upstream = self._nodes.reference(edge["from"], edge, child.released if child else None)
            relation = RELATIONS.get(edge["relation"], "")
            if reason := self._reason(downstream, upstream, relation):
                self.rejected[reason] += 1
                self.examples.setdefault(reason, edge)
                continue
            evidence = edge.get("evidence") or edge["source"]
            yield stated(
                {
                    "type": "lineage",
                    "downstream": downstream,
                    "upstream": upstream,
                    "relation": relation,
                    "evidence": evidence,
                }
            )

    def _reason(self, downstream: Record, upstream: Record, relation: str) -> str | None:
        key = (str(downstream), str(upstream), relation)
        if not relation:
            return "relation not known"
        if downstream == upstream:
            return "edge from a node to itself"
        if key in self._seen:
            return "edge said twice"
        self._seen.add(key)
        return None
