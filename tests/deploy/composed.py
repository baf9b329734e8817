"""The compose file as Compose reads it, and its services as processes of this machine."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from compose_spec import PyOptions

from tests.postgresql import Cluster, text_of

ROOT = Path(__file__).parents[2]
HOLOTYPE = Path(sys.executable).with_name("holotype")
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


class VariableMissing(Exception):
    """The compose file asks for a variable that is not set."""


def example() -> dict[str, str]:
    """Return the variables of .env.example."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def composed(variables: Mapping[str, str]) -> dict[str, Any]:
    """Return the compose file with its variables put in, which has to be one by the Compose Specification.

    Raises:
        VariableMissing: A variable that it has to have is not set.
    """

    def value(found: re.Match[str]) -> str:
        name, kind, text = found.groups()
        if variables.get(name):
            return variables[name]
        if kind == "?":
            raise VariableMissing(f"{name}: {text}")
        return text or ""

    read = PyOptions(apply_merge=True).from_yaml(
        VARIABLE.sub(value, (ROOT / "docker-compose.yml").read_text())
    )
    read.validate()
    return read.to_dict()


def with_roles(cluster: Cluster, variables: Mapping[str, str]) -> str:
    """Make a database with the two roles, as PostgreSQL's image does at its first start; return its name."""
    url = cluster.server.make()
    psql = [str(cluster.binaries / "psql"), "--quiet", "--no-psqlrc", text_of(url)]
    subprocess.run(
        [*psql, "--file", str(ROOT / "deploy/postgresql.sql")],
        check=True,
        env={**os.environ, **variables},
        cwd=cluster.folder,
    )
    return str(url.database)


@contextmanager
def running(commands: list[tuple[list[str], dict[str, str]]]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run `holotype` with the arguments and environments of services, and end them all."""
    with ExitStack() as ends:
        processes = []
        for arguments, environment in commands:
            process = subprocess.Popen([HOLOTYPE, *arguments], env=environment, stdin=subprocess.DEVNULL)
            ends.callback(_end, process)
            processes.append(process)
        yield processes


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
