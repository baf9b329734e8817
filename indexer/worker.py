"""The indexer's work: changes behind my position, what they touch, documents, the engine, the position.

Words follow the log at once; vectors are made beside, a few documents at a time, half of them for the newest
and half for those that have waited longest. Any step may be cut off anywhere: it is repeated from the last
committed position.
"""

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from logging import DEBUG, INFO

from app.db.statements import batched
from app.search.contract import IndexPosition, Mark
from app.search.delivery import Refused, Sender
from app.search.keeping import Ahead, IndexWriter
from app.search.parking import Part, park
from app.search.query_encoder import EmbedderUnavailable
from indexer.crew import Crew, CrewEnded
from indexer.embeddings import Batch, Embedder, EncodingFailed
from indexer.reading import read_documents
from indexer.source import DocumentSource

logger = logging.getLogger("indexer")

CHANGES_AT_ONCE = 1_000
DOCUMENTS_AT_ONCE = 500
COMMITTED_AT_ONCE = 2_000
"""What is read again, at most, where a first reading was cut off; a commit costs tenths of a second."""
FOR_A_CREW = 4_000
"""Fewer documents are read and sent in about the time in which processes start."""
# As many are encoded in about three seconds; fewer would be padded more, and written one by one.
EMBEDDED_AT_ONCE = 256
BATCHES = 2
"""One is encoded while the one before it is written."""


