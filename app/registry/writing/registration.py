"""Registering models and creating versions, one or many at a time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic.alias_generators import to_camel
from sqlmodel import col, select

from app.db.changelog import Fact
from app.db.history import open_states
from app.db.ids import MODEL, VERSION, new_id
from app.db.locks import held
from app.db.rows import adopted, insert_rows
from app.db.statements import VALUES_A_STATEMENT, batched
from app.db.text import fold
from app.errors import AlreadyExists
from app.identity.principals import require_principals
from app.identity.session import WriteSession
from app.lineage.edges import NewEdge
from app.registry.drafts import FactsDraft, ModelDraft, VersionDraft, VersionState
from app.registry.reading.finding import find_namespaces, models_named
from app.registry.reading.provenance import MADE_WITH
from app.registry.reading.stages import FIRST_STAGE
from app.registry.reading.tasks import task_names
from app.registry.tables import ModelVersion, Namespace, RegisteredModel, model_history, version_history
from app.registry.writing.labels import write_params, write_tags
from app.registry.writing.lineage import link_arrived
from app.registry.writing.metrics import Measured, write_metrics
from app.registry.writing.parents import edges_made_with, link_parents, resolve_parents
from app.registry.writing.provenance import Made, columns_made_with, facts_of, keep_made, made_with, not_kept
from app.registry.writing.redirects import drop_redirects
from app.registry.writing.taken import refuse_taken
from app.registry.writing.words import write_words

FOLDED = ("task", "framework", "architecture", "family", "license", "publisher")


def register_models(
    session: WriteSession, drafts: Sequence[ModelDraft], *, owners: Sequence[str] = ()
) -> list[RegisteredModel]:
    """Register models, all with the same owners.

    Raises:
        NotFound: A namespace or an owner does not exist; the nearest names are suggested.
        AlreadyExists: A name is taken in its namespace.
    """
    namespaces = find_namespaces(session, {draft.namespace for draft in drafts})
    require_principals(session, owners)
    for namespace in namespaces.values():
        session.require("model.register", namespace.id)
    _refuse_taken(session, drafts, namespaces)
    for namespace in namespaces.values():
        names = [draft.name for draft in drafts if draft.namespace == namespace.name]
        drop_redirects(session, namespace.id, names)
    answering = {"owners": list(dict.fromkeys(owners))}
    rows = [_model_row(session, draft, namespaces[draft.namespace].id) | answering for draft in drafts]
    logged = session.record(
        [
            Fact(
                action="model.registered",
                subject_id=row["id"],
                related=[row["namespace_id"]],
                after=draft.model_dump(mode="json", by_alias=True, exclude_defaults=True)
                | ({"owners": row["owners"]} if owners else {}),
            )
            for row, draft in zip(rows, drafts, strict=True)
        ]
    )
    insert_rows(session, RegisteredModel, rows)
    keys = _keys(session, [row["id"] for row in rows])
    rows = [{**row, "key": keys[row["id"]]} for row in rows]
    open_states(session, model_history, rows, logged)
    write_tags(session, [(row["id"], draft.tags) for row, draft in zip(rows, drafts, strict=True)], logged)
    models = adopted(session, [RegisteredModel(**row) for row in rows])
    write_words(session, [(model, draft.tags) for model, draft in zip(models, drafts, strict=True)])
    return models


def create_versions(
    session: WriteSession,
    given: Sequence[tuple[RegisteredModel, VersionDraft]],
    *,
    state: VersionState = VersionState.READY,
) -> list[ModelVersion]:
    """Create versions, each with the next number of its model unless the draft brings its own.

    Args:
        session: The transaction.
        given: Models, each with a version to be made.
        state: READY, or PENDING for versions that are still to be finished.

    Raises:
        AlreadyExists: A number or a semantic version is taken.
        NotFound: A parent or a dataset does not exist.
        InvalidInput: A parent is no version or dataset version.
    """
    models = _lock_models(session, {model.id for model, _ in given})
    for model in models.values():
        session.require("version.create", model.namespace_id)
    numbers = _numbers(models, given)
    refuse_taken(session, given, numbers)
    drafts = [draft for _, draft in given]
    made = [made_with(draft) for draft in drafts]
    fresh = not_kept(session, made)
    rows = [
        _version_row(session, models[model.id], draft, number)
        | {**columns_made_with(mine), "state": str(state)}
        for (model, draft), number, mine in zip(given, numbers, made, strict=True)
    ]
    parents = resolve_parents(session, [(row["id"], draft) for row, draft in zip(rows, drafts, strict=True)])
    facts = [
        _created(row, _version_facts(draft, mine), parents.get(row["id"], ()))
        for row, draft, mine in zip(rows, drafts, made, strict=True)
    ]
    logged = session.record([*facts, *facts_of(fresh)])[: len(facts)]
    keep_made(session, fresh)
    insert_rows(session, ModelVersion, rows)
    open_states(session, version_history, rows, logged)
    write_tags(session, [(row["id"], draft.tags) for row, draft in zip(rows, drafts, strict=True)], logged)
    write_params(session, [(row["id"], draft.params) for row, draft in zip(rows, drafts, strict=True)])
    versions = adopted(session, [ModelVersion(**row) for row in rows])
    write_metrics(
        session, [Measured(version, draft.metrics) for version, draft in zip(versions, drafts, strict=True)]
    )
    for row, mine in zip(rows, made, strict=True):
        parents[row["id"]] += edges_made_with(row["id"], mine)
    link_parents(session, parents, {row["id"]: change for row, change in zip(rows, logged, strict=True)})
    session.flush()
    sources = {row["source"]: row["id"] for row in reversed(rows) if row["source"]}
    link_arrived(session, sources, {row["id"]: row["model_id"] for row in rows})
    return versions


def _refuse_taken(
    session: WriteSession, drafts: Sequence[ModelDraft], namespaces: Mapping[str, Namespace]
) -> None:
    for namespace in namespaces.values():
        names = [draft.name for draft in drafts if draft.namespace == namespace.name]
        taken = {name: model.id for name, model in models_named(session, namespace.id, names).items()}
        twice = {name: "" for name, count in Counter(names).items() if count > 1}
        for name, existing in {**twice, **taken}.items():
            message = f"there is a model {name!r} in namespace {namespace.name!r} already"
            raise AlreadyExists(message, existing=existing or None, field=["name"])


def _model_row(session: WriteSession, draft: ModelDraft, namespace_id: str) -> dict[str, Any]:
    return {
        "id": new_id(MODEL),
        "namespace_id": namespace_id,
        "name": draft.name,
        "name_folded": fold(draft.name),
        **fact_columns(session, draft),
        "next_number": 1,
        "revision": 1,
        "created_at": session.now,
        "updated_at": session.now,
        "deleted_at": None,
        "retired_at": None,
        "retired_by": None,
        "retirement_reason": None,
        "replacement_id": None,
        "created_by": session.viewer.id,
    }


def fact_columns(session: WriteSession, facts: FactsDraft) -> dict[str, Any]:
    """Return the columns of a model's facts, folded shadows and the canonical task included."""
    columns = facts.model_dump(include=set(FactsDraft.model_fields) - {"task_as_written"})
    columns["task_written"] = facts.task_as_written or facts.task
    columns["task"] = task_names(session).canonical(facts.task) or facts.task if facts.task else None
    for name in FOLDED:
        columns[f"{name}_folded"] = None if columns[name] is None else fold(columns[name])
    for name in ("domains", "languages"):
        columns[f"{name}_folded"] = [fold(value) for value in columns[name]]
    return columns


