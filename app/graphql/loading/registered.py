"""Models and versions with everything that a selection asks of them."""

from collections.abc import Sequence
from typing import Any

from app.db.engine import ReadSession
from app.errors import NotFound
from app.graphql.inputs.drafting import below
from app.graphql.inputs.filtering import deleted_models, model_filter, version_filter
from app.graphql.inputs.ordering import model_order, version_order
from app.graphql.inputs.paging import page_request
from app.graphql.loading.changes import load_histories
from app.graphql.loading.datasets import load_uses
from app.graphql.loading.lineage import fill_lineage
from app.graphql.loading.measurements import load_metrics, load_params
from app.graphql.loading.nodes import Loaded, loads
from app.graphql.loading.past import known_now_only
from app.graphql.loading.provenance import load_made_with
from app.graphql.loading.rows import Beside, Creators, alias_of, model_of, namespace_of, version_of
from app.graphql.loading.similar import load_similar
from app.graphql.loading.trends import load_trends
from app.graphql.selection import Selection
from app.graphql.types.connections import connection
from app.graphql.types.entities import Tag, tags_made
from app.graphql.types.principals import principal
from app.graphql.types.registered import Alias, ModelVersion, Namespace, RegisteredModel, Retirement
from app.identity.principals import principals_by_id
from app.registry import tables as rows
from app.registry.drafts.rules import check_characters
from app.registry.reading import listing
from app.registry.reading.stages import stage_named


@loads("nsp", "Namespace")
def namespaces_by_id(session: ReadSession, ids: Sequence[str], selection: Selection) -> dict[str, Any]:
    """Make types of namespaces by id."""
    found = list(listing.namespaces_by_id(session, ids).values())
    return {str(node.id): node for node in load_namespaces(session, found, selection)}


@loads("mdl", "RegisteredModel")
def models_by_id(session: ReadSession, ids: Sequence[str], selection: Selection) -> dict[str, Any]:
    """Make types of models by id."""
    found = list(listing.models_by_id(session, ids).values())
    return {str(node.entity_id): node for node in load_models(session, found, selection)}


@loads("ver", "ModelVersion")
def versions_by_id(session: ReadSession, ids: Sequence[str], selection: Selection) -> dict[str, Any]:
    """Make types of versions by id."""
    found = list(listing.versions_by_id(session, ids).values())
    return {str(node.entity_id): node for node in load_versions(session, found, selection)}


def load_namespaces(
    session: ReadSession, namespaces: Sequence[rows.Namespace], selection: Selection
) -> list[Namespace]:
    """Make types of namespaces, with what `selection` asks for."""
    loaded: Loaded = {row.id: {} for row in namespaces}
    # A namespace is the same thing at all times, so what it shows is of the present or not shown.
    past = known_now_only(session, loaded, selection, "registeredModels")
    for call in () if past else selection.calls("registeredModels"):
        order, descending = model_order(call.arguments.get("order_by"))
        admitted = model_filter(session, call.arguments.get("filter"))
        pages = listing.models_in(
            session,
            loaded.keys(),
            page_request(call.arguments),
            admitted=admitted,
            deleted=deleted_models(call.arguments.get("filter")),
            order=order,
            descending=descending,
            counted="totalCount" in call.below,
        )
        every = [model for page in pages.values() for model in page.items]
        made = {str(node.entity_id): node for node in load_models(session, every, call.below.items())}
        for namespace_id, fields in loaded.items():
            page = pages.get(namespace_id)
            fields[call.key] = connection(page, [made[row.id] for row in page.items] if page else [])
    return [namespace_of(row, loaded[row.id]) for row in namespaces]


def load_models(
    session: ReadSession, models: Sequence[rows.RegisteredModel], selection: Selection
) -> list[RegisteredModel]:
    """Make types of models, with what `selection` asks for."""
    loaded: Loaded = {model.id: {} for model in models}
    if not models:
        return []
    ids = {model.namespace_id for model in models}
    namespaces = namespaces_by_id(session, sorted(ids), selection.below("namespace"))
    people = _people(session, models, selection)
    retirements = _retirements(session, models, selection, people)
    beside = Beside(
        session.as_of,
        _fill_tags(session, loaded, selection),
        _aliases_of_models(session, list(loaded), selection),
        people,
    )
    _fill_latest(session, loaded, selection)
    _fill_versions(session, loaded, selection)
    load_histories(session, loaded, selection)
    if not known_now_only(session, loaded, selection, "similar", "metricTrend"):
        _fill_similar(session, models, loaded, selection)
        load_trends(session, loaded, selection)
    return [
        model_of(model, loaded[model.id], namespaces[model.namespace_id], retirements.get(model.id), beside)
        for model in models
    ]


def load_versions(
    session: ReadSession, versions: Sequence[rows.ModelVersion], selection: Selection
) -> list[ModelVersion]:
    """Make types of versions, with what `selection` asks for."""
    loaded: Loaded = {version.id: {} for version in versions}
    if not versions:
        return []
    models: dict[str, RegisteredModel] = {}
    if "registeredModel" in selection:
        found = listing.models_by_id(session, {version.model_id for version in versions}).values()
        models = {
            str(model.entity_id): model
            for model in load_models(session, list(found), selection.below("registeredModel"))
        }
    beside = Beside(
        session.as_of,
        _fill_tags(session, loaded, selection),
        _aliases_of_versions(session, versions, selection),
        _creators(session, versions, selection),
        load_made_with(session, versions, selection),
    )
    load_params(session, loaded, selection)
    load_histories(session, loaded, selection)
    load_uses(session, loaded, selection)
    fill_lineage(session, loaded, selection)
    if not known_now_only(session, loaded, selection, "metrics", "metric"):
        load_metrics(session, loaded, selection)
    return [
        version_of(version, loaded[version.id], models.get(version.model_id), beside) for version in versions
    ]


