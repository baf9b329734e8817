"""Child processes that are kept alive."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from app.cli.terminal import say

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
HEALTHY_SECONDS = 60.0


@dataclass(slots=True)
class Child:
    """A module that runs as a child process, and is started again when it ends.

    Attributes:
        name: What it is called in messages.
        delay: How long the next start waits after an end, in seconds; it doubles until a start holds.
    """

    name: str
    module: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    delay: float = FIRST_DELAY_SECONDS
    started: float = field(default=0.0)
    due: float = field(default=0.0)


def start(child: Child) -> None:
    """Start the process of a child."""
    command = [sys.executable, "-m", "app.cli.serving.child", child.module, *child.arguments]
    child.process = subprocess.Popen(  # noqa: S603 - our own modules
        command,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **child.environment},
        # In a session of its own, so that Ctrl-C reaches the parent alone, who then ends the children.
        start_new_session=True,
    )
    threading.Thread(target=_relay, args=(child.process.stderr,), daemon=True).start()
    child.started = time.monotonic()


def revive(child: Child) -> str | None:
    """Start a child again whose process has ended, when its delay is over; return what there is to say."""
    now = time.monotonic()
    if child.process is None:
        if now >= child.due:
            start(child)
        return None
    code = child.process.poll()
    if code is None:
        return None
    _forget(child)
    if now - child.started > HEALTHY_SECONDS:
        child.delay = FIRST_DELAY_SECONDS
    child.due = now + child.delay
    said = f"the {child.name} ended ({_reason(code)}); starting it again in {child.delay:g} s"
    child.delay = min(2 * child.delay, LONGEST_DELAY_SECONDS)
    return said


def end_all(children: Iterable[Child], *, grace: float) -> None:
    """End the processes of all children, the stubborn ones by force after `grace` seconds."""
    running = [child for child in children if child.process is not None]
    for child in running:
        if child.process is not None:
            child.process.terminate()
    deadline = time.monotonic() + grace
    for child in running:
        if child.process is None:
            continue
        try:
            child.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
        _forget(child)


def _relay(lines: IO[bytes]) -> None:
    """Pass on what a child says, so that it does not write across a bar that is being drawn."""
    with lines:
        for line in lines:
            say(line.decode(errors="replace").rstrip())


def _forget(child: Child) -> None:
    if child.process is not None and child.process.stdin is not None:
        child.process.stdin.close()
    child.process = None


def _reason(code: int) -> str:
    if code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"
