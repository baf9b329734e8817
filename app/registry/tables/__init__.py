"""The rows of the registry. A row is the domain object; there is no second form of it."""

from app.registry.tables.datasets import Dataset, DatasetVersion
from app.registry.tables.histories import dataset_version_history, model_history, version_history
from app.registry.tables.labels import Alias, Param, Tag, alias_history, tag_history
from app.registry.tables.metrics import MetricDefinition, MetricPoint, MetricSeries
from app.registry.tables.models import ModelRedirect, ModelVersion, Namespace, RegisteredModel, Task
from app.registry.tables.provenance import CodeRevision, Environment, Signature
from app.registry.tables.words import Words

__all__ = [
    "Alias",
    "CodeRevision",
    "Dataset",
    "DatasetVersion",
    "Environment",
    "MetricDefinition",
    "MetricPoint",
    "MetricSeries",
    "ModelRedirect",
    "ModelVersion",
    "Namespace",
    "Param",
    "RegisteredModel",
    "Signature",
    "Tag",
    "Task",
    "Words",
    "alias_history",
    "dataset_version_history",
    "model_history",
    "tag_history",
    "version_history",
]
