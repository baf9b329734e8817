"""What is gathered to be written: sent by chunks while more is gathered, waited for where that matters."""

from collections.abc import Container, Iterable
from dataclasses import replace

from app.search.delivery import Refused
from app.search.ledger import Ledger
from app.search.opensearch.bulk import Sending
from app.search.opensearch.pending import Pending, complete
from app.search.opensearch.server import Server

MUCH_BYTES = 4_000_000
"""As much is sent while more is gathered."""

Returned = tuple[Pending, Refused]
"""What the server finds malformed, and why."""


class Outbox:
    """The writes of an index.

    Args:
        server: The cluster.
        index: The alias of the index that is written.
    """

    def __init__(self, server: Server, index: str) -> None:
        self._server, self._index = server, index
        self._sending = Sending(server, index)
        self._gathered: dict[str, Pending] = {}
        self._sent: dict[str, Pending] = {}

    @property
    def has_much(self) -> bool:
        """Whether so much is gathered that it is to be sent before it takes much memory."""
        return sum(one.size for one in self._gathered.values()) > MUCH_BYTES

    def gather(self, document_id: str, sequence: int, ledger: Ledger) -> Pending:
        """Return the write of a document that is to come, as of a change, begun if there is none."""
        pending = self._gathered.get(document_id)
        if pending is None:
            before = ledger.stored.get(document_id)
            texts = ledger.texts.get(before.key) if before else None
            pending = self._gathered[document_id] = Pending(document_id, before, texts)
        pending.sequence = sequence
        return pending

    def send(self, missing: Container[str]) -> list[Returned]:
        """Send what is gathered, of which `missing` lack their vectors; return what has come back."""
        gathered, self._gathered = self._gathered, {}
        writes = complete(self._server, self._index, gathered.values(), missing)
        self._sent |= {one.id: replace(one, source=None, vectors=None) for one in gathered.values()}
        return self._returned(self._sending.send(writes)) if writes else []

    def arrive(self, ids: Iterable[str] | None = None) -> list[Returned]:
        """Wait for what was sent, or only for that of `ids`, of which no other can begin before it."""
        if ids is not None and self._sent.keys().isdisjoint(ids):
            return []
        returned = self._returned(self._sending.arrive())
        self._sent = {}
        return returned

    def forget(self) -> None:
        """Wait until nothing is under way any more, whatever became of it, and drop what is gathered."""
        self._sending.forget()
        self._gathered, self._sent = {}, {}

    def close(self) -> None:
        """Begin nothing more, and wait for what is under way."""
        self._sending.close()

    def _returned(self, refused: Iterable[Refused]) -> list[Returned]:
        return [(self._sent[one.id], one) for one in refused]
