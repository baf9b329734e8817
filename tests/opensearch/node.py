"""A private OpenSearch for one test run, without Docker, and names of its own for each test.

The node is put together from Maven Central once a machine, is started by the first test that needs it, and is
shared by all processes of the run. It ends when the process that offers it does, however that ends.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self
from uuid import uuid4
from zipfile import ZipFile

import pytest
import urllib3
from filelock import FileLock

ADDRESS = "HOLOTYPE_TEST_OPENSEARCH_URL"
FOLDER = "HOLOTYPE_TEST_OPENSEARCH_FOLDER"
"""Where the processes of one test run find each other; set by the one that began it."""
HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "holotype"
OLDEST_JAVA = 21
JAVA_FOLDERS = (
    "/usr/lib/jvm/*",
    "/opt/java/*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    f"{Path.home()}/.sdkman/candidates/java/*",
)
JAVA_OPTIONS = (
    "-Xms512m",
    "-Xmx1g",
    "-XX:+UseSerialGC",
    "--add-modules=jdk.incubator.vector",
    "--enable-native-access=ALL-UNNAMED",
)
PIPE, LOCK, FOUND, LOG = "alive", "lock", "address", "log"

_started: list["subprocess.Popen[str]"] = []
"""Held until this process ends: the node outlives the test that started it."""


class NodeNotStarted(Exception):
    """The node could not be put together or started; the message says why."""


class NotGathered(NodeNotStarted):
    """What a node is put together from could not be had, as without a network."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a node is made with: the folder of a JDK, and Maven."""

    java: Path
    maven: str


def offer() -> Callable[[], None]:
    """Let this process and those it starts share a node; return what ends it.

    The node reads a pipe that this process alone holds open for writing, so that it ends with the process.
    """
    folder = Path(tempfile.mkdtemp(prefix="holotype-opensearch-"))
    os.mkfifo(folder / PIPE)
    held = os.open(folder / PIPE, os.O_RDWR)
    os.environ[FOLDER] = str(folder)

    def end() -> None:
        os.close(held)
        for node in _started:
            node.wait()
        shutil.rmtree(folder, ignore_errors=True)

    return end


def shared_address(tools: Tools, port: int = 0) -> str:
    """Return the address of the node of this test run, started on `port`, or a free one, by the first caller.

    Raises:
        NodeNotStarted: It could not be put together or started.
    """
    folder = Path(os.environ[FOLDER])
    with FileLock(folder / LOCK):
        found = folder / FOUND
        if not found.exists():
            node, address = _start(tools, folder, port)
            _started.append(node)
            found.write_text(address)
        return found.read_text()


