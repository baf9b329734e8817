"""The OpenSearch engine: one index on a cluster that several processes ask, and one of them writes."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.db.engine import Database
from app.search.contract import IndexUnavailable, Kind
from app.search.delivery import DocumentVectors
from app.search.document import Document
from app.search.keeping import Entry, IndexWriter, Standing, rejected_again
from app.search.locks import PATIENCE_SECONDS
from app.search.opensearch.asking import DEADLINE_SECONDS
from app.search.opensearch.bulk import SENDERS
from app.search.opensearch.cluster import Cluster
from app.search.opensearch.contents import sources, stored_documents, unit_vectors, why_wrong
from app.search.opensearch.indexes import Indexes
from app.search.opensearch.mapping import Layout
from app.search.opensearch.reader import OpenSearchReader
from app.search.opensearch.server import WRITING_SECONDS, Server
from app.search.opensearch.turns import Turns
from app.search.opensearch.writer import OpenSearchWriter

WRITING_CONNECTIONS = SENDERS + 1
READING_CONNECTIONS = 20


class OpenSearchEngine:
    """Keeps one index.

    Args:
        cluster: Where.
        kind: What the index holds.
        database: The registry, which tells who writes the index.
    """

    def __init__(self, cluster: Cluster, kind: Kind, database: Database) -> None:
        self._cluster = cluster
        self._layout = Layout(kind, cluster.approximate)
        server = Server(cluster, seconds=WRITING_SECONDS, connections=WRITING_CONNECTIONS)
        self._indexes = Indexes(server, cluster.prefix, self._layout)
        self._turns = Turns(database, self._indexes.live)
        self._draft_turns = Turns(database, self._indexes.draft)

    def reader(self) -> OpenSearchReader:
        """Return a reader; the index may not exist yet."""
        server = Server(self._cluster, seconds=DEADLINE_SECONDS, connections=READING_CONNECTIONS)
        return OpenSearchReader(server, self._indexes.live, self._layout)

    def writer(self, log: str) -> OpenSearchWriter:
        """Return the writer of the index, which follows the log `log`; it is made if missing or unfit.

        Raises:
            IndexLocked: Another process writes it, or waits for it.
            IndexUnavailable: The name of the index is that of one that is not ours, or nothing answers.
        """
        return OpenSearchWriter(self._indexes, self._indexes.live, self._turns, log)

    def draft(self, log: str) -> OpenSearchWriter:
        """Return the writer of a draft; one that was cut off goes on.

        Raises:
            IndexLocked: Another process rebuilds the index.
            IndexUnavailable: The name of the draft is that of one that is not ours, or nothing answers.
        """
        return OpenSearchWriter(self._indexes, self._indexes.draft, self._draft_turns, log)

    def alone(self) -> AbstractContextManager[None]:
        """Hold the index, once its writer has closed it, so that nobody else changes it.

        Raises:
            IndexLocked: It was not let go in time.
        """
        return self._turns.alone(seconds=PATIENCE_SECONDS)

    def publish(self, draft: IndexWriter) -> None:
        """Make a draft the index, at once; what was stays for a while, unsearched."""
        self._indexes.publish()
        # Until here the lease keeps others from making a draft.
        draft.close()

    def draft_size(self) -> int:
        """Return how many documents of the draft, as last committed, can be found."""
        return sum(1 for _ in stored_documents(self._indexes.server, self._indexes.draft))

    def draft_faults(
        self, documents: Sequence[Document], vectors: Sequence[DocumentVectors]
    ) -> Mapping[str, str]:
        """Return what is wrong with documents in the draft, as last committed, by their ids.

        Args:
            documents: How they have to be, whenever they were built.
            vectors: The vectors that some of them have to have; those of the others are not looked at.
        """
        held = sources(self._indexes.server, self._indexes.draft, [one.id for one in documents])
        known = {one.id: one for one in vectors}
        found = {one.id: why_wrong(held.get(one.id), one, known.get(one.id)) for one in documents}
        return {document_id: why for document_id, why in found.items() if why}

    def reject_draft(self, draft: IndexWriter, reason: str) -> None:
        """Drop what a draft holds and close it; the empty one that is left notes the reason."""
        before = self._indexes.state(self._indexes.draft)
        draft.reset(draft.position.log)
        if empty := self._indexes.state(self._indexes.draft):
            rejected = rejected_again(before.state.rejected if before else None, reason)
            state = replace(empty.state, rejected=rejected)
            self._indexes.keep_state(self._indexes.draft, state, instead_of=empty)
        draft.close()

    def roll_back(self) -> None:
        """Let the index that the last draft took the place of be searched again; the index has to be held.

        It is as it was then; the indexer brings it up to date.

        Raises:
            IndexUnavailable: None is kept, or it cannot be used any more.
        """
        self._indexes.roll_back()

    def drop_replaced(self) -> None:
        """Drop the index that the last draft took the place of, once it has been kept for its time."""
        until = self._previous_until()
        if until and until <= datetime.now(UTC):
            self._indexes.drop(self._indexes.previous)

    def why_outdated(self) -> str | None:
        """Say what about the index this version makes otherwise; None if there is none, or nothing."""
        return self._indexes.why_outdated(self._indexes.live)

    def standing(self) -> Standing:
        """Return what is known of the index without looking into it."""
        unfit = self._indexes.why_unfit(self._indexes.live)
        live, draft = (self._indexes.state(one) for one in (self._indexes.live, self._indexes.draft))
        found = self._indexes.named(self._indexes.live)
        return Standing(
            unfit=unfit,
            position=live.state.position if live else None,
            parked=live.state.parked if live else (),
            generation=found.number if found else 0,
            size=self._indexes.size(),
            kept=self._turns.is_taken(),
            draft=draft.state.position if draft else None,
            rejected=draft.state.rejected if draft else None,
            previous_until=self._previous_until(),
        )

    def entries(self) -> list[Entry]:
        """Return what the index holds; held, that is what its position says.

        Raises:
            IndexUnavailable: There is no index that could be read.
        """
        if unfit := self._indexes.why_unfit(self._indexes.live):
            raise IndexUnavailable(f"the index {self._indexes.live} cannot be read: {unfit}")
        kept = self._indexes.state(self._indexes.live)
        embedder = kept.state.position.embedder if kept else None
        unit = unit_vectors(self._indexes.server, self._indexes.live)
        return [
            Entry(
                id=document_id,
                key=stored.key,
                content=stored.content,
                texts=stored.texts,
                vectors=vectors if made_by == embedder else None,
                unit=unit.get(document_id, True),
            )
            for document_id, stored, vectors, made_by in stored_documents(
                self._indexes.server, self._indexes.live
            )
        ]

    def _previous_until(self) -> datetime | None:
        """Return until when the index is kept that the last draft took the place of; None if none is."""
        replaced_at = self._indexes.replaced_at()
        return replaced_at and replaced_at + timedelta(hours=self._cluster.previous_hours)
