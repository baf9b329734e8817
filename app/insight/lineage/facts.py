"""Facts that travel down the edges of lineage: licences, personal data, revoked datasets."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from app.db.engine import ReadSession
from app.db.json_lists import among
from app.lineage.tables import DERIVING, Relation
from app.lineage.ways import edges_above, least_ways, steps_of
from app.registry.drafts import FactKind
from app.registry.tables import DatasetVersion, ModelVersion, RegisteredModel

CARRIED: Mapping[Relation, frozenset[FactKind]] = {
    relation: frozenset(FactKind) if relation in DERIVING else frozenset() for relation in Relation
}
"""Which facts travel down the edges of each relation."""


@dataclass(frozen=True, slots=True)
class InheritedFact:
    """A fact that a version has from something above it.

    Attributes:
        value: The licence, ``true``, or the moment of the revocation.
        way: The nodes of a shortest way by which it came, from the version up to its origin.
    """

    kind: FactKind
    value: str
    way: Sequence[str]

    @property
    def origin(self) -> str:
        """The node of which it is a fact."""
        return self.way[-1]


def inherited_facts(session: ReadSession, versions: Collection[str]) -> dict[str, list[InheritedFact]]:
    """Return the facts that versions inherit, by version: by kind, then nearest first, then by origin.

    What is above all of them is read by one statement, its facts by two.
    """
    carrying = [relation for relation, kinds in CARRIED.items() if kinds]
    edges = edges_above(session, versions, carrying)
    stated = _stated(session, {edge.upstream for edge in edges})
    inherited: dict[str, list[InheritedFact]] = {version: [] for version in versions}
    for kind in FactKind:
        steps = steps_of((edge.downstream, edge.upstream) for edge in edges if _carries(edge, kind))
        for version, found in inherited.items():
            for origin, way in least_ways(steps, version).items():
                if origin != version and (origin, kind) in stated:
                    found.append(InheritedFact(kind, stated[origin, kind], way))
    order = {kind: place for place, kind in enumerate(FactKind)}
    for found in inherited.values():
        found.sort(key=lambda fact: (order[fact.kind], len(fact.way), fact.origin))
    return inherited


def _carries(edge: Any, kind: FactKind) -> bool:
    return kind in CARRIED[Relation(edge.relation)] and str(kind) not in edge.exceptions


def _stated(session: ReadSession, nodes: Collection[str]) -> dict[tuple[str, FactKind], str]:
    """Return what is stated of nodes, by node and kind; what was deleted is no less a parent."""
    stated: dict[tuple[str, FactKind], str] = {}
    datasets = select(DatasetVersion).where(among(DatasetVersion.id, nodes))
    for row in session.exec(datasets):
        if row.license:
            stated[row.id, FactKind.LICENSE] = row.license
        if row.contains_pii:
            stated[row.id, FactKind.PII] = "true"
        if row.revoked_at:
            stated[row.id, FactKind.REVOKED_DATASET] = row.revoked_at.isoformat()
    licences = (
        select(ModelVersion.id, RegisteredModel.license)
        .join(RegisteredModel, col(RegisteredModel.id) == ModelVersion.model_id)
        .where(among(ModelVersion.id, nodes), col(RegisteredModel.license).is_not(None))
    )
    for version, license_ in session.execute(licences):
        stated[version, FactKind.LICENSE] = license_
    return stated