class PrivateNode:
    """A node that a test may kill and start again over the same data; it ends with the block.

    Attributes:
        address: Where it answers, each time at the same port.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._folder = Path(tempfile.mkdtemp(prefix="holotype-opensearch-"))
        os.mkfifo(self._folder / PIPE)
        self._held = os.open(self._folder / PIPE, os.O_RDWR)
        self._node, self.address = _start(tools, self._folder, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._held)
        self._node.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def number(self) -> int:
        """The number of its process."""
        return self._node.pid

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self._folder

    def kill(self) -> None:
        """Kill it as a machine does that loses its power."""
        self._node.kill()
        self._node.wait()

    def start(self) -> None:
        """Start it again."""
        port = int(self.address.rpartition(":")[2])
        self._node, self.address = _start(self._tools, self._folder, port)


def tools() -> Tools | None:
    """Return the newest JDK of this machine that can run a node, and Maven; None if either is missing."""
    named = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    folders = named + [path for pattern in JAVA_FOLDERS for path in Path("/").glob(pattern[1:])]
    java = max((path for path in folders if (path / "bin/javac").exists()), key=_version, default=None)
    maven = shutil.which("mvn")
    if java is None or maven is None or _version(java) < OLDEST_JAVA:
        return None
    return Tools(java, maven)


def required_tools(require_engine: Callable[[str, bool], None]) -> Tools:
    """Return what a node is made with, which a test needs."""
    found = tools()
    require_engine(f"OpenSearch (a JDK of {OLDEST_JAVA} or newer, and Maven)", found is not None)
    assert found is not None
    try:
        _library(found)
    except NotGathered as failure:
        require_engine(f"OpenSearch ({failure})", False)  # noqa: FBT003 - reads as a sentence
    return found


def _version(java: Path) -> int:
    """Return the version that the file `release` of a JDK tells, such as 21 of 21.0.4; 0 if none."""
    try:
        lines = (java / "release").read_text().splitlines()
    except OSError:
        return 0
    facts = dict(line.split("=", 1) for line in lines if "=" in line)
    told = re.match(r"\d+", facts.get("JAVA_VERSION", "").strip('"'))
    return int(told[0]) if told else 0


def _start(tools: Tools, folder: Path, port: int) -> "tuple[subprocess.Popen[str], str]":
    """Start a node in a folder, which is gone with it; return it and its address."""
    classes = f"{_library(tools)}/*"
    java = [str(tools.java / "bin/java"), *JAVA_OPTIONS, "-cp", classes]
    with (folder / LOG).open("w") as log, (folder / PIPE).open() as pipe:
        node = subprocess.Popen(
            [*java, str(HERE / "Node.java"), str(folder), str(port)],
            stdin=pipe,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    assert node.stdout is not None
    with node.stdout as lines:
        address = next((line.strip() for line in lines if line.startswith("http://")), None)
    if address:
        return node, address
    raise NodeNotStarted(f"the node ended as it started:\n{(folder / LOG).read_text()[-2_000:]}")


def _library(tools: Tools) -> Path:
    """Return the folder of the node's classes, gathered from Maven Central if they are not there yet."""
    recipe = HERE / "pom.xml"
    library = CACHE / f"opensearch-{sha256(recipe.read_bytes()).hexdigest()[:12]}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with FileLock(CACHE / "opensearch.lock"):
        if not library.exists():
            with tempfile.TemporaryDirectory(dir=CACHE) as draft:
                _gather(tools, recipe, Path(draft))
                Path(draft).rename(library)
                Path(draft).mkdir()
    return library


def _gather(tools: Tools, recipe: Path, folder: Path) -> None:
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={folder}"]
    done = subprocess.run(
        [tools.maven, "-q", "-B", "-f", str(recipe), *goal],
        env={**os.environ, "JAVA_HOME": str(tools.java)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = " ".join(done.stdout.split())
        raise NotGathered(f"Maven could not gather the classes of a node: {said[:300]}")
    for archive in folder.glob("*.zip"):
        with ZipFile(archive) as plugin:
            plugin.extractall(folder, [name for name in plugin.namelist() if name.endswith(".jar")])


@pytest.fixture(scope="session")
def opensearch(require_engine: Callable[[str, bool], None]) -> str:
    """Give the address of a node: the one that HOLOTYPE_TEST_OPENSEARCH_URL names, or a private one."""
    if address := os.environ.get(ADDRESS):
        return address
    return shared_address(required_tools(require_engine))


@pytest.fixture
def private_opensearch(require_engine: Callable[[str, bool], None]) -> Iterator[PrivateNode]:
    """Give a node that a test may kill."""
    with PrivateNode(required_tools(require_engine)) as node:
        yield node


@pytest.fixture
def opensearch_prefix(opensearch: str) -> Iterator[str]:
    """Give what the names of a test's indexes begin with; they are gone after it."""
    with own_prefix(opensearch) as prefix:
        yield prefix


@contextmanager
def own_prefix(address: str) -> Iterator[str]:
    """Give what the names of indexes begin with that nobody else has; they are gone after it."""
    prefix = f"test-{uuid4().hex[:12]}"
    yield prefix
    urllib3.request("DELETE", f"{address}/{prefix}-*")
