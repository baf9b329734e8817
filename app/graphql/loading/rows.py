"""Rows of models and versions, with what was read for them, become types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import strawberry

from app.db.engine import AsOf
from app.db.ids import past_id
from app.graphql.enums import VersionState
from app.graphql.scalars import URI, BigInt
from app.graphql.types.entities import Tag
from app.graphql.types.principals import ServiceAccount, User
from app.graphql.types.registered import Alias, ModelVersion, Namespace, Param, RegisteredModel, Retirement
from app.graphql.types.stages import STAGES
from app.registry import tables as rows


@dataclass(frozen=True, slots=True)
class Beside:
    """What was read beside rows, and the moment that it was read of.

    Attributes:
        as_of: The moment; None for the present.
        tags: By entity.
        aliases: By entity.
        people: Who is named, by id.
        made_with: What versions were made with, by id.
    """

    as_of: AsOf | None
    tags: Mapping[str, list[Tag]]
    aliases: Mapping[str, list[Alias]]
    people: "Creators"
    made_with: Mapping[str, Any] = field(default_factory=dict)

    def identity(self, entity_id: str) -> dict[str, Any]:
        """Return the fields that say which thing is shown as of when."""
        shown = entity_id if self.as_of is None else past_id(entity_id, self.as_of.sequence)
        at = None if self.as_of is None else self.as_of.at
        return {"id": strawberry.ID(shown), "entity_id": strawberry.ID(entity_id), "as_of": at}


Creators = Mapping[str, User | ServiceAccount]


def alias_of(row: rows.Alias, version: ModelVersion) -> Alias:
    """Make an alias of its row and the version that it names."""
    return Alias(name=row.name, version=version, protected=row.protected, since=row.since)


def param_of(row: rows.Param) -> Param:
    """Make a param from its row."""
    return Param(name=row.name, value=row.value)


def namespace_of(row: rows.Namespace, loaded: dict[str, Any]) -> Namespace:
    """Make a namespace of its row and of what was read for it."""
    return Namespace(
        id=strawberry.ID(row.id),
        loaded=loaded,
        name=row.name,
        description=row.description,
        created_at=row.created_at,
        stages=list(STAGES.values()),
    )


def _uri(text: str | None) -> URI | None:
    return None if text is None else URI(text)


def _big(number: int | None) -> BigInt | None:
    return None if number is None else BigInt(number)


def model_of(
    row: rows.RegisteredModel,
    loaded: dict[str, Any],
    owner: Namespace,
    retirement: Retirement | None,
    beside: Beside,
) -> RegisteredModel:
    """Make a model of its row and of what was read for it."""
    return RegisteredModel(
        **beside.identity(row.id),
        loaded=loaded,
        namespace=owner,
        name=row.name,
        display_name=row.display_name,
        description=row.description,
        task=row.task,
        domains=row.domains,
        framework=row.framework,
        architecture=row.architecture,
        family=row.family,
        license=row.license,
        publisher=row.publisher,
        languages=row.languages,
        paper_url=_uri(row.paper_url),
        code_url=_uri(row.code_url),
        page_url=_uri(row.page_url),
        tags=beside.tags.get(row.id, []),
        aliases=beside.aliases.get(row.id, []),
        owners=[beside.people[owner] for owner in row.owners if owner in beside.people],
        retirement=retirement,
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
        deleted_at=row.deleted_at,
        created_by=beside.people.get(row.created_by),  # type: ignore[arg-type]
    )


def version_of(
    row: rows.ModelVersion,
    loaded: dict[str, Any],
    model: RegisteredModel | None,
    beside: Beside,
) -> ModelVersion:
    """Make a version of its row and of what was read for it."""
    return ModelVersion(
        **beside.identity(row.id),
        loaded=loaded,
        registered_model=model,  # type: ignore[arg-type]
        number=row.number,
        semver=row.semver,
        state=VersionState(row.state),
        state_message=row.state_message,
        stage=STAGES[row.stage],
        stage_since=row.stage_since,
        aliases=beside.aliases.get(row.id, []),
        description=row.description,
        source=row.source,
        run_id=row.run_id,
        framework=row.framework,
        parameter_count=_big(row.parameter_count),
        size_bytes=_big(row.size_bytes),
        released_at=row.released_at,
        environment=beside.made_with.get(row.environment_id or ""),
        code_revision=beside.made_with.get(row.code_revision_id or ""),
        signature=beside.made_with.get(row.signature_id or ""),
        tags=beside.tags.get(row.id, []),
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
        created_by=beside.people.get(row.created_by),  # type: ignore[arg-type]
    )
