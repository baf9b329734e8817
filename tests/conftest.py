"""Engines that some tests need and not every machine has: what lacks one is left out, and said at the end."""

import os
from collections.abc import Callable

import pytest

REQUIRED = "HOLOTYPE_REQUIRE_ENGINES"

left_out = pytest.StashKey[dict[str, int]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[left_out] = {}


@pytest.fixture
def require_engine(request: pytest.FixtureRequest) -> Callable[[str, bool], None]:
    """Give what a test calls with the name of an engine it needs and whether the machine has it.

    Without the engine the test is skipped, or fails when HOLOTYPE_REQUIRE_ENGINES is 1.
    """

    def require(name: str, found: bool) -> None:  # noqa: FBT001 - reads as a sentence: require_engine("node", found)
        if found:
            return
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{name} is needed here ({REQUIRED}=1) and was not found")
        missing = request.config.stash[left_out]
        missing[name] = missing.get(name, 0) + 1
        pytest.skip(f"{name} was not found")

    return require


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    missing = config.stash[left_out]
    if missing:
        each = ", ".join(f"{count} tests that need {name}" for name, count in sorted(missing.items()))
        terminalreporter.write_line(f"Left out: {each}.")
    else:
        terminalreporter.write_line("Nothing was left out.")
