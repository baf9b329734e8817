"""A database server that goes away, or has no time: every answer says so, and the service outlives it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, text
from starlette.testclient import TestClient

from app.db.limits import ServerLimits
from app.db.sealing import LOG
from app.errors import Conflict
from app.identity.session import write
from app.identity.viewer import AllowAll
from app.main import create_app
from app.registry.drafts import ModelDraft, VersionDraft, VersionState, draft
from app.registry.opening import RegistryNotOpened, open_registry
from app.registry.reading.finding import ModelBy, find_model
from app.registry.writing.registration import create_versions, register_models
from app.settings import Settings
from tests.graphql.conftest import REGISTER, Api
from tests.postgresql import Cluster, Server, text_of
from tests.store import open_store
from tests.waiting import wait_until

PENDING = "{ modelVersions(filter: {state: [PENDING]}) { totalCount } }"
END_COMMITTING = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE query = 'COMMIT' AND wait_event = 'advisory' AND datname = current_database()"
)
COUNT = "{ registeredModels { totalCount } }"


def test_a_server_that_is_restarted_is_missed_and_found_again(
    cluster: Cluster, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = text_of(cluster.server.make())
    store = open_store(url)
    chosen = Settings(data=tmp_path, database_url=SecretStr(url))
    with TestClient(create_app(chosen), base_url="http://localhost") as http:
        api = Api(http, store, chosen)
        assert api.run("{ serverInfo { database } }") == {"database": "postgresql"}
        assert api.run(COUNT) == {"totalCount": 0}
        cluster.stop()
        for operation, given in ((COUNT, {}), (REGISTER, {"input": {"name": "lost"}})):
            error = api.error(operation, **given)
            assert error["code"] == "UNAVAILABLE"
            assert "the database server cannot be reached" in error["message"]
        ready = http.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["parts"]["database"].startswith("the database server cannot be reached")
        assert http.get("/healthz").status_code == 200
        cluster.start()
        assert api.run(COUNT) == {"totalCount": 0}
        assert api.model("kept")["model"]
        assert http.get("/readyz").json()["parts"]["database"] == "ready"
    store.database.close()
    assert "Traceback" not in caplog.text


def test_a_commit_that_nobody_heard_the_end_of_is_said_to_be_one(
    postgresql: Server, seeded_database: str, tmp_path: Path
) -> None:
    with postgresql.fresh(seeded_database) as url, ThreadPoolExecutor(1) as pool:
        store = open_store(url)
        chosen = Settings(data=tmp_path, database_url=SecretStr(url))
        with (
            TestClient(create_app(chosen), base_url="http://localhost") as http,
            store.database.writers.connect() as other,
        ):
            api = Api(http, store, chosen)
            # The lock of the log, for which a COMMIT waits.
            other.execute(select(func.pg_advisory_xact_lock(LOG)))
            answer = pool.submit(api.error, REGISTER, input={"name": "doubtful"})
            wait_until(lambda: other.execute(text(END_COMMITTING)).rowcount == 1)
            error = answer.result()
            assert error["code"] == "UNAVAILABLE"
            assert "was made or was not" in error["message"]
        store.database.close()


def test_a_server_that_is_not_there_is_said_at_the_start_without_the_password(tmp_path: Path) -> None:
    url = f"postgresql://someone:secret@/registry?host={tmp_path}"
    with pytest.raises(RegistryNotOpened, match="registry") as refused:
        open_registry(url)
    assert "secret" not in str(refused.value)


def test_a_writer_waits_for_another_only_so_long(postgresql: Server, seeded_database: str) -> None:
    def register(name: str) -> None:
        with store.writing() as session:
            register_models(session, [draft(ModelDraft, {"name": name})])

    with postgresql.fresh(seeded_database) as url:
        store = open_store(url)
        hasty = open_registry(url, ServerLimits(lock_seconds=0.2))
        register("a")
        with store.writing() as session:
            find_model(session, ModelBy(name="a"))
            with pytest.raises(Conflict, match="others are changing"):
                write(hasty, store.viewer, AllowAll(), lambda late: find_model(late, ModelBy(name="a")))
        hasty.close()
        store.database.close()


def test_a_reader_waits_for_a_table_only_so_long(
    postgresql: Server, seeded_database: str, tmp_path: Path
) -> None:
    with postgresql.fresh(seeded_database) as url:
        store = open_store(url)
        chosen = Settings(data=tmp_path, database_url=SecretStr(url), database_lock_seconds=0.1)
        with (
            TestClient(create_app(chosen), base_url="http://localhost") as http,
            store.database.writers.begin() as other,
        ):
            other.execute(text("LOCK TABLE model IN ACCESS EXCLUSIVE MODE"))
            error = Api(http, store, chosen).error("{ registeredModels { totalCount } }")
            assert error["code"] == "UNAVAILABLE"
            assert "others are changing what was asked for" in error["message"]
        store.database.close()


def test_drafts_are_looked_through_again_after_a_wait_that_was_too_long(
    postgresql: Server, seeded_database: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with postgresql.fresh(seeded_database) as url:
        store = open_store(url)
        model = store.model()
        with store.writing() as session:
            create_versions(session, [(model, VersionDraft())], state=VersionState.PENDING)
        chosen = Settings(
            data=tmp_path, database_url=SecretStr(url), database_lock_seconds=0.1, draft_hours=0.0001
        )
        with ExitStack() as served:
            with store.writing() as session:
                find_model(session, ModelBy(id=model.id))
                service = TestClient(create_app(chosen), base_url="http://localhost")
                api = Api(served.enter_context(service), store, chosen)
                wait_until(lambda: "others are changing" in caplog.text)
            wait_until(lambda: bool(api.run(PENDING) == {"totalCount": 0}))
        store.database.close()
