"""What versions come from: parents are edges, made with the version or linked later."""

import json

import pytest
from sqlmodel import select

from app.errors import CycleFound, InvalidInput, NotFound
from app.lineage.edges import NewEdge
from app.lineage.tables import ExternalNode, LineageEdge, Relation, lineage_edge_history
from app.registry.writing.lineage import link
from tests.store import Store

pytestmark = pytest.mark.both_databases


def parent(
    relation: str = "FINE_TUNED_FROM", evidence: str | None = None, **upstream: str
) -> dict[str, object]:
    return {"upstream": upstream, "relation": relation, "evidence": evidence}


def edges(store: Store) -> list[tuple[str, str, str]]:
    with store.reading() as session:
        rows = session.exec(select(LineageEdge)).all()
    return sorted((row.downstream, row.relation, row.upstream) for row in rows)


def test_parents_registered_and_outside(store: Store) -> None:
    base = store.version()
    first = store.version(parents=[parent(id=base.id), parent("DISTILLED_FROM", externalUri="hf:bert-base")])
    second = store.version(parents=[parent(externalUri="hf:bert-base", evidence="the card says so")])
    with store.reading() as session:
        [outside] = session.exec(select(ExternalNode)).all()
        states = session.execute(lineage_edge_history.select()).mappings().all()
    assert outside.uri == "hf:bert-base"
    assert edges(store) == sorted(
        [
            (first.id, "FINE_TUNED_FROM", base.id),
            (first.id, "DISTILLED_FROM", outside.id),
            (second.id, "FINE_TUNED_FROM", outside.id),
        ]
    )
    made = {change.subject_id: change for change in store.changes() if change.action == "version.created"}
    assert made[first.id].related == [first.model_id, base.id, outside.id]
    assert {(state["downstream"], state["opened_by"], state["closed_by"]) for state in states} == {
        (first.id, made[first.id].id, None),
        (second.id, made[second.id].id, None),
    }


def test_the_same_parent_twice_is_one_edge(store: Store) -> None:
    base = store.version()
    child = store.version(parents=[parent(id=base.id), parent(id=base.id), parent("MERGED_FROM", id=base.id)])
    assert edges(store) == [(child.id, "FINE_TUNED_FROM", base.id), (child.id, "MERGED_FROM", base.id)]


def test_what_is_no_parent_leaves_no_version(store: Store) -> None:
    base = store.version()
    before = store.changes()
    with pytest.raises(NotFound, match="to descend from"):
        store.version(parents=[parent(id=base.id[:-4] + "0000")])
    with pytest.raises(InvalidInput, match="a model;"):
        store.version(parents=[parent(id=base.model_id)])
    with pytest.raises(InvalidInput, match="not an id"):
        store.version(parents=[parent(id="hf:bert-base")])
    made = [change.action for change in store.changes(before[-1].sequence)]
    assert made == ["model.registered"] * 3, "each version would have had a model of its own"
    with store.reading() as session:
        assert session.exec(select(ExternalNode)).all() == []


def test_edges_are_linked_later_once(store: Store) -> None:
    child, one, other = store.version(), store.version(), store.version()
    wanted = [
        NewEdge(child.id, one.id, Relation.FINE_TUNED_FROM, "a paper"),
        NewEdge(child.id, other.id, Relation.MERGED_FROM),
        NewEdge(one.id, other.id, Relation.DISTILLED_FROM),
        NewEdge(child.id, one.id, Relation.FINE_TUNED_FROM, "said again"),
    ]
    before = store.last_change().sequence
    with store.writing() as session:
        assert len(link(session, wanted)) == 3
    first, second = store.changes(before)
    assert (first.action, first.subject_id) == ("lineage.added", child.id)
    assert first.related == [child.model_id, one.id, other.id]
    assert json.loads(first.after or "") == {
        "edges": [
            {"upstream": one.id, "relation": "FINE_TUNED_FROM"},
            {"upstream": other.id, "relation": "MERGED_FROM"},
        ]
    }
    assert (second.subject_id, second.related) == (one.id, [one.model_id, other.id])
    with store.writing() as session:
        assert link(session, wanted) == []
    assert store.last_change() == second
    assert len(edges(store)) == 3


def test_a_cycle_is_refused_and_nothing_is_kept(store: Store) -> None:
    top = store.version()
    middle = store.version(parents=[parent(id=top.id)])
    bottom = store.version(parents=[parent("DISTILLED_FROM", id=middle.id)])
    spare = store.version()
    before = (store.changes(), edges(store))
    with pytest.raises(CycleFound) as caught, store.writing() as session:
        link(
            session,
            [
                NewEdge(spare.id, top.id, Relation.TRAINED_ON),
                NewEdge(top.id, bottom.id, Relation.TRAINED_ON),
            ],
        )
    assert caught.value.path == (bottom.id, middle.id, top.id)
    assert (store.changes(), edges(store)) == before
