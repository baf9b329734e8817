"""The writing side of the OpenSearch engine: one process at a time, and a crash leaves the last commit.

Writes are gathered and sent by chunks while more is gathered, and can be found from the next commit on, which
waits for them and writes the state behind them. The version of each tells the change that it is as of and
whether its vectors are there, so that nothing sent late or twice takes the place of something newer.
Documents go as a whole: vectors that come later than the words take along what the index holds of theirs.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from app.search.contract import IndexPosition, Mark
from app.search.delivery import DocumentVectors, Refused, Sent, why_malformed
from app.search.document import Document
from app.search.keeping import Ahead, IndexLocked
from app.search.ledger import Ledger, ledger_of, moved_on
from app.search.opensearch.contents import stored_documents
from app.search.opensearch.indexes import Indexes, KeptState
from app.search.opensearch.mapping import vector_fields
from app.search.opensearch.outbox import Outbox, Returned
from app.search.opensearch.pending import prepared
from app.search.opensearch.sender import OpenSearchSender
from app.search.opensearch.server import to_json
from app.search.opensearch.state import State
from app.search.opensearch.turns import Turns
from app.search.parking import Parked, Part, park

logger = logging.getLogger("indexer")


class OpenSearchWriter:
    """Changes the index of an alias, which is made if missing or not fit for the log: `replaced` says why.

    Args:
        indexes: The indexes of the kind.
        alias: Which of them is written.
        turns: Who writes it.
        log: Identity of the change log that the index follows.

    Raises:
        IndexLocked: Another process writes the index, or waits for it.
        IndexUnavailable: The alias names an index that is not ours, or nothing answers.
    """

    _kept: KeptState
    _ledger: Ledger

    def __init__(self, indexes: Indexes, alias: str, turns: Turns, log: str) -> None:
        self._indexes = indexes
        self._alias = alias
        self._turns = turns
        self._lease = turns.take()
        self._outbox = Outbox(indexes.server, alias)
        try:
            self.replaced = self._open(log)
        except BaseException:
            self.close()
            raise

    @property
    def position(self) -> IndexPosition:
        """How far the index is, as last committed."""
        return self._kept.state.position

    @property
    def filling_from(self) -> Mark | None:
        """The change at which the unfinished first reading of all documents began, if there is one."""
        return self._kept.state.filling_from

    @property
    def ahead(self) -> Ahead | None:
        """How far the log was followed beyond the position, if a run of changes is not written in full."""
        return self._kept.state.ahead

    @property
    def parked(self) -> Mapping[str, Parked]:
        """What could not be indexed, by id."""
        return self._ledger.parked

    def known_ids(self) -> set[str]:
        """Return the ids of all documents in the index."""
        return set(self._ledger.stored)

    def put(self, documents: Sequence[Document]) -> list[Refused]:
        """Add or replace documents; return those that cannot be indexed, of which the index keeps the last.

        One that is older than what the index holds or knows is ignored. What only the server finds wrong with
        a document is parked by the next commit.
        """
        # The vectors of what was put last, if they are known, come before more is put, and go with it.
        if self._outbox.has_much:
            self._send()
        self._arrive(document.id for document in documents)
        refused = []
        for document in documents:
            if self._ledger.is_stale(document.id, document.sequence, self.position.words):
                continue
            try:
                stored, line = prepared(document)
            except (ValueError, TypeError) as reason:
                refused.append(Refused(document.id, str(reason)))
                continue
            pending = self._outbox.gather(document.id, document.sequence, self._ledger)
            pending.source, pending.gone = line, False
            self._ledger.put(document.id, stored, self.position.words)
        return refused

    def delete(self, ids: Sequence[str], sequence: int) -> None:
        """Remove the documents `ids` as of change `sequence`; unknown ones are no error."""
        self._arrive(ids)
        for document_id in ids:
            if self._ledger.is_stale(document_id, sequence, self.position.words):
                continue
            pending = self._outbox.gather(document_id, sequence, self._ledger)
            pending.source = pending.vectors = pending.texts_before = None
            pending.gone = True
            if stored := self._ledger.stored.get(document_id):
                self._ledger.texts.pop(stored.key, None)
            self._ledger.delete(document_id, sequence)

    def sender(self) -> OpenSearchSender:
        """Return what other processes put documents by that the index lacks."""
        return OpenSearchSender(
            cluster=self._indexes.server.cluster,
            alias=self._alias,
            kind=self._indexes.kind,
            embedder=self.position.embedder,
            lease=self._lease.name,
            token=self._lease.token,
        )

    def note_sent(self, sent: Sequence[Sent]) -> None:
        """Note what senders have put into the index since the last commit, which did not have it."""
        for one in sent:
            self._ledger.put_sent(one, self.position.words)

    def park(self, parked: Parked) -> None:
        """Note what could not be indexed; it is forgotten when it is put, deleted or given its vectors."""
        self._ledger.parked[parked.id] = parked

    def missing_vectors(self, limit: int, besides: AbstractSet[str] = frozenset()) -> list[str]:
        """Return up to `limit` ids of documents whose vectors are missing, newest and oldest by turns."""
        return self._ledger.missing_by_turns(limit, besides)

    def put_vectors(self, vectors: Sequence[DocumentVectors], through: Mark | None = None) -> list[str]:
        """Keep vectors; return the ids of those that stand for other texts than the index holds of them."""
        self._arrive(given.id for given in vectors)
        for given in vectors:
            if why := why_malformed(given):
                self._park(Refused(given.id, why), Part.MEANING)
            elif self._ledger.put_vectors(given, through or Mark()):
                sequence = self._ledger.stored[given.id].sequence
                pending = self._outbox.gather(given.id, sequence, self._ledger)
                pending.vectors = to_json(vector_fields(given, self.position.embedder))
        return [given.id for given in vectors if not self._ledger.stands_for(given)]

    def use_embedder(self, digest: str) -> None:
        """Say which embedder makes the vectors; those of another one no longer count."""
        if self.position.embedder == digest:
            return
        self._ledger = ledger_of(self._ledger.stored, {}, Mark(), self._kept.state.parked)
        meaning = self._ledger.meaning(self.position.words)
        position = replace(self.position, embedder=digest, embedded=0, meaning=meaning)
        self._keep(replace(self._kept.state, position=position))

    def begin_filling(self, at: Mark, expected: int) -> None:
        """Note that all `expected` documents are being read, as of change `at`, until words are committed."""
        position = replace(self.position, expected=expected)
        self._keep(replace(self._kept.state, position=position, filling_from=at))

    def commit(self, words: Mark | None = None, ahead: Ahead | None = None) -> None:
        """Make everything since the last commit durable and visible, and move the position to `words`.

        Args:
            words: Through which change the documents are now up to date; None if that did not move.
            ahead: How far the log was followed beyond that, until words move; None if that did not change.

        Raises:
            IndexLocked: Another process has taken the index over.
            RequestFailed: Not all of it was written; discard it, and try again from the last commit.
        """
        self._send()
        self._arrive()
        filling = self.filling_from if words is None else None
        state = self._kept.state
        self._keep(
            replace(
                state,
                position=moved_on(state.position, self._ledger, words, filling=filling is not None),
                filling_from=filling,
                ahead=None if words else ahead or state.ahead,
                parked=tuple(self._ledger.parked.values()),
            )
        )
        if words:
            self._ledger.deleted.clear()

    def discard(self) -> None:
        """Forget what was not sent yet; what was sent is newer than the position, and stays.

        Raises:
            IndexLocked: Another process has taken the index over.
        """
        self._load(self._kept)

    def reset(self, log: str) -> None:
        """Begin anew with an empty index that follows the log `log`."""
        # Who was paused and has lost the index meanwhile must not put an empty one in its place.
        self._keep(self._kept.state)
        self._indexes.create(self._alias, log)
        self._load(None)
        self._keep(self._kept.state)

    def is_wanted(self) -> bool:
        """Return whether another process waits for the index; close the writer to let it have its turn."""
        return self._turns.is_wanted()

    def close(self) -> None:
        """Let go of the index without committing; nothing can be done with the writer after that."""
        self._outbox.close()
        self._lease.close()

    def _open(self, log: str) -> str | None:
        """Take the index over; return why what was there was unfit."""
        if self.is_wanted():
            raise IndexLocked(f"another process waits for the index {self._alias}")
        self._indexes.server.require_new_enough()
        if self._alias == self._indexes.live:
            self._indexes.drop_nameless()
        unfit = self._indexes.why_unfit(self._alias, log)
        if unfit:
            self._indexes.create(self._alias, log)
        self._load(None)
        if self._kept.state.token > self._lease.token:
            raise IndexLocked(f"another process has taken over the index {self._alias}")
        # Whoever wrote it before cannot go on.
        self._keep(self._kept.state)
        return unfit

    def _load(self, last: KeptState | None) -> None:
        """Take up what the index holds, if its state is still the `last` one."""
        kept = self._indexes.state(self._alias)
        if kept is None or (last and kept.write != last.write):
            raise IndexLocked(f"another process writes the index {self._alias}")
        self._outbox.forget()
        self._kept = kept
        # What was sent and not committed is there, too.
        self._indexes.server.ask("POST", f"/{self._alias}/_refresh")
        stored, texts = {}, {}
        for document_id, one, vectors, embedder in stored_documents(self._indexes.server, self._alias):
            stored[document_id] = one
            if vectors is not None and embedder == self.position.embedder:
                texts[one.key] = vectors
        self._ledger = ledger_of(stored, texts, self.position.meaning, kept.state.parked)

    def _keep(self, state: State) -> None:
        self._require_lease()
        state = replace(state, token=self._lease.token, replaced_at=None)
        self._kept = self._indexes.keep_state(self._alias, state, instead_of=self._kept)

    def _require_lease(self) -> None:
        """Write no more once another process may have taken over.

        One that is paused right behind this is refused by what it writes to: documents by their versions, the
        state by the write that it says it replaces.
        """
        if self._lease.is_lost:
            raise IndexLocked(f"the lease of the index {self._alias} was lost")

    def _send(self) -> None:
        """Send what is gathered, to arrive while more is gathered."""
        self._require_lease()
        self._settle(self._outbox.send(self._ledger.missing))

    def _arrive(self, ids: Iterable[str] | None = None) -> None:
        """Wait for what was sent, or only for that of `ids`, of which no other can begin before it."""
        self._settle(self._outbox.arrive(ids))

    def _settle(self, returned: Sequence[Returned]) -> None:
        """Park what the server finds malformed."""
        for sent, refused in returned:
            self._ledger.put_back(refused.id, sent.before, sent.texts_before)
            self._park(refused, Part.WORDS)

    def _park(self, refused: Refused, part: Part) -> None:
        parked = park(refused.id, part, refused.reason, self._ledger.parked.get(refused.id))
        logger.error("%s", parked)
        self.park(parked)