def _people(session: ReadSession, models: Sequence[rows.RegisteredModel], selection: Selection) -> Creators:
    """Return the principals that models name, where they are asked for."""
    named: set[str] = set()
    if "createdBy" in selection:
        named |= {model.created_by for model in models}
    if "owners" in selection:
        named |= {owner for model in models for owner in model.owners}
    if "retirement" in selection:
        named |= {model.retired_by for model in models if model.retired_by}
    found = principals_by_id(session, named) if named else {}
    return {identifier: principal(row) for identifier, row in found.items()}


def _retirements(
    session: ReadSession, models: Sequence[rows.RegisteredModel], selection: Selection, people: Creators
) -> dict[str, Retirement]:
    """Return why models are retired, by model, where that is asked for."""
    retired = [model for model in models if model.retired_at and "retirement" in selection]
    if not retired:
        return {}
    wanted = [model.replacement_id for model in retired if model.replacement_id]
    asked = selection.below("retirement", "replacement")
    replacements = models_by_id(session, wanted, asked) if wanted else {}
    return {
        model.id: Retirement(
            reason=model.retirement_reason or "",
            replacement=replacements.get(model.replacement_id or ""),
            at=model.retired_at or model.updated_at,
            by=people[model.retired_by or model.created_by],
        )
        for model in retired
    }


def _creators(
    session: ReadSession,
    entities: Sequence[rows.ModelVersion],
    selection: Selection,
) -> Creators:
    if "createdBy" not in selection:
        return {}
    found = principals_by_id(session, {entity.created_by for entity in entities})
    return {identifier: principal(row) for identifier, row in found.items()}


def _fill_tags(session: ReadSession, loaded: Loaded, selection: Selection) -> dict[str, list[Tag]]:
    """Read the tags where they are asked for, all or one by its key."""
    if not selection.asks("tags", "tag"):
        return {}
    tags = {subject: tags_made(found) for subject, found in listing.tags_of(session, loaded.keys()).items()}
    for call in selection.calls("tag"):
        for subject, fields in loaded.items():
            wanted = call.arguments["key"]
            fields[call.key] = next((one for one in tags.get(subject, ()) if one.key == wanted), None)
    return tags


def _fill_latest(session: ReadSession, loaded: Loaded, selection: Selection) -> None:
    for call in selection.calls("latestVersion"):
        found = listing.latest_versions(session, loaded.keys(), _stage(call.arguments.get("stage")))
        versions = load_versions(session, list(found.values()), call.below)
        by_model = dict(zip(found, versions, strict=True))
        for model_id, fields in loaded.items():
            fields[call.key] = by_model.get(model_id)


def _stage(name: str | None) -> str | None:
    """Return the name of a stage that there is."""
    if name is None:
        return None
    with below("stage"):
        check_characters(name)
    try:
        return stage_named(name).name
    except NotFound as missing:
        missing.field = ("stage",)
        raise


def _fill_versions(session: ReadSession, loaded: Loaded, selection: Selection) -> None:
    for call in selection.calls("versions"):
        order, descending = version_order(call.arguments.get("order_by"), listing.VersionOrder.NUMBER)
        pages = listing.versions_of(
            session,
            loaded.keys(),
            page_request(call.arguments),
            admitted=version_filter(session, call.arguments.get("filter")),
            order=order,
            descending=descending,
            counted="totalCount" in call.below,
        )
        every = [version for page in pages.values() for version in page.items]
        made = {str(node.entity_id): node for node in load_versions(session, every, call.below.items())}
        for model_id, fields in loaded.items():
            page = pages.get(model_id)
            fields[call.key] = connection(page, [made[row.id] for row in page.items] if page else [])


def _fill_similar(
    session: ReadSession, models: Sequence[rows.RegisteredModel], loaded: Loaded, selection: Selection
) -> None:
    for call in selection.calls("similar"):
        for model in models:
            loaded[model.id][call.key] = load_similar(session, model, call.arguments.get("limit"), call.below)


def _aliases_of_models(
    session: ReadSession, model_ids: Sequence[str], selection: Selection
) -> dict[str, list[Alias]]:
    """Return the aliases of models, each with its version, by model."""
    if "aliases" not in selection:
        return {}
    aliases = listing.aliases_of(session, model_ids)
    pointed = listing.versions_by_id(
        session, {alias.version_id for mine in aliases.values() for alias in mine}
    )
    below = selection.below("aliases", "version")
    versions = {str(node.entity_id): node for node in load_versions(session, list(pointed.values()), below)}
    return {
        model_id: [alias_of(row, versions[row.version_id]) for row in mine if row.version_id in versions]
        for model_id, mine in aliases.items()
    }


def _aliases_of_versions(
    session: ReadSession, versions: Sequence[rows.ModelVersion], selection: Selection
) -> dict[str, list[Alias]]:
    """Return the aliases that name versions, by version."""
    by_model = _aliases_of_models(session, sorted({version.model_id for version in versions}), selection)
    by_version: dict[str, list[Alias]] = {}
    for alias in (alias for mine in by_model.values() for alias in mine):
        by_version.setdefault(str(alias.version.entity_id), []).append(alias)
    return by_version
