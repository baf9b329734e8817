"""`/metrics`: what a process does and how far its index is, for Prometheus.

Processes that answer as one count in files that they share, and whichever is asked adds them up.
"""

import os
from collections.abc import Iterable, Iterator

from anyio import to_thread
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.db.engine import Database
from app.db.replica import Replica
from app.insight.discovery.asking import Discovery, lags
from app.routes.health import READY, readiness
from app.search.contract import Kind

METRICS = "/metrics"
UNKNOWN, OTHER = "unknown", "other"
MAX_NAMES = 200
"""How many names of operations are told apart: whoever asks chooses them, and each is kept for good."""
MAX_NAME = 100
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class OperationMetrics:
    """Counts the operations that are answered, under a bounded number of names."""

    def __init__(self, measured: CollectorRegistry) -> None:
        registry = None if _shared() else measured
        self._names = {UNKNOWN}
        self._requests = Counter(
            "holotype_requests",
            "Requests to the API, by the name of their operation: anonymous without one, unknown when it was "
            "not executed.",
            ["operation", "status"],
            registry=registry,
        )
        self._errors = Counter(
            "holotype_errors", "Errors in answers.", ["operation", "code"], registry=registry
        )
        self._seconds = Histogram(
            "holotype_request_seconds",
            "Time until a request was answered whole.",
            ["operation"],
            buckets=SECONDS,
            registry=registry,
        )

    def count(self, operation: str | None, status: int, codes: Iterable[str], seconds: float) -> None:
        """Count one answered request to the API."""
        name = self._known(operation or UNKNOWN)
        self._requests.labels(name, status).inc()
        self._seconds.labels(name).observe(seconds)
        for code in codes:
            self._errors.labels(name, code).inc()

    def _known(self, name: str) -> str:
        if name not in self._names:
            if len(self._names) >= MAX_NAMES or len(name) > MAX_NAME:
                return OTHER
            self._names.add(name)
        return name


class StateCollector(Collector):
    """Reads, when it is asked, how far the index is, what is ready, and which connections are in use."""

    def __init__(self, database: Database, discovery: Discovery, replica: Replica | None) -> None:
        self._database, self._discovery, self._replica = database, discovery, replica
        self._pools = {"readers": database.readers, "writers": database.writers}
        if replica is not None:
            self._pools["replica"] = replica.readers

    def describe(self) -> Iterable[Metric]:
        """Return nothing: what is read is known only when it is asked for."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Return the state of now; a number that is not known is left out."""
        ready = GaugeMetricFamily("holotype_ready", "1 for each part that is ready.", labels=["part"])
        for part, state in readiness(self._database, self._discovery).items():
            ready.add_metric([part], float(state == READY))
        yield ready
        yield from self._index()
        if self._replica is not None and (lag := self._replica.lag()) is not None:
            told = "Changes that the replica of the database has not got yet; absent while it is not read."
            yield GaugeMetricFamily("holotype_replica_lag", told, value=lag)
        yield self._connections()

    def _index(self) -> Iterator[Metric]:
        position = self._discovery.models.position()
        if position is None:
            return
        lag = GaugeMetricFamily("holotype_index_lag", "Changes that are not found yet.", labels=["by"])
        try:
            with self._database.read() as session:
                words, meaning = lags(session, self._discovery)
        except SQLAlchemyError:
            words = meaning = None
        for by, behind in (("words", words), ("meaning", meaning)):
            if behind is not None:
                lag.add_metric([by], behind)
        yield lag
        models = GaugeMetricFamily("holotype_indexed_models", "Models that are found.", labels=["by"])
        models.add_metric(["words"], position.documents)
        models.add_metric(["meaning"], position.embedded)
        yield models
        parked = GaugeMetricFamily(
            "holotype_parked_items", "What could not be indexed and is tried again.", labels=["kind"]
        )
        for kind in Kind:
            if held := self._discovery.of(kind).position():
                parked.add_metric([kind], held.parked)
        yield parked

    def _connections(self) -> Metric:
        family = GaugeMetricFamily(
            "holotype_database_connections", "Connections to the database.", labels=["pool", "state"]
        )
        for name, engine in self._pools.items():
            if isinstance(engine.pool, QueuePool):
                family.add_metric([name, "in_use"], engine.pool.checkedout())
                family.add_metric([name, "idle"], engine.pool.checkedin())
        return family


def metrics_registry(database: Database, discovery: Discovery, replica: Replica | None) -> CollectorRegistry:
    """Return a registry of metrics with the state of a service and of its only process."""
    registry = CollectorRegistry()
    registry.register(StateCollector(database, discovery, replica))
    if _shared():
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        ProcessCollector(registry=registry)
    return registry


def _shared() -> bool:
    """Return whether prometheus-client counts in files that several processes share."""
    return "PROMETHEUS_MULTIPROC_DIR" in os.environ


def metrics_route(registry: CollectorRegistry) -> Route:
    """Return the route that prints what is measured."""

    async def metrics(_request: Request) -> Response:
        text = await to_thread.run_sync(generate_latest, registry)
        return Response(text, headers={"Content-Type": CONTENT_TYPE_PLAIN_1_0_0})

    return Route(METRICS, metrics)
