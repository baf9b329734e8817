"""Asking OpenSearch: one door for every request, with failures that say what to do."""

import logging
from collections.abc import Collection
from http.client import responses
from typing import Any

import orjson
from opensearchpy import (
    AuthenticationException,
    AuthorizationException,
    ConnectionTimeout,
    JSONSerializer,
    OpenSearch,
    SerializationError,
    SSLError,
    TransportError,
)
from opensearchpy import ConnectionError as NotConnected

from app.search.contract import IndexUnavailable
from app.search.opensearch.cluster import Cluster

# What fails is raised; the client would log each failure with the request's body besides.
logging.getLogger("opensearch").setLevel(logging.CRITICAL)

WRITING_SECONDS = 30.0
"""How long an answer may take that is not waited for by a person."""
BUSY = frozenset({429, 502, 503, 504})
"""Statuses by which the server says that it may answer later."""


OLDEST = 3
"""The first version that keeps vectors and filters by bitmaps as they are asked for here."""
MOST_OF_A_REASON = 200


class RequestFailed(IndexUnavailable):
    """OpenSearch did not do what it was asked to; the message says why, in one line.

    Attributes:
        status: The status of its answer; None without an answer.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class _Json(JSONSerializer):
    """JSON by orjson, arrays of numpy included."""

    def loads(self, s: str) -> Any:
        try:
            return orjson.loads(s)
        except ValueError as malformed:
            raise SerializationError(s, malformed) from None

    def dumps(self, data: Any) -> Any:
        return data if isinstance(data, str | bytes) else to_json(data)


class Server:
    """An OpenSearch cluster, asked from any thread.

    Args:
        cluster: Where it is.
        seconds: How long an answer may take.
        connections: How many requests are made at once; more wait for their turn.
    """

    def __init__(self, cluster: Cluster, *, seconds: float, connections: int) -> None:
        self.cluster = cluster
        self.url = cluster.url
        self._client = OpenSearch(
            cluster.url,
            http_auth=(cluster.user, cluster.password) if cluster.user else None,
            headers=dict(cluster.headers),
            ssl_assert_fingerprint=cluster.fingerprint,
            serializer=_Json(),
            pool_maxsize=connections,
            timeout=seconds,
            max_retries=0,
            ca_certs=str(cluster.ca) if cluster.ca else None,
        )

    def ask(
        self, method: str, path: str, body: Any = None, *, ok: Collection[int] = (), **params: Any
    ) -> Any:
        """Return the answer to a request.

        Args:
            method: The method.
            path: The path, which begins with a slash.
            body: JSON as a value, or as bytes; one object a line of bytes where several are sent.
            ok: Statuses that are no failure although they are none of success.
            params: Parameters of the query.

        Raises:
            RequestFailed: There was no answer, or one that says that it was not done.
        """
        try:
            answer = self._client.transport.perform_request(
                method, path, params={**params, "ignore": tuple(ok)}, body=body
            )
        except TransportError as failure:
            raise self._failed(failure) from None
        except SerializationError:
            answer = None
        if not isinstance(answer, dict):
            raise RequestFailed(f"what answers at {self.url} is not OpenSearch")
        return answer

    def require_new_enough(self) -> None:
        """Make sure of what answers.

        Raises:
            RequestFailed: It is no OpenSearch, or too old a one.
        """
        told = self.ask("GET", "/").get("version", {})
        number = str(told.get("number"))
        name = "OpenSearch" if told.get("distribution") == "opensearch" else "Elasticsearch or its like,"
        if name != "OpenSearch" or int(number.partition(".")[0]) < OLDEST:
            needed = f"Holotype needs OpenSearch {OLDEST}.0 or newer"
            raise RequestFailed(f"what answers at {self.url} is {name} {number}: {needed}")

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _failed(self, failure: TransportError) -> RequestFailed:
        """Return what went wrong, for who runs the installation."""
        match failure:
            case AuthenticationException() | AuthorizationException():
                what = (
                    "refuses the credentials: see HOLOTYPE_OPENSEARCH_USER and HOLOTYPE_OPENSEARCH_PASSWORD"
                )
            case SSLError():
                what = f"cannot be trusted: {_said(failure)}: see HOLOTYPE_OPENSEARCH_CA and _FINGERPRINT"
            case ConnectionTimeout():
                what = "did not answer in time"
            case NotConnected():
                what = f"does not answer: {_said(failure)}"
            case _:
                what = f"answers {failure.status_code}: {_reason(failure)}"
        status = failure.status_code
        return RequestFailed(f"OpenSearch at {self.url} {what}", status if isinstance(status, int) else None)


def to_json(value: Any) -> bytes:
    """Return a value, which may hold arrays of numpy, as one line of JSON."""
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)


def reason_of(error: Any) -> str:
    """Return the type and the reason of an error that an answer tells, in one line."""
    if isinstance(error, dict):
        # What fails as answers are put together has a cause, but no root.
        cause = (error.get("root_cause") or [error.get("caused_by") or error])[0]
        error = f"{cause.get('type')}: {cause.get('reason')}"
    return " ".join(str(error).split())[:MOST_OF_A_REASON]


def _said(failure: TransportError) -> str:
    """Return what the network said, without the objects it says it of."""
    return str(failure.error).rsplit(">: ", 1)[-1].rsplit("): ", 1)[-1]


def _reason(failure: TransportError) -> str:
    """Return the type and the reason that an answer gives."""
    told = failure.info.get("error") if isinstance(failure.info, dict) else None
    # What is between may answer with a page for people.
    return reason_of(told) if told else responses.get(int(failure.status_code), "")
