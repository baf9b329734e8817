"""Faults of the two servers."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from uuid import uuid4

import httpx2
import orjson
import psycopg
import urllib3

from bench.clients import KINDS, send
from bench.deployment import Deployment

MODELS = "holotype-models"
AWAY_SECONDS = 10.0
SLOW_CLIENTS = 60
MEETINGS = 5
STAGES = ("STAGING", "DEVELOPMENT")
MOVE = (
    "mutation Move($input: TransitionStageInput!) { transitionStage(input: $input) { userErrors { code } } }"
)


def kill_opensearch(made: Deployment) -> None:
    """Kill the node, and start it again ten seconds later."""
    made.node.kill()
    time.sleep(AWAY_SECONDS)
    made.node.start()


def pause_opensearch(made: Deployment) -> None:
    """Let the node stand still for 20 seconds; its connections stay."""
    os.kill(made.node.number, signal.SIGSTOP)
    try:
        time.sleep(20)
    finally:
        os.kill(made.node.number, signal.SIGCONT)


def block_index(made: Deployment) -> None:
    """Block writes as the node does at the flood stage of its disk, for ten seconds."""
    settings = f"/{MODELS}/_settings"
    _ask(made, "PUT", settings, {"index.blocks.read_only_allow_delete": True})
    time.sleep(AWAY_SECONDS)
    _ask(made, "PUT", settings, {"index.blocks.read_only_allow_delete": None})


def delete_index(made: Deployment) -> None:
    """Delete the index of models by hand."""
    for name in _ask(made, "GET", f"/{MODELS}"):
        _ask(made, "DELETE", f"/{name}")


def restart_postgresql(made: Deployment) -> None:
    """Restart PostgreSQL as an upgrade does: what goes on is ended, and connections are closed."""
    made.cluster.stop("fast")
    made.cluster.start()


def crash_postgresql(made: Deployment) -> None:
    """Let PostgreSQL end without a word, and recover."""
    made.cluster.stop()
    made.cluster.start()


def pause_postgresql(made: Deployment) -> None:
    """Let PostgreSQL stand still for 15 seconds; its connections stay."""
    with made.cluster.paused():
        time.sleep(15)


def lock_table(made: Deployment) -> None:
    """Lock a table by hand for 25 seconds while sixty clients ask for it, so that no connection is left."""
    ended = threading.Event()
    body = {"query": KINDS["list"], "variables": {}}

    def ask(number: int) -> None:
        urls = made.urls[number % 2 :] + made.urls[: number % 2]
        with httpx2.Client(trust_env=False, timeout=60) as http:
            while not ended.is_set():
                send(http, urls, body)

    with (
        psycopg.connect(made.database) as connection,
        ThreadPoolExecutor(SLOW_CLIENTS) as clients,
    ):
        connection.execute("LOCK TABLE model IN ACCESS EXCLUSIVE MODE")
        for number in range(SLOW_CLIENTS):
            clients.submit(ask, number)
        time.sleep(25)
        connection.rollback()
        ended.set()


def cross_writers(made: Deployment) -> None:
    """Hold, five times, what a mutation needs second, and then want what it holds: PostgreSQL ends one."""
    with psycopg.connect(made.database) as connection, ThreadPoolExecutor(1) as client:
        row = connection.execute("SELECT id, model_id FROM model_version ORDER BY id LIMIT 1").fetchone()
        assert row is not None
        version, model = row
        for number in range(MEETINGS):
            connection.execute("SELECT 1 FROM model_version WHERE id = %s FOR UPDATE", [version])
            moved = client.submit(_move, made, str(version), STAGES[number % 2])
            time.sleep(0.5)
            with suppress(psycopg.errors.DeadlockDetected):
                connection.execute("SELECT 1 FROM model WHERE id = %s FOR UPDATE", [model])
            connection.rollback()
            if failure := moved.result():
                raise RuntimeError(failure)


def _move(made: Deployment, version: str, stage: str) -> str | None:
    """Move a version into a stage; return what was wrong."""
    given = {"version": {"id": version}, "to": stage, "idempotencyKey": uuid4().hex}
    with httpx2.Client(trust_env=False, timeout=60) as http:
        return send(http, made.urls, {"query": MOVE, "variables": {"input": given}})[1]


def _ask(made: Deployment, method: str, path: str, body: Any = None) -> Any:
    headers = {"content-type": "application/json"}
    content = orjson.dumps(body) if body is not None else None
    answer = urllib3.request(method, f"{made.node.address}{path}", body=content, headers=headers)
    assert answer.status < 300, answer.data
    return answer.json()
