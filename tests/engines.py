"""The engines of the search index, for what has to hold on each."""

from pathlib import Path

import pytest

from app.search.contract import Kind
from app.search.embedded.engine import EmbeddedEngine
from app.search.keeping import SearchEngine
from app.search.opensearch.cluster import Cluster
from app.search.opensearch.engine import OpenSearchEngine
from tests.store import leases

__all__ = ["engine", "leases"]


@pytest.fixture(params=["embedded", "opensearch"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> SearchEngine:
    """Return an engine without an index yet."""
    if request.param == "embedded":
        return EmbeddedEngine(tmp_path / "index")
    cluster = Cluster(
        url=request.getfixturevalue("opensearch"), prefix=request.getfixturevalue("opensearch_prefix")
    )
    return OpenSearchEngine(cluster, Kind.MODELS, request.getfixturevalue("leases"))
