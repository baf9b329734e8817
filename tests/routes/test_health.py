"""Those who keep the process running ask whether it answers, and which part is not ready."""

import sqlite3
from contextlib import closing

from tests.graphql.conftest import Api
from tests.graphql.indexing import index


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
            "embedder": "the index has no vectors yet",
        },
    }
    api.model("bert")
    index(api, by_meaning=False)
    parts = api.http.get("/readyz").json()["parts"]
    assert (parts["index"], parts["embedder"]) == ("ready", "the index has no vectors yet")


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
