"""What Prometheus reads of a process."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.graphql.conftest import Api
from tests.graphql.indexing import index

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scraped(api: Api) -> Samples:
    """Read all samples, by name and labels."""
    answer = api.http.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=1.0.0")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float | None:
    """Return one sample, None where there is none."""
    return samples.get((name, frozenset(labels.items())))


def test_it_works(api: Api) -> None:
    api.run("query Hello { __typename }")
    api.run("query Hello { __typename }")
    api.run("{ __typename }")
    api.answer("{ nothing }")
    api.error('query Odd { node(id: "odd") { id } }')
    assert api.http.post("/graphql", content="{}").status_code == 415
    samples = scraped(api)
    assert value(samples, "holotype_requests_total", operation="Hello", status="200") == 2
    assert value(samples, "holotype_requests_total", operation="anonymous", status="200") == 1
    assert value(samples, "holotype_requests_total", operation="unknown", status="415") == 1
    assert value(samples, "holotype_request_seconds_count", operation="Hello") == 2
    assert value(samples, "holotype_errors_total", operation="Odd", code="BAD_USER_INPUT") == 1
    invalid = value(samples, "holotype_errors_total", operation="unknown", code="GRAPHQL_VALIDATION_FAILED")
    assert invalid == 1


def test_the_state_of_the_parts(api: Api) -> None:
    before = scraped(api)
    assert value(before, "holotype_ready", part="database") == 1
    assert value(before, "holotype_ready", part="index") == 0
    assert value(before, "holotype_index_lag", by="words") is None
    api.model("bert")
    index(api)
    api.model("robin", version={})
    after = scraped(api)
    assert value(after, "holotype_ready", part="embedder") == 1
    assert value(after, "holotype_index_lag", by="words") == 2
    assert value(after, "holotype_indexed_models", by="words") == 1
    assert value(after, "holotype_indexed_models", by="meaning") == 1
    assert value(after, "holotype_parked_items", kind="models") == 0
    assert value(after, "holotype_database_connections", pool="writers", state="in_use") == 0


@pytest.mark.parametrize("name", ["Q{}", "Long" + "g" * 100 + "{}"])
def test_clients_cannot_make_numbers_without_end(api: Api, name: str) -> None:
    for number in range(230):
        api.run(f"query {name.format(number)} {{ __typename }}")
    samples = scraped(api)
    names = {dict(labels)["operation"] for metric, labels in samples if metric == "holotype_requests_total"}
    assert len(names) <= 201
    assert value(samples, "holotype_requests_total", operation="other", status="200") is not None
    counted = [number for (metric, _), number in samples.items() if metric == "holotype_requests_total"]
    assert sum(counted) == 230


def test_every_answer_names_its_request(shared_api: Api) -> None:
    for path in ("/graphql", "/healthz", "/metrics", "/nowhere"):
        assert shared_api.http.get(path).headers["x-request-id"].startswith("req_")
