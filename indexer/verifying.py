"""Whether a draft holds what the registry does, asked before it takes the place of an index that works."""

from random import Random

from app.search.contract import IndexUnavailable
from app.search.keeping import IndexWriter, SearchEngine
from app.search.parking import Part
from indexer.checking import touched_since
from indexer.embeddings import Embedder
from indexer.source import DocumentSource

SAMPLED = 300
"""Of so many, one is wrong in 95 of 100 draws where one document in a hundred is: 1 - 0.99 ** 300."""
NAMED = 3


class DraftDiffers(IndexUnavailable):
    """An index made anew is not what the registry holds; it is dropped, and the old one stays.

    Attributes:
        faults: What is wrong, by the document.
        sampled: How many documents were compared in full.
    """

    def __init__(self, faults: dict[str, str], sampled: int) -> None:
        self.faults, self.sampled = faults, sampled
        shown = "; ".join(f"{one} {why}" for one, why in list(faults.items())[:NAMED])
        more = f"; and {len(faults) - NAMED:,} more" if len(faults) > NAMED else ""
        super().__init__(
            f"the index made anew is not what the registry holds ({sampled:,} documents compared in full): "
            f"{shown}{more}. It was dropped and the old one stays; `holotype index rebuild` makes another"
        )


def verify(
    source: DocumentSource, engine: SearchEngine, draft: IndexWriter, embedder: Embedder | None
) -> None:
    """Compare a draft with the registry: which documents it has and how many can be found, and some in full.

    Those that are compared in full, vectors included, are drawn by the state of the registry: the same state
    gives the same ones. What changed behind the position of the draft is not judged.

    Raises:
        DraftDiffers: It is not what the registry holds.
    """
    ids, position = source.ids(), draft.position
    parked = {one.id for one in draft.parked.values() if one.part is Part.WORDS}
    held = draft.known_ids()
    faults = dict.fromkeys(sorted(set(ids) - held - parked), "is missing")
    faults |= dict.fromkeys(sorted(held - set(ids)), "is not in the registry")
    draw = Random(f"{position.log} {position.words.digest}")  # noqa: S311 - to be drawn alike again
    whole = sorted(held - draft.parked.keys())
    sample = draw.sample(whole, min(SAMPLED, len(whole)))
    faults |= _faults(source, engine, draft, embedder, sample)
    behind = touched_since(source, position.words)
    faults = {one: why for one, why in faults.items() if one not in behind}
    if (found := engine.draft_size()) != position.documents:
        faults["the index"] = f"says that it holds {position.documents:,} documents, and {found:,} are found"
    if faults:
        raise DraftDiffers(faults, len(sample))


def _faults(
    source: DocumentSource,
    engine: SearchEngine,
    draft: IndexWriter,
    embedder: Embedder | None,
    sample: list[str],
) -> dict[str, str]:
    documents = source.documents(sample)
    missing = set(draft.missing_vectors(draft.position.documents))
    vectors = embedder.known(documents) if embedder else []
    return dict(engine.draft_faults(documents, [one for one in vectors if one.id not in missing]))
