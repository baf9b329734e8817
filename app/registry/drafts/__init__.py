"""What callers hand in: drafts are checked whole before anything is written.

The same drafts stand behind the GraphQL inputs and the lines of an import; field names are camelCase on the
outside.
"""

from app.registry.drafts.checking import AnyDraft, draft
from app.registry.drafts.datasets import (
    DatasetBy,
    DatasetDraft,
    DatasetRole,
    DatasetUseDraft,
    DatasetVersionDraft,
    DatasetVersionPatch,
    QualifiedName,
)
from app.registry.drafts.labels import TagsDraft
from app.registry.drafts.lineage import FactKind, LineageDraft, LineageEndDraft, LineageExceptionsDraft
from app.registry.drafts.metrics import Direction, MetricDefinitionDraft, MetricDraft, MetricSource, NonFinite
from app.registry.drafts.models import FactsDraft, ModelDraft, ModelPatch, RenameDraft, RetirementDraft
from app.registry.drafts.namespaces import NamespaceDraft
from app.registry.drafts.tasks import TaskDraft
from app.registry.drafts.versions import (
    OutcomeDraft,
    ParentDraft,
    TransitionDraft,
    UpstreamDraft,
    VersionDraft,
    VersionFactsDraft,
    VersionPatch,
    VersionState,
)

__all__ = [
    "AnyDraft",
    "DatasetBy",
    "DatasetDraft",
    "DatasetRole",
    "DatasetUseDraft",
    "DatasetVersionDraft",
    "DatasetVersionPatch",
    "Direction",
    "FactKind",
    "FactsDraft",
    "LineageDraft",
    "LineageEndDraft",
    "LineageExceptionsDraft",
    "MetricDefinitionDraft",
    "MetricDraft",
    "MetricSource",
    "ModelDraft",
    "ModelPatch",
    "NamespaceDraft",
    "NonFinite",
    "OutcomeDraft",
    "ParentDraft",
    "QualifiedName",
    "RenameDraft",
    "RetirementDraft",
    "TagsDraft",
    "TaskDraft",
    "TransitionDraft",
    "UpstreamDraft",
    "VersionDraft",
    "VersionFactsDraft",
    "VersionPatch",
    "VersionState",
    "draft",
]
