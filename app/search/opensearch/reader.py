"""The reading side of the OpenSearch engine."""

import time
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from app.search.completion import Completion
from app.search.contract import (
    NONE_YET,
    OUTDATED,
    WINDOW,
    IndexPosition,
    IndexUnavailable,
    Likeness,
    MeaningVectors,
    SearchAnswer,
    SearchRequest,
)
from app.search.opensearch.asking import Asker
from app.search.opensearch.completing import complete
from app.search.opensearch.fields import DESCRIPTION, FACTS, STATE
from app.search.opensearch.mapping import Layout, index_digest
from app.search.opensearch.queries import alike, alike_by_graph, all_of, with_keys, with_vectors
from app.search.opensearch.searching import most_alike, search_index
from app.search.opensearch.server import Server
from app.search.opensearch.spelling import spelled_like
from app.search.opensearch.state import State, state_of
from app.search.parking import Parked
from app.search.spelling import Spelling

FRESH_SECONDS = 0.1
"""For so long a state that was read is relied upon: an index is never behind of what it was."""


class OpenSearchReader:
    """Answers searches from what can be found in an index, which may not exist yet.

    Args:
        server: The cluster, which nobody else asks through it.
        index: The name, or alias, of the index.
        layout: What the index holds, and how.
    """

    engine: ClassVar = "opensearch"

    def __init__(self, server: Server, index: str, layout: Layout) -> None:
        self._server = server
        self._asker = Asker(server, index)
        self._approximate = layout.approximate
        self._digest = index_digest(layout)
        self._known: tuple[float, State] | None = None

    def position(self) -> IndexPosition | None:
        """Return how far the index is, or None if there is none, or none that can be asked."""
        try:
            return self._state().position
        except IndexUnavailable:
            return None

    def parked(self) -> Sequence[Parked]:
        """Return what could not be indexed; nothing without an index."""
        try:
            return self._state().parked
        except IndexUnavailable:
            return ()

    def search(self, request: SearchRequest) -> SearchAnswer:
        """Answer a search.

        Raises:
            IndexUnavailable: There is no index, or it did not answer in full and in time.
        """
        position = self._state().position
        return search_index(self._asker, request, position, approximate=self._approximate)

    def vectors_of(self, key: int) -> MeaningVectors | None:
        """Return the vectors of a document, or None while it has none.

        Raises:
            IndexUnavailable: There is no index, or it did not answer in full and in time.
        """
        encoded = all_of(with_keys([key]), with_vectors(self._state().position.embedder))
        [response] = self._asker.search({"query": encoded, "size": 1, "_source": [FACTS, DESCRIPTION]})
        for hit in response["hits"].get("hits", ()):
            facts, description = (np.array(hit["_source"][name], np.float32) for name in (FACTS, DESCRIPTION))
            return MeaningVectors(facts, description)
        return None

    def alike(self, vectors: MeaningVectors, limit: int) -> list[Likeness]:
        """Return the documents whose vectors are nearest, the nearest first and then by key.

        Raises:
            IndexUnavailable: There is no index, or it did not answer in full and in time.
        """
        encoded = with_vectors(self._state().position.embedder)
        query = alike_by_graph(vectors, encoded, WINDOW) if self._approximate else alike(vectors, encoded)
        return most_alike(self._asker, query, limit)

    def complete(self, prefix: str, limit: int) -> list[Completion]:
        """Return what completes a prefix, in turns by kind: what begins with it before what has it inside.

        Raises:
            IndexUnavailable: There is no index, or it did not answer in full and in time.
        """
        self._state()
        return complete(self._asker, prefix, limit)

    def spelled_like(self, words: Sequence[str]) -> dict[str, list[Spelling]]:
        """Return for each word how documents spell words like it.

        Those that begin alike and are a slip or two from it, and pairs of words that it runs together.

        Raises:
            IndexUnavailable: There is no index, or it did not answer in full and in time.
        """
        self._state()
        return spelled_like(self._asker, words)

    def close(self) -> None:
        """Let go of the index."""
        self._server.close()

    def _state(self) -> State:
        """Return the state of the index as it is, or was a moment ago.

        Raises:
            IndexUnavailable: There is no index, it is of another make, or it did not answer.
        """
        known = self._known
        if known is not None and time.monotonic() - known[0] < FRESH_SECONDS:
            return known[1]
        asked_at = time.monotonic()
        state = self._read_state()
        self._known = asked_at, state
        return state

    def _read_state(self) -> State:
        # By a search, since reading by id would show what cannot be found yet.
        [response] = self._asker.search({"query": {"ids": {"values": [STATE]}}, "_source": [STATE]})
        hits = response["hits"].get("hits", ())
        if not hits:
            raise IndexUnavailable(NONE_YET)
        state = state_of(hits[0]["_source"])
        if state is None or state.digest != self._digest:
            raise IndexUnavailable(OUTDATED)
        return state