class Worker:
    """Keeps an index up to date with one kind of thing in a registry.

    Args:
        source: The registry.
        writer: The index.
        embedder: Gives documents their vectors; None if there is none, and words go on.
    """

    def __init__(self, source: DocumentSource, writer: IndexWriter, embedder: Embedder | None) -> None:
        self._source = source
        self._writer = writer
        self._embedder = embedder
        self._crew = source.crew
        self._batches: deque[Batch] = deque()
        self._in_vain: set[str] = set()
        self._alone: set[str] = set()
        self._unread: list[str] | None = None
        self._left: list[str] | None = None
        if embedder:
            writer.use_embedder(embedder.digest)

    @property
    def position(self) -> IndexPosition:
        """How far the index is."""
        return self._writer.position

    def follow(self) -> bool:
        """Bring words, facets and filters up to the log; return whether there was anything to do."""
        head = self._source.head()
        if head == self.position.words:
            if self._crew:
                self._crew.rest()
            return False
        if not self._continues():
            self._begin_anew()
        if not self.position.words.sequence:
            self._fill(head)
            return True
        if ahead := self._writer.ahead:
            self._catch_up(ahead)
            return True
        touched = self._source.touched(self.position.words.sequence, CHANGES_AT_ONCE)
        if touched.through is None:
            return False
        self._index(sorted(touched.ids), touched.through.sequence)
        if touched.many:
            self._left = sorted(touched.many)
            self._writer.commit(ahead=Ahead(followed=touched.through, through=touched.through))
            logger.info("%s: one change touches %s documents", self._source.kind, f"{len(self._left):,}")
        else:
            self._writer.commit(touched.through)
        return True

    def retry(self) -> bool:
        """Try again what is parked and due; return whether there was anything."""
        due = self._due(Part.WORDS)[:DOCUMENTS_AT_ONCE]
        if due:
            self._index(due, self.position.words.sequence)
            self._writer.commit()
        return bool(due)

    def embed(self) -> bool:
        """Give documents without vectors theirs; return whether any came."""
        if self._embedder is None or not self._embedder.is_available():
            self._batches.clear()
            return False
        self._begin_batches(self._embedder)
        if not self._batches or not self._batches[0].made.done():
            return False
        batch = self._batches.popleft()
        self._finish(self._embedder, batch)
        self._writer.commit()
        self._tell()
        return True

    def batches(self) -> Sequence[Batch]:
        """Return the batches that are being encoded."""
        return list(self._batches)

    def has_reached(self, mark: Mark) -> bool:
        """Return whether the index is through `mark`, by meaning too as far as that can be."""
        if self.position.words.sequence < mark.sequence:
            return False
        if self._embedder is None or not self._embedder.is_available():
            return True
        return self.position.meaning.sequence >= mark.sequence

    def is_wanted(self) -> bool:
        """Return whether another process waits for the index."""
        return self._writer.is_wanted()

    def discard(self) -> None:
        """Go back to what was last committed."""
        self._batches.clear()
        self._unread = self._left = None
        self._writer.discard()

    def close(self) -> None:
        """Let go of the index."""
        self._writer.close()

    def _continues(self) -> bool:
        """Return whether the index was made from this log, up to a change that is still in it."""
        position = self.position
        known = self._writer.filling_from or self._followed
        return self._source.log() == position.log and self._source.mark(known.sequence) == known

    def _begin_anew(self) -> None:
        if self.position.log:
            logger.warning("%s: the registry was restored or replaced: indexing it anew", self._source.kind)
        self._unread = self._left = None
        self._writer.reset(self._source.log())
        if self._embedder:
            self._writer.use_embedder(self._embedder.digest)

    def _fill(self, head: Mark) -> None:
        """Read the next documents of all, or of those that are left if an earlier reading was cut off."""
        began = self._writer.filling_from or head
        if self._unread is None:
            ids = self._source.ids()
            self._writer.begin_filling(began, len(ids))
            known = self._writer.known_ids() | self._writer.parked.keys()
            self._unread = [one for one in ids if one not in known]
        self._index_next(self._unread, began.sequence)
        if self._unread:
            self._writer.commit()
            logger.info("%s", self._progress("words", self.position.documents, self.position.expected))
            return
        self._unread = None
        self._writer.commit(began)
        made = self._progress("words", self.position.documents, self.position.documents)
        logger.info("%s, as of change %s", made, f"{began.sequence:,}")

    def _index_next(self, unread: list[str], through: int) -> None:
        """Put the next documents of those that are left, and take these from them."""
        sender = self._writer.sender() if self._crew and len(unread) >= FOR_A_CREW else None
        count = COMMITTED_AT_ONCE * (self._crew.size if self._crew and sender else 1)
        some, unread[:count] = unread[:count], []
        if self._crew and sender:
            some = self._fill_by(self._crew, sender, some)
        self._index(some, through)

    def _fill_by(self, crew: Crew, sender: Sender, ids: Sequence[str]) -> list[str]:
        """Let others put documents; return what is left of them, such as what is not there any more."""
        left = set(ids)
        try:
            for delivery in crew.fill(sender, ids):
                self._writer.note_sent(delivery.sent)
                for one in delivery.refused:
                    self._park(one, Part.WORDS)
                for one in delivery.malformed:
                    self._park(one, Part.MEANING)
                left -= {sent.id for sent in delivery.sent} | {one.id for one in delivery.refused}
        except CrewEnded as ended:
            logger.error("%s; going on with one process", ended)  # noqa: TRY400 - a sentence, not a screen
            self._crew = None
        return sorted(left)

    def _catch_up(self, ahead: Ahead) -> None:
        """Follow what came since, then write some of what is left of the run of changes that touched many.

        Another change that touches many waits until all of the run is written.
        """
        came = self._source.touched(ahead.followed.sequence, CHANGES_AT_ONCE)
        if came.through and not came.many:
            self._index(sorted(came.ids), came.through.sequence)
            ahead = replace(ahead, followed=came.through)
        left = self._left_of(ahead) if self._left is None else self._left
        some, self._left = left[:DOCUMENTS_AT_ONCE], left[DOCUMENTS_AT_ONCE:]
        self._index(some, ahead.followed.sequence)
        if self._left:
            self._writer.commit(ahead=replace(ahead, done=some[-1]))
            return
        self._left = None
        self._writer.commit(ahead.followed)

    def _left_of(self, ahead: Ahead) -> list[str]:
        """Return what is left of a run that another process began; few or many may be others by now."""
        after = self.position.words.sequence
        run = self._source.touched(after, ahead.through.sequence - after)
        return sorted(one for one in run.ids | run.many if one > ahead.done)

    @property
    def _followed(self) -> Mark:
        """Through which change the log was followed, whatever is left of it to be written."""
        ahead = self._writer.ahead
        return ahead.followed if ahead else self.position.words

    def _index(self, ids: Sequence[str], through: int) -> None:
        """Put the documents of the living and delete the others, as of change `through`."""
        self._in_vain.difference_update(ids)
        for some in batched(ids, DOCUMENTS_AT_ONCE):
            documents, failed = read_documents(self._source, some)
            failed += self._writer.put(documents)
            known = {document.id for document in documents} | {one.id for one in failed}
            self._writer.delete(sorted(set(some) - known), through)
            for one in failed:
                self._park(one, Part.WORDS)
            if self._embedder:
                refused = {one.id for one in failed}
                put = [document for document in documents if document.id not in refused]
                self._writer.put_vectors(self._embedder.known(put))

    def _park(self, refused: Refused, part: Part) -> None:
        parked = park(refused.id, part, refused.reason, self._writer.parked.get(refused.id))
        logger.error("%s", parked)
        self._writer.park(parked)

    def _due(self, part: Part) -> list[str]:
        """Return what is parked and to be tried again."""
        now = datetime.now(UTC)
        return [one.id for one in self._writer.parked.values() if one.part is part and one.retry_at <= now]

    def _begin_batches(self, embedder: Embedder) -> None:
        while len(self._batches) < BATCHES and (wanted := self._wanted()):
            through = self._followed
            documents, failed = read_documents(self._source, wanted)
            for one in failed:
                self._park(one, Part.MEANING)
            self._in_vain |= set(wanted) - {document.id for document in documents}
            if documents:
                self._batches.append(embedder.begin(documents, through))

    def _wanted(self) -> list[str]:
        """Return the documents to encode next, or by itself one that may be what fails."""
        begun = {document.id for batch in self._batches for document in batch.documents}
        left_out = begun | self._in_vain
        wanted = self._writer.missing_vectors(EMBEDDED_AT_ONCE, left_out)
        suspects = [one for one in wanted if one in self._alone]
        suspects += [one for one in self._due(Part.MEANING) if one not in left_out]
        return suspects[:1] or wanted

    def _finish(self, embedder: Embedder, batch: Batch) -> None:
        ids = {document.id for document in batch.documents}
        try:
            outdated = self._writer.put_vectors(embedder.finish(batch), batch.through)
            # Without words having followed meanwhile, they have to before it is tried again.
            if batch.through == self._followed:
                self._in_vain.update(outdated)
        except EmbedderUnavailable as missing:
            embedder.give_up(missing)
        except EncodingFailed as failure:
            if len(ids) > 1:
                self._alone |= ids
                return
            self._park(Refused(batch.documents[0].id, str(failure)), Part.MEANING)
        self._alone -= ids

    def _tell(self) -> None:
        position = self.position
        done = position.embedded == position.documents
        made = self._progress("meaning", position.embedded, position.documents)
        logger.log(INFO if done else DEBUG, "%s", made)

    def _progress(self, by: str, documents: int, of: int) -> str:
        return f"{self._source.kind}: {documents:,} of {of:,} are found by {by}"
