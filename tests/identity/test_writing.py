"""Who writes: no write session without a viewer and an authorizer, and the authorizer is asked."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from sqlalchemy.exc import NoResultFound

from app.errors import Forbidden
from app.identity.principals import principals_by_id, viewer_named
from app.identity.session import WriteSession, writing
from app.identity.viewer import AllowAll, Viewer
from app.lineage.edges import NewEdge
from app.lineage.tables import Relation
from app.registry.drafts import (
    DatasetDraft,
    MetricDefinitionDraft,
    MetricDraft,
    ModelDraft,
    NamespaceDraft,
    TaskDraft,
    TransitionDraft,
    VersionDraft,
    draft,
)
from app.registry.reading.finding import ModelBy, VersionBy, find_model, find_version
from app.registry.tables import ModelVersion
from app.registry.writing.datasets import register_datasets
from app.registry.writing.labels import set_alias, set_tags
from app.registry.writing.lineage import link
from app.registry.writing.metrics import define_metrics, log_metrics
from app.registry.writing.namespaces import create_namespaces
from app.registry.writing.registration import create_versions, register_models
from app.registry.writing.stages import transition_stage
from app.registry.writing.tasks import define_tasks
from tests.store import Store, made_at

pytestmark = pytest.mark.both_databases


@dataclass
class AllBut:
    """Allows everything but one action, and notes what it was asked."""

    forbidden: str
    asked: list[tuple[str, str]] = field(default_factory=list)

    def require(self, viewer: Viewer, action: str, scope: str) -> None:
        self.asked.append((action, scope))
        if action == self.forbidden:
            raise Forbidden(f"{viewer.name} may not {action}")


Deed = Callable[[WriteSession, ModelVersion, ModelVersion], object]
DEEDS: dict[str, tuple[str, Deed]] = {
    "namespace.create": (
        "research",
        lambda session, *_: create_namespaces(session, [draft(NamespaceDraft, {"name": "research"})]),
    ),
    "model.register": (
        "nsp",
        lambda session, *_: register_models(session, [draft(ModelDraft, {"name": "a"})]),
    ),
    "version.create": (
        "nsp",
        lambda session, version, _: create_versions(
            session, [(find_model(session, ModelBy(id=version.model_id)), draft(VersionDraft, {}))]
        ),
    ),
    "metrics.log": (
        "ver",
        lambda session, version, _: log_metrics(
            session, version, [draft(MetricDraft, {"name": "acc", "value": 1})]
        ),
    ),
    "tags.set": ("mdl", lambda session, version, _: set_tags(session, version.model_id, {"k": 1})),
    "alias.set": ("mdl", lambda session, version, _: set_alias(session, version, "champion")),
    "version.stage": (
        "ver",
        lambda session, version, _: transition_stage(
            session, version, draft(TransitionDraft, {"to": "STAGING"})
        ),
    ),
    "dataset.register": (
        "nsp",
        lambda session, *_: register_datasets(session, [draft(DatasetDraft, {"name": "d"})]),
    ),
    "task.define": (
        "herding",
        lambda session, *_: define_tasks(
            session, [draft(TaskDraft, {"name": "herding", "title": "Herding"})]
        ),
    ),
    "metric.define": (
        "purrs",
        lambda session, *_: define_metrics(
            session, [draft(MetricDefinitionDraft, {"name": "purrs", "direction": "MAXIMIZE"})]
        ),
    ),
    "lineage.add": (
        "ver",
        lambda session, version, parent: link(
            session, [NewEdge(version.id, parent.id, Relation.DERIVED_FROM)]
        ),
    ),
}


@pytest.mark.parametrize("action", DEEDS)
def test_the_authorizer_is_asked_before_anything_is_written(store: Store, action: str) -> None:
    scope, deed = DEEDS[action]
    made, parent = store.version(), store.version()

    def do(authorizer: AllBut) -> None:
        with writing(store.database, store.viewer, authorizer) as session:
            deed(session, find_version(session, VersionBy(id=made.id)), parent)

    refusing, allowing = AllBut(action), AllBut("nothing")
    before = store.changes()
    with pytest.raises(Forbidden, match=action):
        do(refusing)
    assert store.changes() == before
    do(allowing)
    assert store.changes() != before
    assert [(asked, about[: len(scope)]) for asked, about in allowing.asked] == [(action, scope)]
    assert refusing.asked == allowing.asked


def test_changes_are_made_in_the_name_of_the_viewer(store: Store) -> None:
    with store.reading() as session:
        system = viewer_named(session, "system")
    with writing(store.database, system, AllowAll()) as session:
        [model] = register_models(session, [draft(ModelDraft, {"name": "a"})])
    assert model.created_by == store.last_change().actor_id == system.id != store.viewer.id
    with store.reading() as session:
        found = principals_by_id(session, [system.id, store.viewer.id, "usr_unknown"])
    assert {principal.name for principal in found.values()} == {"system", "local"}


def test_nobody_writes_under_an_unknown_name(store: Store) -> None:
    with store.reading() as session, pytest.raises(NoResultFound):
        viewer_named(session, "nobody")


def test_a_moment_is_the_same_in_the_whole_transaction(store: Store) -> None:
    with store.writing() as session:
        [model] = register_models(session, [draft(ModelDraft, {"name": "a"})])
        [version] = create_versions(session, [(model, draft(VersionDraft, {}))])
        assert session.now == model.created_at == version.created_at
    changes = store.changes()[-2:]
    assert len({change.at for change in changes}) == 1
    assert made_at(store, changes[0], model.created_at)
