"""What the page of operations names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/operations.md").read_text()


def test_the_metrics_to_watch_are_those_that_are_counted() -> None:
    _, _, watched = PAGE.partition("## What to watch")
    named = set(re.findall(r"^\| `(holotype_\w+?)(?:_total)?` \|", watched, re.MULTILINE))
    assert named == set(re.findall(r'"(holotype_\w+)"', (ROOT / "app/routes/metrics.py").read_text())) - {
        "holotype_requests"
    }


def test_the_services_are_those_of_the_compose_file() -> None:
    compose = (
        (ROOT / "docker-compose.yml").read_text().partition("\nservices:\n")[2].partition("\nnetworks:\n")[0]
    )
    services = re.findall(r"^  (\w+):$", compose, re.MULTILINE)
    table = PAGE.partition("## What runs where")[2].partition("## Sizes")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == services
