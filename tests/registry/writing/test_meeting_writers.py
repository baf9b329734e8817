"""Two writers meet: the second finds what the first did, whatever of it both had begun before."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import Any, TypeVar

import pytest
from sqlmodel import col, select

from app.db.ids import new_id
from app.errors import AlreadyExists, Conflict, CycleFound, Immutable, LimitExceeded, NotFound, StaleRevision
from app.identity.idempotency import answered, remember
from app.identity.session import WriteSession, write
from app.identity.viewer import AllowAll
from app.lineage.edges import NewEdge
from app.lineage.outside import external_nodes
from app.lineage.tables import LineageEdge, Relation, lineage_edge_history
from app.registry.drafts import (
    DatasetDraft,
    DatasetVersionDraft,
    LineageEndDraft,
    MetricDefinitionDraft,
    MetricDraft,
    ModelDraft,
    ModelPatch,
    NamespaceDraft,
    OutcomeDraft,
    TaskDraft,
    TransitionDraft,
    VersionDraft,
    VersionState,
    draft,
)
from app.registry.drafts.rules import MAX_TAGS
from app.registry.reading.finding import ModelBy, VersionBy, find_model, find_version
from app.registry.tables import MetricSeries, ModelVersion
from app.registry.writing.datasets import register_dataset
from app.registry.writing.editing import finalize_version, rename_model, retire_model, update_model
from app.registry.writing.labels import set_alias, set_tags
from app.registry.writing.lineage import end_lineage, link
from app.registry.writing.metrics import define_metrics, log_metrics
from app.registry.writing.namespaces import create_namespaces
from app.registry.writing.registration import create_versions, register_models
from app.registry.writing.removal import delete_model, delete_version, restore_model
from app.registry.writing.stages import transition_stage
from app.registry.writing.tasks import define_tasks
from tests.store import Store

pytestmark = pytest.mark.both_databases

Answer = TypeVar("Answer")
Work = Callable[[WriteSession], Answer]
BEGUN_SECONDS = 0.2
"""How long the first waits with its COMMIT, so that the second has begun; the outcome is the same without."""


def meet(store: Store, first: Work[Any], second: Work[Answer]) -> Answer:
    """Let `second` begin while `first` has done its work and not committed it; return what `second` did."""
    with ThreadPoolExecutor(1) as pool:
        with store.writing() as session:
            first(session)
            later = pool.submit(write, store.database, store.viewer, AllowAll(), second)
            sleep(BEGUN_SECONDS)
        return later.result()


def model(session: WriteSession, name: str) -> Any:
    return find_model(session, ModelBy(name=name))


def version(session: WriteSession, name: str, number: int) -> Any:
    return find_version(session, VersionBy(model=ModelBy(name=name), number=number))


def registering(name: str) -> Work[str]:
    return lambda session: register_models(session, [draft(ModelDraft, {"name": name})])[0].id


def creating(name: str, **facts: Any) -> Work[int]:
    return lambda session: (
        create_versions(session, [(model(session, name), draft(VersionDraft, facts))])[0].number
    )


def staging(name: str, number: int) -> Work[list[ModelVersion]]:
    move = draft(TransitionDraft, {"to": "PRODUCTION", "archiveIncumbents": True})
    return lambda session: transition_stage(session, version(session, name, number), move)


NAMED: dict[str, Work[Any]] = {
    "model": registering("taken"),
    "namespace": lambda session: create_namespaces(session, [draft(NamespaceDraft, {"name": "taken"})]),
    "task": lambda session: define_tasks(session, [draft(TaskDraft, {"name": "taken", "title": "Taken"})]),
    "metric": lambda session: define_metrics(
        session, [draft(MetricDefinitionDraft, {"name": "taken", "direction": "MAXIMIZE"})]
    ),
    "dataset": lambda session: register_dataset(session, draft(DatasetDraft, {"name": "taken"}), None),
    "version": creating("known", number=7),
    "semver": creating("known", semver="1.0.0"),
    "dataset version": lambda session: register_dataset(
        session, draft(DatasetDraft, {"name": "known"}), draft(DatasetVersionDraft, {"label": "taken"})
    ),
    "former model": lambda session: rename_model(session, model(session, "known"), "taken"),
}


@pytest.mark.parametrize("thing", NAMED)
def test_each_name_is_given_once(store: Store, thing: str) -> None:
    store.model("known")
    store.dataset("known")
    if thing == "former model":
        with pytest.raises(AlreadyExists):
            meet(store, registering("taken"), NAMED[thing])
        return
    with pytest.raises(AlreadyExists) as refused:
        meet(store, NAMED[thing], NAMED[thing])
    assert refused.value.existing


def test_a_name_that_was_freed_can_be_taken_and_is_not_given_back(store: Store) -> None:
    freed = store.model("a").id
    taken = meet(store, lambda session: delete_model(session, model(session, "a")), registering("a"))
    with pytest.raises(AlreadyExists) as refused:
        meet(store, lambda _: None, lambda session: restore_model(session, freed))
    assert refused.value.existing == taken


def test_numbers_are_counted_on(store: Store) -> None:
    store.model("a")
    assert meet(store, creating("a"), creating("a")) == 2
    assert meet(store, creating("a", number=9), creating("a")) == 10


def test_nothing_is_added_to_what_was_deleted(store: Store) -> None:
    made = store.version(store.model("a"))
    with pytest.raises(NotFound):
        meet(
            store,
            lambda session: delete_version(session, version(session, "a", 1)),
            lambda session: set_alias(session, find_version(session, VersionBy(id=made.id)), "champion"),
        )
    with pytest.raises(NotFound):
        meet(store, lambda session: delete_model(session, model(session, "a")), creating("a"))


def test_an_update_is_not_lost(store: Store) -> None:
    store.model("a")

    def describing(text: str) -> Work[bool]:
        patch = draft(ModelPatch, {"description": text})
        return lambda session: update_model(session, model(session, "a"), patch, expected=1)

    with pytest.raises(StaleRevision) as stale:
        meet(store, describing("first"), describing("second"))
    assert stale.value.current == 2


def test_a_model_that_was_renamed_is_found_by_its_old_name(store: Store) -> None:
    store.model("a")
    renamed: Work[bool] = lambda session: rename_model(session, model(session, "a"), "b")  # noqa: E731
    assert meet(store, renamed, creating("a")) == 1


def test_one_version_is_in_production(store: Store) -> None:
    made = store.model("a")
    store.version(made)
    store.version(made)
    archived = meet(store, staging("a", 1), staging("a", 2))
    assert [one.number for one in archived] == [1]
    with store.reading() as session:
        rows = session.exec(select(ModelVersion).order_by(col(ModelVersion.number)))
        assert [row.stage for row in rows] == ["ARCHIVED", "PRODUCTION"]


def test_an_alias_says_where_it_was(store: Store) -> None:
    made = store.model("a")
    store.version(made)
    store.version(made)

    def pointing(number: int) -> Work[int | None]:
        def work(session: WriteSession) -> int | None:
            before = set_alias(session, version(session, "a", number), "champion")
            return before.number if before else None

        return work

    assert meet(store, pointing(1), pointing(2)) == 1


def test_no_more_tags_than_allowed(store: Store) -> None:
    subject = store.model("a", tags={f"tag-{number}": number for number in range(MAX_TAGS - 1)}).id
    with pytest.raises(LimitExceeded):
        meet(
            store,
            lambda session: set_tags(session, subject, {"one": 1}),
            lambda session: set_tags(session, subject, {"other": 1}),
        )


def test_points_are_counted_once(store: Store) -> None:
    made = store.version(store.model("a"))

    def logging(*values: float) -> Work[int]:
        points = [
            draft(MetricDraft, {"name": "loss", "value": value, "step": step})
            for step, value in enumerate(values)
        ]
        at = {"recorded_at": made.created_at}
        points = [point.model_copy(update=at) for point in points]
        return lambda session: log_metrics(session, version(session, "a", 1), points)

    assert meet(store, logging(3.0, 2.0), logging(3.0, 2.0, 1.0)) == 1
    with store.reading() as session:
        series = session.exec(select(MetricSeries)).one()
    assert (series.points, series.value) == (3, 1.0)


def test_no_circle_is_closed(store: Store) -> None:
    one, other, lower, upper = (store.version().id for _ in range(4))

    def linking(downstream: str, upstream: str) -> Work[list[str]]:
        return lambda session: link(session, [NewEdge(downstream, upstream, Relation.FINE_TUNED_FROM)])

    for edge in ((other, lower), (upper, one)):
        meet(store, lambda _: None, linking(*edge))
    with pytest.raises(CycleFound):
        meet(store, linking(one, other), linking(lower, upper))


def test_an_edge_that_ended_is_not_led_to_what_arrives(store: Store) -> None:
    child = store.version()
    model = store.model("a")
    with store.writing() as writer:
        outside = external_nodes(writer, ["hf:base"])["hf:base"]
        [edge] = link(writer, [NewEdge(child.id, outside, Relation.FINE_TUNED_FROM)])

    def arriving(session: WriteSession) -> str:
        return create_versions(session, [(model, draft(VersionDraft, {"source": "hf:base"}))])[0].id

    meet(store, lambda session: end_lineage(session, edge, LineageEndDraft()), arriving)
    present = lineage_edge_history.select().where(lineage_edge_history.c.closed_by.is_(None))
    with store.reading() as session:
        [state] = session.execute(present).mappings().all()
        [row] = session.exec(select(LineageEdge)).all()
    assert (state["upstream"], row.upstream) == (outside, outside)
    assert state["until"] is not None


@pytest.mark.parametrize("arrives_first", [True, False])
def test_what_arrives_as_it_is_named_is_one_node(store: Store, arrives_first: bool) -> None:  # noqa: FBT001 - a case of the test
    child, model = store.version(), store.model("a")

    def arriving(session: WriteSession) -> str:
        return create_versions(session, [(model, draft(VersionDraft, {"source": "hf:base"}))])[0].id

    def naming(session: WriteSession) -> str:
        node = external_nodes(session, ["hf:base"])["hf:base"]
        return link(session, [NewEdge(child.id, node, Relation.FINE_TUNED_FROM)])[0]

    meet(store, *((arriving, naming) if arrives_first else (naming, arriving)))
    with store.reading() as session:
        [edge] = session.exec(select(LineageEdge)).all()
        [version] = session.exec(select(ModelVersion).where(ModelVersion.model_id == model.id)).all()
    assert (edge.downstream, edge.upstream) == (child.id, version.id)


def test_a_request_that_is_sent_twice_is_done_once(store: Store) -> None:
    key, done = "0123456789abcdef", []

    def sent(session: WriteSession) -> dict[str, Any]:
        if (before := answered(session, "registerModel", key, "digest")) is not None:
            return before
        answer = {"id": registering("a")(session)}
        remember(session, "registerModel", key, "digest", answer)
        done.append(answer)
        return answer

    assert meet(store, sent, sent) == done[0]
    assert len(done) == 1


def test_a_draft_ends_once(store: Store) -> None:
    store.model("a")
    with store.writing() as session:
        given = [(model(session, "a"), draft(VersionDraft, {}))]
        create_versions(session, given, state=VersionState.PENDING)

    def ending(outcome: VersionState) -> Work[bool]:
        ended = OutcomeDraft(outcome=outcome)
        return lambda session: finalize_version(session, version(session, "a", 1), ended)

    with pytest.raises(Immutable):
        meet(store, ending(VersionState.READY), ending(VersionState.FAILED))


def test_two_models_do_not_replace_each_other(store: Store) -> None:
    store.model("a")
    store.model("b")

    def retiring(name: str, replacement: str) -> Work[bool]:
        return lambda session: retire_model(session, model(session, name), "old", model(session, replacement))

    with pytest.raises(Conflict, match="retired too"):
        meet(store, retiring("a", "b"), retiring("b", "a"))


def test_those_who_wait_for_each_other_both_get_through(store: Store) -> None:
    store.model("a")
    store.model("b")

    def describing(first: str, second: str) -> Work[None]:
        def work(session: WriteSession) -> None:
            for name in (first, second):
                patch = draft(ModelPatch, {"description": new_id("txt")})
                update_model(session, model(session, name), patch)
                sleep(BEGUN_SECONDS)

        return work

    works = [describing("a", "b"), describing("b", "a")]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda work: write(store.database, store.viewer, AllowAll(), work), works))
    with store.reading() as session:
        revisions = {find_model(session, ModelBy(name=name)).revision for name in "ab"}
    assert revisions == {3}
