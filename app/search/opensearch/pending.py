"""What is gathered to be written, and making it whole: each document goes with its words and its vectors."""

from collections.abc import Collection, Container
from dataclasses import dataclass

from app.search.document import Document
from app.search.ledger import Stored
from app.search.opensearch.bulk import Write
from app.search.opensearch.contents import sources
from app.search.opensearch.fields import CONTENT, TEXTS
from app.search.opensearch.mapping import kept_vectors, to_source, without_vectors
from app.search.opensearch.server import Server, to_json


@dataclass(slots=True)
class Pending:
    """A document that is to be written.

    Attributes:
        id: Its id.
        before: What the index holds of it.
        texts_before: What the vectors stand for that the index holds of it; None if it has none.
        sequence: The change that it is as of.
        source: It, as JSON, without its vectors; None if it stays as it is but for those.
        vectors: Its vectors, as JSON; None if those stay as they are.
        gone: Whether it is to be deleted.
    """

    id: str
    before: Stored | None
    texts_before: int | None
    sequence: int = 0
    source: bytes | None = None
    vectors: bytes | None = None
    gone: bool = False

    @property
    def size(self) -> int:
        """How many bytes are gathered."""
        return len(self.source or b"") + len(self.vectors or b"")

    @property
    def is_whole(self) -> bool:
        """Whether nothing of what the index holds of the document is to stay."""
        has_none = self.texts_before is None
        return self.gone or (self.source is not None and (self.vectors is not None or has_none))


def complete(
    server: Server, index: str, gathered: Collection[Pending], missing: Container[str]
) -> list[Write]:
    """Return what is to be sent, with what stays of each document; `missing` lack their vectors."""
    held = sources(server, index, [one.id for one in gathered if not one.is_whole])
    writes = []
    for one in gathered:
        version = version_of(one.sequence, encoded=one.id not in missing)
        if one.gone:
            writes.append(Write(one.id, version, None))
        elif one.is_whole:
            writes.append(Write(one.id, version, joined(one.source, one.vectors)))
        elif one.id in held:
            source = one.source or to_json(without_vectors(held[one.id]))
            vectors = one.vectors or to_json(kept_vectors(held[one.id]))
            writes.append(Write(one.id, version, joined(source, vectors)))
    return writes


def version_of(sequence: int, *, encoded: bool) -> int:
    """Return the version of a document as of a change: its own vectors count more than none or older ones.

    So a write that was held back on its way does not take away the vectors that came meanwhile.
    """
    return 2 * sequence + encoded


def prepared(document: Document) -> tuple[Stored, bytes]:
    """Return what is noted of a document, and the document as JSON without its vectors.

    Raises:
        ValueError, TypeError: It cannot be kept, such as a text with half a character.
    """
    source = to_source(document)
    return Stored(document.key, document.sequence, source[TEXTS], source[CONTENT]), to_json(source)


def joined(source: bytes | None, vectors: bytes | None) -> bytes:
    """Return two objects of JSON, the first not empty, as one."""
    inner = (vectors or b"{}")[1:-1]
    return (source or b"{}")[:-1] + (b"," + inner if inner else b"") + b"}"
