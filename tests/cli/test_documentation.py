"""The page of the command line is what the commands say, and their examples work."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

from app.cli.commands import EXIT_CODES
from app.cli.printing import printed_help
from tests.routes.serving import served
from tests.transfer.files import ZOO, interchange

Run = Callable[..., tuple[int, str, str]]

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()
MEASURED = [
    {"name": "F1", "value": 0.9, "dataset": "support tickets"},
    {"name": "latency", "value": 40, "dataset": "support tickets", "unit": "ms"},
]
TICKETS = {
    "type": "model",
    "name": "support-ticket-router",
    "tags": {"reviewed": True},
    "versions": [
        {"number": 1, "aliases": ["champion"], "metrics": MEASURED},
        {"number": 3, "metrics": MEASURED},
    ],
}


def test_the_page_is_what_the_commands_say() -> None:
    assert printed_help() + "\n" == PAGE, "python -m app.cli.printing > docs/cli.md"


def test_every_command_has_an_example() -> None:
    sections = PAGE.split("\n## holotype ")[1:]
    assert len(sections) > 15
    for section in sections:
        command = section.partition("\n")[0]
        assert f"Example: holotype {command}" in section


def test_every_argument_and_option_is_described() -> None:
    blocks = re.findall(r"^(?:Arguments|Options):\n((?:  .*\n)+)", PAGE, re.MULTILINE)
    entries = [entry for block in blocks for entry in re.split(r"^  (?=\S)", block, flags=re.MULTILINE)[1:]]
    assert len(entries) > 50
    for entry in entries:
        assert re.search(r"\S(?: {2,}|\n +)[A-Z[]", entry), entry


def test_the_examples_work(run: Run, tmp_path: Path) -> None:
    examples = re.findall(r"^  Example: (holotype .*(?:\n   ? ?\S.*)*)", PAGE, re.MULTILINE)
    assert len(examples) > 15
    content = interchange([*ZOO, TICKETS])
    (tmp_path / "models.jsonl").write_bytes(content)
    (tmp_path / "models.jsonl.gz").write_bytes(content)
    assert run("import", "models.jsonl", "--data", "served")[0] == 0
    with served(tmp_path / "served") as api:
        for example in examples:
            _, command, *arguments = shlex.split(example)
            # What serves until it is ended, and what needs an index, have tests of their own.
            if command in {"up", "api", "index"}:
                continue
            code, _, messages = run(command, *arguments, HOLOTYPE_URL=api.url)
            assert code == 0, (example, messages)


def test_the_exit_codes_are_in_the_help(run: Run) -> None:
    told = " ".join(run("--help")[1].split())
    for code, meaning in EXIT_CODES.items():
        assert f"{code} {meaning}" in told
