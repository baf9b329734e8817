"""What answers in the place of OpenSearch, or between it and us: one line says what, and nothing is lost."""

from collections.abc import Callable, Iterator

import orjson
import pytest

from app.db.engine import Database
from app.search.contract import IndexUnavailable, Kind, Mark
from app.search.opensearch.cluster import Cluster
from app.search.opensearch.engine import OpenSearchEngine
from app.search.parking import Part
from tests.opensearch.proxy import Behaviour, gateway
from tests.search.samples import LOG, document
from tests.store import leases, seeded_file

__all__ = ["leases", "seeded_file"]

PAGE = b"<html>\n<head><title>Bad</title></head>\n<body><center>nginx/1.27</center></body>\n</html>"


@pytest.fixture
def behaviour() -> Behaviour:
    return Behaviour()


@pytest.fixture
def engine(
    opensearch: str, opensearch_prefix: str, behaviour: Behaviour, leases: Database
) -> Iterator[OpenSearchEngine]:
    """Return an engine behind a gateway."""
    with gateway(opensearch, behaviour) as address:
        yield OpenSearchEngine(Cluster(url=address, prefix=opensearch_prefix), Kind.MODELS, leases)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.search.opensearch.bulk.PAUSES", (0.01, 0.01))


def refusal(done: Callable[[], object]) -> str:
    """Return the one line that says why something was not done."""
    with pytest.raises(IndexUnavailable) as failure:
        done()
    assert "\n" not in str(failure.value)
    assert "<" not in str(failure.value)
    return str(failure.value)


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ({"distribution": "opensearch", "number": "2.19.1"}, "is OpenSearch 2.19.1: Holotype needs"),
        ({"number": "8.17.0", "build_flavor": "default"}, "is Elasticsearch or its like, 8.17.0"),
        ({}, "is Elasticsearch or its like, None"),
    ],
)
def test_another_server_and_too_old_a_one_are_named(
    engine: OpenSearchEngine, behaviour: Behaviour, version: dict[str, str], told: str
) -> None:
    behaviour.rewritten = lambda said: orjson.dumps({**orjson.loads(said), "version": version})
    assert told in refusal(lambda: engine.writer(LOG))
    behaviour.rewritten = bytes
    engine.writer(LOG).close()


@pytest.mark.parametrize("status", [200, 403, 413, 500, 502, 504])
def test_a_page_for_people_is_told_in_one_line_and_nothing_is_lost(
    engine: OpenSearchEngine, behaviour: Behaviour, status: int
) -> None:
    writer = engine.writer(LOG)
    writer.put([document(key) for key in range(1, 9)])
    behaviour.page, behaviour.status = PAGE, status
    refusal(lambda: writer.commit(Mark(1)))
    refusal(engine.standing)
    refusal(engine.entries)
    behaviour.status = None
    writer.discard()
    writer.put([document(key) for key in range(1, 9)])
    writer.commit(Mark(1))
    assert [entry.key for entry in engine.entries()] == list(range(1, 9))
    writer.close()


def test_what_a_gateway_finds_too_large_is_sent_in_smaller_parts(
    engine: OpenSearchEngine, behaviour: Behaviour
) -> None:
    behaviour.paths, behaviour.largest, behaviour.page = "_bulk", 50_000, PAGE
    writer = engine.writer(LOG)
    large = document(3, description=" ".join(f"word{number}" for number in range(10_000)))
    writer.put([document(key) for key in range(1, 200) if key != 3] + [large])
    writer.commit(Mark(1))
    assert [entry.key for entry in engine.entries()] == [key for key in range(1, 200) if key != 3]
    [parked] = engine.standing().parked
    assert (parked.id, parked.part) == (large.id, Part.WORDS)
    assert parked.reason.endswith("answers 413: Request Entity Too Large")
    writer.put([document(3, sequence=2)])
    writer.commit(Mark(2))
    assert engine.standing().parked == ()
    writer.close()
