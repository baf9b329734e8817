"""The node that tests are run on."""

import subprocess
import sys
from pathlib import Path

import pytest
import urllib3

from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]


def test_the_node_has_vectors(opensearch: str) -> None:
    plugins = urllib3.request("GET", f"{opensearch}/_cat/plugins").data.decode()
    assert "org.opensearch.knn.plugin.KNNPlugin" in plugins


@pytest.mark.usefixtures("opensearch")
def test_a_node_ends_with_the_process_that_offers_it_even_if_that_is_killed() -> None:
    command = [sys.executable, "-m", "tests.opensearch"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as offering:
        assert offering.stdout is not None
        address = offering.stdout.readline().strip()
        assert urllib3.request("GET", address).status == 200
        offering.kill()

    def is_gone() -> bool:
        try:
            urllib3.request("GET", address, retries=False)
        except urllib3.exceptions.HTTPError:
            return True
        return False

    wait_until(is_gone)
