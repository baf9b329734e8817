"""Putting documents into an index for the process that writes it, from another process."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from app.db.engine import Database
from app.db.leases import is_held
from app.search.contract import Kind
from app.search.delivery import Delivery, DocumentVectors, Refused, Sent, why_malformed
from app.search.document import Document
from app.search.keeping import IndexLocked
from app.search.opensearch.bulk import Write, send
from app.search.opensearch.cluster import Cluster
from app.search.opensearch.mapping import vector_fields
from app.search.opensearch.pending import joined, prepared, version_of
from app.search.opensearch.server import WRITING_SECONDS, Server, to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSearchSender:
    """Puts documents into an index while its writer has the lease.

    Whoever is paused right behind the look at the lease is refused by what it writes to: each document has a
    version.

    Attributes:
        cluster: Where the index is.
        alias: What it is called.
        kind: What it holds.
        embedder: The digest of the embedder whose vectors it keeps.
        lease: The name of the writer's lease.
        token: The token under which the writer has it.
    """

    cluster: Cluster
    alias: str
    kind: Kind
    embedder: str | None
    lease: str
    token: int

    def send(
        self, database: Database, documents: Sequence[Document], vectors: Sequence[DocumentVectors]
    ) -> Delivery:
        """Put documents with their vectors, as far as those are given, into the index.

        Raises:
            IndexLocked: Another process has taken the index over.
            RequestFailed: Not all of it was written.
        """
        malformed = [Refused(one.id, why) for one in vectors if (why := why_malformed(one))]
        bad = {one.id for one in malformed}
        known = {one.id: to_json(vector_fields(one, self.embedder)) for one in vectors if one.id not in bad}
        sent, writes, refused = [], [], []
        for document in documents:
            try:
                stored, source = prepared(document)
            except (ValueError, TypeError) as reason:
                refused.append(Refused(document.id, str(reason)))
                continue
            encoded = document.id in known
            sent.append(
                Sent(
                    id=document.id,
                    key=stored.key,
                    sequence=stored.sequence,
                    texts=stored.texts,
                    content=stored.content,
                    encoded=encoded,
                )
            )
            version = version_of(document.sequence, encoded=encoded)
            writes.append(Write(document.id, version, joined(source, known.get(document.id))))
        if not is_held(database, self.lease, self.token):
            raise IndexLocked(f"the lease of the index {self.alias} was lost")
        with closing(Server(self.cluster, seconds=WRITING_SECONDS, connections=1)) as server:
            refused += send(server, self.alias, writes)
        out = {one.id for one in refused}
        return Delivery([one for one in sent if one.id not in out], refused, malformed)
