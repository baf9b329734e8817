"""Kill the indexer while a registry is imported, again and again, and see whether anything is lost.

Twenty times (or COUNT times), the indexer is started beside a running import and killed with SIGKILL at a
moment that chance chooses. Each line tells how far the index then was and whether it is whole. In the end an
indexer runs undisturbed, and the index is compared with the registry, document by document. Run as
`python -m bench.kills [FILE [COUNT [VECTORS]]]`; VECTORS is a file of kept vectors of an earlier run.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from app.search.contract import Kind
from app.search.embedded.engine import EmbeddedEngine
from app.search.keeping import Standing
from bench.serving import HOLOTYPE, SAMPLE

LONGEST_LIFE_SECONDS = 4.0
FIELDS = "{:>4} {:>7} {:>9} {:>8} {:>8} {:>9} {:>9}  {}"


def main() -> int:
    """Kill, and print a line for each time; return 0 if the index is whole in the end."""
    file = Path(sys.argv[1]) if sys.argv[1:] else SAMPLE
    count = int(sys.argv[2]) if sys.argv[2:] else 20
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        os.environ["HOLOTYPE_DATA"] = folder
        if sys.argv[3:]:
            shutil.copy(sys.argv[3], data / "embeddings.sqlite")
        importing = subprocess.Popen(
            [HOLOTYPE, "import", file],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not (data / "registry.db").exists():
            time.sleep(0.1)
        print(
            FIELDS.format("kill", "life s", "importing", "change", "models", "by words", "meaning", "index")
        )
        for number in range(1, count + 1):
            life = killed(data)
            print(line(number, life, data, importing=importing.poll() is None), flush=True)
        importing.wait()
        began = time.perf_counter()
        subprocess.run([*indexer("run"), "--once"], check=True, capture_output=True)
        print(f"undisturbed: whole after {time.perf_counter() - began:.1f} s")
        return subprocess.run([*indexer("check")], check=False).returncode


def indexer(command: str) -> list[str]:
    """Return a command of the indexer."""
    return [sys.executable, "-m", "indexer", command]


def killed(data: Path) -> float:
    """Let an indexer work for a while and kill it; return for how many seconds it worked."""
    life = random.uniform(0, LONGEST_LIFE_SECONDS)  # noqa: S311 - any moment will do
    process = subprocess.Popen(indexer("run"), stderr=subprocess.DEVNULL)
    while not EmbeddedEngine(data / "index" / Kind.MODELS).standing().kept:
        time.sleep(0.01)
    time.sleep(life)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return life


def line(number: int, life: float, data: Path, *, importing: bool) -> str:
    """Tell how far the index of models is."""
    standing = EmbeddedEngine(data / "index" / Kind.MODELS).standing()
    position = standing.position
    found = (
        [position.words.sequence, position.expected, position.documents, position.embedded]
        if position
        else [0] * 4
    )
    return FIELDS.format(number, f"{life:.1f}", "yes" if importing else "no", *found, _state(standing))


def _state(standing: Standing) -> str:
    return standing.unfit or "whole"


if __name__ == "__main__":
    sys.exit(main())
