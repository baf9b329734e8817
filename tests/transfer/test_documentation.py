"""What docs/interchange.md says is what the format is."""

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from app.db.columns import Row
from app.registry.drafts import MetricDraft
from app.registry.drafts.provenance import CodeRevisionDraft, EnvironmentDraft, PackageDraft, SignatureDraft
from app.registry.tables import Alias, Dataset, DatasetVersion, ModelVersion, Namespace, RegisteredModel
from app.transfer.interchange import (
    AliasEntry,
    DatasetLine,
    DatasetVersionEntry,
    FormerName,
    Header,
    LineageLine,
    MetricDefinitionLine,
    ModelLine,
    NamespaceLine,
    Retirement,
    Revocation,
    TaskLine,
    VersionEntry,
)
from tests.transfer.files import Importer

VALUES = {"holotype", "MAXIMIZE", "MINIMIZE", "NONE", "NAN", "INFINITY", "EVALUATION"}
PAGE = (Path(__file__).parents[2] / "docs" / "interchange.md").read_text()


def test_the_lines_of_the_page_can_be_imported(importer: Importer) -> None:
    [block] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    tally = importer.content(block.encode())
    assert importer.reasons == []
    assert tally.new.total() == 10
    assert [json.loads(line)["type"] for line in block.splitlines()] == [
        "header",
        "namespace",
        "task",
        "metricDefinition",
        "dataset",
        "model",
        "lineage",
    ]


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ("`header`", Header),
        ("`namespace`", NamespaceLine),
        ("`task`", TaskLine),
        ("`metricDefinition`", MetricDefinitionLine),
        ("`dataset`", DatasetLine),
        ("a version of a dataset", DatasetVersionEntry),
        ("a revocation", Revocation),
        ("`model`", ModelLine),
        ("a former name", FormerName),
        ("a retirement", Retirement),
        ("a version of a model", VersionEntry),
        ("an alias", AliasEntry),
        ("a metric value", MetricDraft),
        ("an environment", EnvironmentDraft),
        ("a package of an environment", PackageDraft),
        ("a code revision", CodeRevisionDraft),
        ("a signature", SignatureDraft),
        ("`lineage`", LineageLine),
    ],
)
def test_every_field_is_on_the_page(row: str, line: type[BaseModel]) -> None:
    [cells] = [text for text in PAGE.splitlines() if text.startswith(f"| {row} |")]
    told = set(re.findall(r"`([a-zA-Z]+)`", cells)) - {row.strip("`"), *VALUES}
    assert told == {field.alias or name for name, field in line.model_fields.items()} - {"type"}


@pytest.mark.parametrize(
    ("table", "line", "stays", "otherwise"),
    [
        (Namespace, NamespaceLine, {"id"}, {}),
        (Dataset, DatasetLine, {"id"}, {"namespaceId": "namespace"}),
        (DatasetVersion, DatasetVersionEntry, {"id", "datasetId"}, {"revokedAt": "revocation"}),
        (
            RegisteredModel,
            ModelLine,
            {"id", "key", "revision", "deletedAt"},
            {
                "namespaceId": "namespace",
                "taskWritten": "taskAsWritten",
                **dict.fromkeys(
                    ("retiredAt", "retiredBy", "retirementReason", "replacementId"), "retirement"
                ),
            },
        ),
        (
            ModelVersion,
            VersionEntry,
            {"id", "modelId", "revision", "deletedAt"},
            {
                "environmentId": "environment",
                "codeRevisionId": "codeRevision",
                "signatureId": "signature",
            },
        ),
        (Alias, AliasEntry, {"modelId", "versionId"}, {}),
    ],
)
def test_no_column_is_forgotten(
    table: type[Row], line: type[BaseModel], stays: set[str], otherwise: dict[str, str]
) -> None:
    columns = {to_camel(name) for name in table.model_fields if not name.endswith("_folded")}
    told = {field.alias or name for name, field in line.model_fields.items()}
    assert {otherwise.get(name, name) for name in columns - stays} <= told
