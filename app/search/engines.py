"""Which engine keeps the search indexes of an installation."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.db.engine import Database
from app.search.contract import IndexUnavailable, Kind
from app.search.embedded.engine import EmbeddedEngine
from app.search.keeping import SearchEngine


def engine_of(
    kind: Kind, folder: Path, cluster: Mapping[str, Any] | None, database: Database
) -> SearchEngine:
    """Return the engine of one kind: in OpenSearch where a cluster is given, else embedded in the folder.

    Args:
        kind: What the index holds.
        folder: The folder of the indexes where they are embedded.
        cluster: The attributes of an `app.search.opensearch.cluster.Cluster`.
        database: The registry.

    Raises:
        IndexUnavailable: What asks OpenSearch is not installed.
    """
    if cluster is None:
        return EmbeddedEngine(folder / kind)
    try:
        from app.search.opensearch.cluster import Cluster  # noqa: PLC0415 - an extra, loaded where it is wanted
        from app.search.opensearch.engine import OpenSearchEngine  # noqa: PLC0415 - likewise
    except ModuleNotFoundError:
        install = "pip install 'holotype[opensearch]'"
        raise IndexUnavailable(f"HOLOTYPE_OPENSEARCH_URL needs what `{install}` installs") from None
    return OpenSearchEngine(Cluster(**cluster), kind, database)
