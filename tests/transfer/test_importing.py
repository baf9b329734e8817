"""Importing: whole, only adding, and what is wrong with a line hurts no other."""

import copy
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import col, func, select

from app.db.changelog import Change
from app.lineage.tables import ExternalNode, LineageEdge
from app.registry.tables import (
    Alias,
    Dataset,
    DatasetVersion,
    MetricPoint,
    MetricSeries,
    ModelVersion,
    Namespace,
    Param,
    RegisteredModel,
    Tag,
)
from app.transfer.outcome import Kind
from tests.transfer.files import EVERYTHING, ZOO, Importer

pytestmark = pytest.mark.both_databases

WREN = 4
"""The place of the model with versions among the lines; its line number is two more."""


def zoo(change: dict[str, Any] | None = None, version: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the line of the wren with other facts, and its first version with others too."""
    line = copy.deepcopy(ZOO[WREN])
    line.update(change or {})
    line["versions"][0].update(version or {})
    return line


def test_it_works(importer: Importer) -> None:
    tally = importer.lines(*ZOO)
    assert importer.reasons == []
    assert +tally.new == Counter(EVERYTHING)
    with importer.store.reading() as session:
        model = session.exec(select(RegisteredModel).where(RegisteredModel.name == "wren")).one()
        assert (model.task, model.task_written, model.languages) == ("bird_song", "bird song", ["de"])
        versions = session.exec(select(ModelVersion).order_by(col(ModelVersion.number))).all()
        assert [(row.number, row.stage) for row in versions] == [(1, "DEVELOPMENT"), (3, "PRODUCTION")]
        params = session.exec(select(Param).order_by(Param.name)).all()
        assert {row.name: row.value for row in params} == {"lr": 0.1, "layers": 3}
        assert session.exec(select(Alias.version_id).where(Alias.name == "champion")).one() == versions[1].id
        source = select(Tag.value).where(Tag.subject_id == model.id, Tag.key == "source_id")
        assert session.exec(source).one() == ["a", "b"]
        stated = select(LineageEdge).where(col(LineageEdge.relation).not_in(["BUILT_FROM", "RAN_IN"]))
        edges = session.exec(stated.order_by(LineageEdge.relation)).all()
        assert [edge.relation for edge in edges] == ["DISTILLED_FROM", "FINE_TUNED_FROM", "TRAINED_ON"]
        assert edges[0].since == datetime(2020, 1, 1, tzinfo=UTC)
        assert edges[1].upstream == versions[0].id
        assert session.exec(select(ExternalNode.uri)).all() == ["hf:songbird"]


def test_it_writes_as_the_system(importer: Importer) -> None:
    before = importer.store.changes()[-1].sequence
    importer.lines(*ZOO)
    changes = importer.store.changes(before)
    assert {change.actor_id for change in changes} == {importer.store.changes()[0].actor_id}
    assert Counter(change.action for change in changes)["version.created"] == 2


def test_metrics_without_a_time_are_of_the_release_else_of_the_making(importer: Importer) -> None:
    importer.lines(*ZOO)
    with importer.store.reading() as session:
        points = session.exec(select(MetricSeries, ModelVersion).join(ModelVersion, onclause=_owner())).all()
        assert {
            (version.number, series.recorded_at == (version.released_at or version.created_at))
            for series, version in points
        } == {(1, True), (3, True)}


def test_the_second_import_changes_nothing(importer: Importer) -> None:
    importer.lines(*ZOO)
    before = _rows(importer)
    tally = importer.lines(*ZOO)
    assert importer.reasons == []
    assert tally.new.total() == 0
    assert +tally.unchanged == Counter(EVERYTHING)
    assert _rows(importer) == before


def test_what_is_missing_is_added(importer: Importer) -> None:
    importer.lines(*ZOO)
    further = zoo(
        {"tags": {"small": True, "colour": "brown"}},
        {
            "tags": {"checked": True},
            "aliases": ["first"],
            "metrics": [
                {"name": "chirps", "value": 76.1, "dataset": "Birds", "conditions": {"hardware": "CPU"}},
                {"name": "chirps", "value": 77, "dataset": "Birds", "step": 9},
            ],
        },
    )
    further["versions"].append({"number": 4, "metrics": [{"name": "loss", "value": 1}]})
    dataset: dict[str, Any] = {
        **ZOO[3],
        "tags": {"license": "CC0"},
        "versions": [{"label": "3"}, {"label": "1"}],
    }
    tally = importer.lines(dataset, further)
    assert importer.reasons == []
    assert +tally.new == Counter(
        {
            Kind.DATASET_VERSION: 1,
            Kind.TAG: 3,
            Kind.ALIAS: 1,
            Kind.VERSION: 1,
            Kind.METRIC_VALUE: 2,
        }
    )
    with importer.store.reading() as session:
        labels = session.exec(select(DatasetVersion.label).order_by(DatasetVersion.label)).all()
        assert labels == ["1", "2", "3"]
        numbers = session.exec(select(ModelVersion.number).order_by(col(ModelVersion.number))).all()
        assert numbers == [1, 3, 4]


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (zoo({"license": "GPL-3.0"}), "license", 'the registry has "MIT", the file says "GPL-3.0"'),
        (zoo({"task": "text_to_speech"}), "task", None),
        (zoo({"tags": {"small": 1}}), "tags.small", "the registry has true, the file says 1"),
        (zoo({"framework": "JAX"}), "framework", 'the registry has nothing, the file says "JAX"'),
        (zoo(version={"params": {"lr": 0.2}}), "versions.0.params.lr", None),
        (zoo(version={"params": {"momentum": 1}}), "versions.0.params.momentum", None),
        (zoo(version={"semver": "1.0.1"}), "versions.0.semver", None),
        (zoo(version={"releasedAt": "2021-01-01T00:00:00Z"}), "versions.0.releasedAt", None),
        (zoo(version={"stage": "STAGING"}), "versions.0.stage", None),
        (zoo(version={"signature": {"inputs": "song"}}), "versions.0.signature", None),
        (zoo(version={"environment": {"python": "3.12"}}), "versions.0.environment", None),
        ({**ZOO[0], "description": "Plants"}, "description", None),
        ({**ZOO[2], "direction": "MINIMIZE"}, "direction", None),
        ({**ZOO[3], "description": "Calls"}, "description", None),
        ({**ZOO[3], "versions": [{"label": "1", "rowCount": 11}]}, "versions.0.rowCount", None),
    ],
)
def test_a_line_that_contradicts_the_registry_is_rejected_whole(
    importer: Importer, line: dict[str, Any], field: str, reason: str | None
) -> None:
    importer.lines(*ZOO)
    before = _rows(importer)
    tally = importer.lines(line)
    assert [(number, path) for number, path, _ in importer.reasons] == [(2, field)]
    assert reason in {None, importer.rejects[0].reason}
    assert tally.new.total() == 0
    assert _rows(importer) == before


def test_other_spellings_of_a_metric_or_a_task_are_one(importer: Importer) -> None:
    metric = {"type": "metricDefinition", "name": "bird count", "direction": "MAXIMIZE"}
    task = {"type": "task", "name": "bird_song", "title": "Bird song"}
    spelt = [metric, {**metric, "name": "Bird-Count"}, task, {**task, "name": "Bird Song"}]
    tally = importer.lines(*spelt)
    assert importer.reasons == []
    assert (+tally.new, tally.unchanged.total()) == ({Kind.METRIC_DEFINITION: 1, Kind.TASK: 1}, 2)
    importer.lines({**metric, "name": "BIRD COUNT", "direction": "MINIMIZE"})
    [(_, field, reason)] = importer.reasons
    assert (field, reason) == ("direction", 'the registry has "MAXIMIZE", the file says "MINIMIZE"')


def test_a_label_that_stands_twice_is_rejected(importer: Importer) -> None:
    importer.lines({"type": "dataset", "name": "d", "versions": [{"label": "1"}, {"label": "1"}]})
    [(_, field, reason)] = importer.reasons
    assert field == "versions"
    assert "'1' is given twice" in reason


def test_an_alias_that_points_elsewhere_is_rejected(importer: Importer) -> None:
    importer.lines(*ZOO)
    line = zoo(version={"aliases": ["champion"]})
    line["versions"][1]["aliases"] = []
    importer.lines(line)
    assert [path for _, path, _ in importer.reasons] == ["versions.0.aliases.champion"]


def test_other_spellings_of_the_same_are_no_contradiction(importer: Importer) -> None:
    importer.lines(*ZOO)
    line = zoo(
        {"task": "bird_song", "license": None, "domains": []}, {"releasedAt": "2020-02-27T01:00:00+01:00"}
    )
    assert importer.lines(line).rejected.total() == 0


def test_a_bad_line_takes_no_other_along(importer: Importer) -> None:
    lines: list[dict[str, Any]] = [{"type": "model", "name": f"model-{number}"} for number in range(20)]
    lines[7] = {"type": "model", "name": "lost", "namespace": "defautl"}
    lines[11] = {"type": "model", "name": "a/b"}
    lines[13] = {"type": "model", "name": "model-3", "license": "MIT"}
    lines[17] = {"type": "model", "name": "staged", "versions": [{"number": 1, "stage": "PRODUCTIVE"}]}
    tally = importer.lines(*lines)
    assert [(line, path) for line, path, _ in importer.reasons] == [
        (9, "namespace"),
        (13, "name"),
        (15, "license"),
        (19, "versions.0.stage"),
    ]
    assert {reject.line: tuple(reject.suggestions) for reject in importer.rejects}[9] == ("default",)
    assert tally.new[Kind.MODEL] == 16
    with importer.store.reading() as session:
        assert session.exec(select(func.count()).select_from(RegisteredModel)).one() == 16
        assert session.exec(select(func.count()).select_from(ModelVersion)).one() == 0


def test_every_reason_of_a_line_is_told(importer: Importer) -> None:
    tally = importer.lines(
        {
            "type": "model",
            "name": "a:b",
            "colour": "red",
            "versions": [{"number": 0, "metrics": [{"name": "x"}], "aliases": ["latest"]}],
        }
    )
    assert {path for _, path, _ in importer.reasons} == {
        "name",
        "colour",
        "versions.0.number",
        "versions.0.metrics.0",
        "versions.0.aliases.0.name",
    }
    assert tally.rejected == Counter({Kind.LINE: 1})


@pytest.mark.parametrize(
    "versions",
    [
        [{"number": 1}, {"number": 1}],
        [{"number": 1, "aliases": ["best"]}, {"number": 2, "aliases": ["best"]}],
        [{"number": 1, "semver": "1.0.0"}, {"number": 2, "semver": "1.0.0"}],
    ],
)
def test_what_is_unique_in_a_model_occurs_once(importer: Importer, versions: list[dict[str, Any]]) -> None:
    importer.lines({"type": "model", "name": "twice", "versions": versions})
    assert len(importer.rejects) == 1
    with importer.store.reading() as session:
        assert session.exec(select(RegisteredModel)).all() == []


@pytest.mark.parametrize("bounds", [{"versions": [{"number": 10**9 + 1}]}, {"nextNumber": 10**9 + 2}])
def test_no_number_is_beyond_those_of_the_api(importer: Importer, bounds: dict[str, Any]) -> None:
    tally = importer.lines({"type": "model", "name": "a", **bounds})
    assert (tally.new.total(), len(importer.reasons)) == (0, 1)


def test_edges_to_what_is_unknown_are_rejected(importer: Importer) -> None:
    here: dict[str, Any] = {"model": {"namespace": "zoo", "name": "wren"}, "version": 1}
    edges = [
        (here, {"model": {"namespace": "zoo", "name": "wren"}, "version": 2}, "upstream"),
        (here, {"model": {"namespace": "nowhere", "name": "wren"}, "version": 1}, "upstream"),
        (here, {"dataset": {"name": "Birds"}, "version": "9"}, "upstream"),
        ({"model": {"name": "wren"}, "version": 1}, {"external": "hf:unseen"}, "downstream"),
        (here, here, "upstream"),
        (here, {"model": {"namespace": "zoo", "name": "wren"}, "version": 3}, "upstream"),
    ]
    importer.lines(*ZOO)
    tally = importer.lines(
        *(
            {"type": "lineage", "downstream": lower, "upstream": upper, "relation": "DERIVED_FROM"}
            for lower, upper, _ in edges
        )
    )
    assert sorted((line, path) for line, path, _ in importer.reasons) == [
        (number, field) for number, (_, _, field) in enumerate(edges, start=2)
    ]
    assert tally.rejected[Kind.LINEAGE] == len(edges)
    with importer.store.reading() as session:
        assert session.exec(select(ExternalNode.uri)).all() == ["hf:songbird"]


def test_a_model_with_more_points_than_one_call_takes(importer: Importer) -> None:
    points = [{"name": "loss", "value": step, "step": step} for step in range(1_500)]
    line: dict[str, Any] = {
        "type": "model",
        "name": "long",
        "versions": [{"number": 1, "metrics": points[:1]}],
    }
    importer.lines(line)
    line["versions"][0]["metrics"] = points
    tally = importer.lines(line)
    assert (tally.new[Kind.METRIC_VALUE], tally.unchanged[Kind.METRIC_VALUE]) == (1_499, 1)
    with importer.store.reading() as session:
        assert session.exec(select(func.count()).select_from(MetricPoint)).one() == 1_500


def test_more_points_than_a_statement_holds_values_are_told_apart(importer: Importer) -> None:
    points = [{"name": "loss", "value": 1, "step": step} for step in range(33_000)]
    line = {"type": "model", "name": "long", "versions": [{"number": 1, "metrics": points}]}
    assert importer.lines(line).new[Kind.METRIC_VALUE] == 33_000
    assert importer.lines(line).unchanged[Kind.METRIC_VALUE] == 33_000


def _owner() -> Any:
    return col(ModelVersion.id) == col(MetricSeries.owner_id)


def _rows(importer: Importer) -> dict[str, int]:
    """Count the rows of the tables that an import writes."""
    tables = [
        Change,
        Namespace,
        Dataset,
        DatasetVersion,
        RegisteredModel,
        ModelVersion,
        MetricPoint,
        Tag,
        LineageEdge,
    ]
    with importer.store.reading() as session:
        return {
            table.__name__: session.exec(select(func.count()).select_from(table)).one() for table in tables
        }
