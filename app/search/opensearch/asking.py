"""Asking for what an index holds: each call has a deadline, and each part of an answer is looked at."""

import logging
from typing import Any

import orjson

from app.search.contract import NONE_YET, IndexUnavailable
from app.search.opensearch.breaker import Breaker, ServerAway
from app.search.opensearch.server import BUSY, RequestFailed, Server, reason_of

logger = logging.getLogger(__name__)

Body = dict[str, Any]
Response = dict[str, Any]

DEADLINE_SECONDS = 2.0
"""How long an answer may take that a person waits for."""
AWAY = "the search server does not answer, or not in time"
PARTLY = "the search server could look through a part of the index only"
REFUSED = "the search server did not do what it was asked to; the log of the API says why"

_NOT_FOUND = 404
# Half an answer would count too little without saying so.
_HEADER = orjson.dumps({"allow_partial_search_results": False})
_WANTED = ",".join(
    f"responses.{path}"
    for path in (
        "status",
        "error",
        "timed_out",
        "_shards.failed",
        "hits.total.value",
        "hits.hits.sort",
        "hits.hits._source",
        "aggregations",
        "suggest",
    )
)


class Asker:
    """Asks one index, from any thread."""

    def __init__(self, server: Server, index: str) -> None:
        self._server = server
        self._index = index
        self._breaker = Breaker()

    def search(self, *bodies: Body) -> list[Response]:
        """Return the responses to several searches, which the server works on at once, in their order.

        Raises:
            IndexUnavailable: There is no index, or one of them was not answered in full and in time.
        """
        if not bodies:
            return []
        lines = [line for body in bodies for line in (_HEADER, orjson.dumps(_with_limits(body)))]
        with self._breaker.closed():
            responses = self._sent(b"\n".join(lines) + b"\n", len(bodies))
            for response in responses:
                _check(response)
        return responses

    def _sent(self, lines: bytes, searches: int) -> list[Response]:
        try:
            answer = self._server.ask("POST", f"/{self._index}/_msearch", lines, filter_path=_WANTED)
        except RequestFailed as failure:
            raise _unavailable(failure.status, failure) from failure
        if not isinstance(answer, dict) or len(answer.get("responses", ())) != searches:
            raise _unavailable(None, f"it is no answer of OpenSearch: {str(answer)[:200]}")
        responses: list[Response] = answer["responses"]
        return responses


def _with_limits(body: Body) -> Body:
    """Return a search that reads no stored field unless it names one, and that ends in time."""
    stored = {} if "_source" in body else {"_source": False, "stored_fields": "_none_"}
    return {"timeout": f"{DEADLINE_SECONDS:g}s", **stored, **body}


def _check(response: Response) -> None:
    if error := response.get("error"):
        raise _unavailable(response["status"], reason_of(error))
    if response["timed_out"]:
        raise ServerAway(AWAY)
    if response["_shards"]["failed"]:
        raise ServerAway(PARTLY)


def _unavailable(status: int | None, failure: object) -> IndexUnavailable:
    """Return what a failure means for whoever searches, who need not know where the server is."""
    if status == _NOT_FOUND:
        return IndexUnavailable(NONE_YET)
    logger.warning("a search was not answered: %s", failure)
    return ServerAway(AWAY) if status is None or status in BUSY else IndexUnavailable(REFUSED)
