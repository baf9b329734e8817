"""Adding to a dataset that may be there already, and changing what is known of its versions."""

from typing import Any

from pydantic.alias_generators import to_camel
from sqlmodel import col, select

from app.db.changelog import Fact
from app.db.locks import held
from app.errors import AlreadyExists, NotFound
from app.identity.session import WriteSession
from app.lineage.tables import LineageEdge
from app.registry.drafts import DatasetBy, DatasetDraft, DatasetVersionDraft, QualifiedName
from app.registry.drafts.patches import DatasetVersionPatch
from app.registry.reading.finding import find_dataset, require_kind
from app.registry.tables import Dataset, DatasetVersion, ModelVersion
from app.registry.writing.datasets import add_dataset_versions, register_datasets
from app.registry.writing.labels import set_tags


def register_dataset(
    session: WriteSession, given: DatasetDraft, version: DatasetVersionDraft | None
) -> tuple[Dataset, str | None]:
    """Register a dataset, or add a version to the one of this name; return it and the version's id.

    Raises:
        NotFound: The namespace does not exist.
        AlreadyExists: The dataset is there and no version is given, or the label is taken, or what is given
            of the dataset differs from what is there.
    """
    try:
        by = DatasetBy(name=QualifiedName(namespace=given.namespace, name=given.name))
        dataset = find_dataset(session, by)
    except NotFound:
        [dataset] = register_datasets(session, [given])
    else:
        _require_same(dataset, given, version)
        if given.tags:
            set_tags(session, dataset.id, given.tags)
    try:
        ids = add_dataset_versions(session, [(dataset, version)]) if version else []
    except AlreadyExists as taken:
        raise taken.within("version") from None
    return dataset, next(iter(ids), None)


def update_dataset_version(session: WriteSession, version_id: str, patch: DatasetVersionPatch) -> bool:
    """Give a dataset version new facts and return whether any differed.

    Raises:
        InvalidInput: The id is of another kind.
        NotFound: There is no such dataset version.
    """
    wanted = require_kind(version_id, "dsv")
    version = session.exec(held(session, select(DatasetVersion).where(DatasetVersion.id == wanted))).first()
    if version is None:
        raise NotFound(f"there is no dataset version {version_id}", field=["id"])
    session.require("dataset.update", version.dataset_id)
    values: dict[str, Any] = {
        name: getattr(patch, name) for name in patch.model_fields_set & {"license", "contains_pii"}
    }
    if patch.revoked is not None and patch.revoked != (version.revoked_at is not None):
        values["revoked_at"] = session.now if patch.revoked else None
    changed = {name: value for name, value in values.items() if getattr(version, name) != value}
    if not changed:
        return False
    fact = Fact(
        action="dataset.version_updated",
        subject_id=version.id,
        related=[version.dataset_id, *_models_using(session, version.id)],
        before={to_camel(name): getattr(version, name) for name in changed},
        after={to_camel(name): value for name, value in changed.items()} | _reason(patch),
    )
    session.record([fact])
    for name, value in changed.items():
        setattr(version, name, value)
    session.add(version)
    session.flush()
    return True


def _require_same(dataset: Dataset, given: DatasetDraft, version: DatasetVersionDraft | None) -> None:
    if version is None:
        message = f"there is a dataset {given.name!r} already: give a version to add one"
        raise AlreadyExists(message, existing=dataset.id, field=["name"])
    if given.description is not None and given.description != dataset.description:
        message = f"the dataset {given.name!r} is there with another description"
        raise AlreadyExists(message, existing=dataset.id, field=["description"])


def _models_using(session: WriteSession, version_id: str) -> list[str]:
    """Return the models of which a version was made with this dataset version, at most 1,000."""
    statement = (
        select(ModelVersion.model_id)
        .join(LineageEdge, col(LineageEdge.downstream) == ModelVersion.id)
        .where(LineageEdge.upstream == version_id, col(LineageEdge.until).is_(None))
        .distinct()
        .limit(1_000)
    )
    return sorted(session.exec(statement))


def _reason(patch: DatasetVersionPatch) -> dict[str, Any]:
    return {"reason": patch.reason} if patch.reason else {}