def _keys(session: WriteSession, ids: Sequence[str]) -> dict[str, int]:
    keys: dict[str, int] = {}
    for chunk in batched(ids, VALUES_A_STATEMENT):
        statement = select(RegisteredModel.id, RegisteredModel.key).where(col(RegisteredModel.id).in_(chunk))
        keys.update(session.execute(statement).all())
    return keys


def _lock_models(session: WriteSession, ids: set[str]) -> dict[str, RegisteredModel]:
    """Read the counters that are about to move; another writer waits until they have moved."""
    models: dict[str, RegisteredModel] = {}
    for chunk in batched(sorted(ids), VALUES_A_STATEMENT):
        mine = select(RegisteredModel).where(col(RegisteredModel.id).in_(chunk))
        rows = session.exec(held(session, mine.order_by(col(RegisteredModel.id))))
        models.update((row.id, row) for row in rows)
    return models


def _numbers(
    models: Mapping[str, RegisteredModel], given: Sequence[tuple[RegisteredModel, VersionDraft]]
) -> list[int]:
    """Return the number of each version: its draft's own, else the next of its model."""
    counters = {model_id: model.next_number for model_id, model in models.items()}
    numbers = []
    for model, draft in given:
        numbers.append(draft.number or counters[model.id])
        counters[model.id] = max(counters[model.id], numbers[-1] + 1)
    return numbers


def _version_row(
    session: WriteSession, model: RegisteredModel, draft: VersionDraft, number: int
) -> dict[str, Any]:
    model.next_number = max(model.next_number, number + 1)
    model.updated_at = session.now
    session.add(model)
    facts = draft.model_dump(
        include={
            "semver",
            "description",
            "source",
            "run_id",
            "framework",
            "parameter_count",
            "size_bytes",
            "released_at",
        }
    )
    return {
        "id": new_id(VERSION),
        "model_id": model.id,
        "number": number,
        **facts,
        "framework_folded": None if draft.framework is None else fold(draft.framework),
        "state_message": None,
        "stage": FIRST_STAGE,
        "stage_since": session.now,
        "revision": 1,
        "created_at": session.now,
        "updated_at": session.now,
        "deleted_at": None,
        "created_by": session.viewer.id,
    }


def _created(row: Mapping[str, Any], stated: Mapping[str, Any], parents: Sequence[NewEdge]) -> Fact:
    """Return the fact that a version was made."""
    return Fact(
        action="version.created",
        subject_id=row["id"],
        related=[row["model_id"], *(edge.upstream for edge in parents)],
        after={"number": row["number"], "state": row["state"], "stage": row["stage"], **stated},
    )


def _version_facts(draft: VersionDraft, made: Mapping[str, Made]) -> dict[str, Any]:
    """Return what the log keeps of a version; what it was made with is in the log once, under its own id."""
    elsewhere = {"metrics", "number", *MADE_WITH}
    facts = draft.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=elsewhere)
    counted = {"metrics": len(draft.metrics)} if draft.metrics else {}
    return {**facts, **counted, **{to_camel(field): one.id for field, one in made.items()}}
