"""Those who keep the process running ask whether it answers, and which part is not ready."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path

from pydantic import SecretStr
from starlette.testclient import TestClient

from app.main import create_app
from app.search.query_encoder import NO_VECTORS
from app.settings import Settings
from tests.graphql.conftest import Api
from tests.graphql.indexing import index
from tests.postgresql import Cluster, text_of
from tests.store import open_store


def test_it_works(api: Api) -> None:
    alive = api.http.get("/healthz")
    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    api.model("bert")
    index(api)
    ready = api.http.get("/readyz")
    parts = dict.fromkeys(["database", "index", "embedder"], "ready")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "parts": parts})


def test_the_part_that_is_not_ready_is_named(api: Api) -> None:
    before = api.http.get("/readyz")
    assert before.status_code == 503
    assert before.json() == {
        "ready": False,
        "parts": {
            "database": "ready",
            "index": "there is no search index yet: the indexer has not run",
            "embedder": NO_VECTORS,
        },
    }
    api.model("bert")
    index(api, by_meaning=False)
    parts = api.http.get("/readyz").json()["parts"]
    assert (parts["index"], parts["embedder"]) == ("ready", NO_VECTORS)


def test_a_broken_database_is_named_and_the_process_still_answers(api: Api) -> None:
    with closing(sqlite3.connect(api.data / "registry.db")) as database:
        database.execute("ALTER TABLE change RENAME TO away")
    ready = api.http.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["parts"]["database"] == "the database cannot be read: no such table: change"
    assert api.http.get("/healthz").status_code == 200


def test_a_probe_may_call_the_process_by_any_address(shared_api: Api) -> None:
    probe = {"host": "10.0.0.7:8765"}
    assert shared_api.http.get("/healthz", headers=probe).status_code == 200
    assert shared_api.http.get("/readyz", headers=probe).status_code == 503
    for path in ("/metrics", "/graphql", "/graphiql/", "/healthz/more"):
        assert shared_api.http.get(path, headers=probe).status_code == 403


def test_a_process_is_alive_though_all_its_requests_wait(cluster: Cluster, tmp_path: Path) -> None:
    """PostgreSQL stands still, and more requests wait for it than there are threads."""
    url = text_of(cluster.server.make().update_query_dict({"connect_timeout": "600"}))
    open_store(url).database.close()
    chosen = Settings(data=tmp_path, database_url=SecretStr(url), database_lock_seconds=600)
    query = {"query": "{ registeredModels { totalCount } }"}
    with TestClient(create_app(chosen), base_url="http://localhost") as http, ThreadPoolExecutor(61) as pool:
        with cluster.paused():
            waiting = [pool.submit(http.post, "/graphql", json=query) for _ in range(60)]
            assert not wait(waiting, 2).done
            assert pool.submit(http.get, "/healthz").result(60).json() == {"status": "ok"}
        assert all("errors" not in each.result().json() for each in waiting)
