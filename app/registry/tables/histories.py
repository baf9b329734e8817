"""The history and the past of models, versions, redirects and dataset versions."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Index, Select, null, or_, select
from sqlmodel import col

from app.db.changelog import Change, ChangeEntity
from app.db.history import AS_OF, Derived, history_of, in_force, past_of
from app.registry.tables.datasets import DatasetVersion
from app.registry.tables.models import ModelRedirect, ModelVersion, RegisteredModel


def _last_changed_by(*actions: str) -> Derived:
    """Return how to find when something last changed: by a change of its own or one of `actions` beside it.

    Edges belong to the graph, not to the versions at their ends.
    """

    def moment(history: FromClause) -> ColumnElement[Any]:
        mine = (col(Change.subject_id) == history.c.id) & ~col(Change.action).startswith("lineage.")
        return (
            select(col(Change.at))
            .join(ChangeEntity, col(ChangeEntity.sequence) == col(Change.sequence))
            .where(
                col(ChangeEntity.entity_id) == history.c.id,
                col(ChangeEntity.sequence) <= AS_OF,
                or_(mine, *(col(Change.action) == action for action in actions)),
            )
            .order_by(col(ChangeEntity.sequence).desc())
            .limit(1)
            .correlate(history)
            .scalar_subquery()
        )

    return moment


def _past_redirects() -> Select[Any]:
    """Select past redirects: a name leads to the model last called so, if it has another name by then."""
    held, later, now = (model_history.alias(name) for name in ("held", "later", "now"))
    taken = select(1).where(
        later.c.namespace_id == held.c.namespace_id,
        later.c.name == held.c.name,
        later.c.deleted_at.is_(None),
        later.c.opened_sequence > held.c.opened_sequence,
        later.c.opened_sequence <= AS_OF,
    )
    return (
        select(held.c.namespace_id, held.c.name, held.c.id.label("model_id"), null().label("since"))
        .join(now, now.c.id == held.c.id)
        .where(
            held.c.opened_sequence <= AS_OF,
            held.c.deleted_at.is_(None),
            ~taken.exists(),
            in_force(now),
            now.c.name != held.c.name,
        )
    )


model_history = history_of(
    RegisteredModel,
    "id",
    derived={
        "next_number": lambda _: null(),
        "updated_at": _last_changed_by("version.created", "version.staged", "version.deleted"),
    },
)
version_history = history_of(
    ModelVersion, "id", derived={"updated_at": _last_changed_by("model.deleted", "model.restored")}
)
dataset_version_history = history_of(DatasetVersion, "id")
past_of(ModelRedirect, _past_redirects)
Index("ix_dataset_version_history_of", dataset_version_history.c.dataset_id)
Index("ix_model_history_named", model_history.c.namespace_id, model_history.c.name)
Index("ix_model_history_name_order", model_history.c.name_folded, model_history.c.id)
Index("ix_model_version_history_of", version_history.c.model_id)
Index("ix_model_version_history_created_order", version_history.c.created_at, version_history.c.id)
