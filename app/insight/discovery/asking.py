"""Asking the search indexes: each answers for one kind of thing, and says how far it can be relied upon."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.db.changelog import ends, head
from app.db.engine import ReadSession
from app.errors import InvalidInput
from app.insight.discovery.describing import task_described, vectors_of_tasks
from app.search.contract import (
    IndexPosition,
    IndexReader,
    IndexUnavailable,
    Kind,
    Mark,
    SearchAnswer,
    SearchMode,
    SearchRequest,
)
from app.search.parking import Parked
from app.search.query_encoder import EmbedderMeta, EmbedderUnavailable, QueryEncoders

MAX_QUERY = 10_000
MOST_TRIES = 3
"""So often is an index asked whose embedder changes meanwhile."""
FOREIGN = "the search index was made from another registry; the indexer makes it anew when it runs"


class DegradationCode(StrEnum):
    """Why an answer is not whole."""

    WORDS_BEHIND = "WORDS_BEHIND"
    MEANING_BEHIND = "MEANING_BEHIND"
    INDEX_UNAVAILABLE = "INDEX_UNAVAILABLE"
    EMBEDDER_UNAVAILABLE = "EMBEDDER_UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class Degradation:
    """A reason why an answer is not whole, for programs and for people."""

    code: DegradationCode
    message: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What an index answered.

    Attributes:
        answer: None when there is no index to ask.
        degraded: Why the answer is not whole; empty when it is.
        task: The task that the text was taken to describe; None if none was.
    """

    answer: SearchAnswer | None
    degraded: list[Degradation]
    task: str | None = None


@dataclass(frozen=True, slots=True)
class Discovery:
    """The search indexes as the API uses them: a reader for each kind, and the encoders of queries."""

    models: IndexReader
    datasets: IndexReader
    encoders: QueryEncoders

    def of(self, kind: Kind) -> IndexReader:
        """Return the reader of the index of a kind."""
        return self.models if kind is Kind.MODELS else self.datasets

    def embedder(self) -> EmbedderMeta | None:
        """Return what the models' vectors were made with, or None while there is no encoder for them."""
        try:
            return self.encoders.for_embedder(embedder_of(self.models)).meta
        except EmbedderUnavailable:
            return None

    def prepare(self) -> None:
        """Load what searches by meaning need, if it is there, so that the first one need not wait for it."""
        try:
            vectors_of_tasks(self.encoders.for_embedder(embedder_of(self.models)))
        except EmbedderUnavailable:
            return

    def marks(self) -> tuple[Mark, Mark] | None:
        """Return through which change all indexes are up to date, in words and in meaning.

        None while any of them is not there.
        """
        positions = [self.of(kind).position() for kind in Kind]
        known = [position for position in positions if position]
        if len(known) < len(positions):
            return None
        words = min((position.words for position in known), key=lambda mark: mark.sequence)
        meaning = min((position.meaning for position in known), key=lambda mark: mark.sequence)
        return words, meaning

    def parked(self) -> list[Parked] | None:
        """Return what could not be indexed, models first; None while any index is not there."""
        if self.marks() is None:
            return None
        return [one for kind in Kind for one in self.of(kind).parked()]

    def close(self) -> None:
        """Let go of the indexes."""
        for kind in Kind:
            self.of(kind).close()


def provide(session: ReadSession, discovery: Discovery) -> None:
    """Let what reads through `session` ask the indexes too."""
    session.info[Discovery] = discovery


def provided(session: ReadSession) -> Discovery | None:
    """Return the indexes that were provided to `session`."""
    found: Discovery | None = session.info.get(Discovery)
    return found


def embedder_of(reader: IndexReader) -> str | None:
    """Return the digest of the embedder that made the vectors of an index; None while it has none."""
    position = reader.position()
    return position.embedder if position else None


def ask(session: ReadSession, discovery: Discovery, kind: Kind, request: SearchRequest) -> Reply:
    """Ask the index of a kind, with the vector of the request's text where meaning takes part.

    Raises:
        InvalidInput: The text is too long.
    """
    if request.text is not None and len(request.text) > MAX_QUERY:
        raise InvalidInput(f"text has at most {MAX_QUERY} characters", field=["text"])
    try:
        answer, task, degraded = _searched(discovery, discovery.of(kind), request)
    except IndexUnavailable as away:
        return Reply(None, [Degradation(DegradationCode.INDEX_UNAVAILABLE, str(away))])
    log, newest = ends(session)
    if belongs_elsewhere(answer.position, log):
        return Reply(None, [Degradation(DegradationCode.INDEX_UNAVAILABLE, FOREIGN)])
    return Reply(answer, degraded + _behind(newest, answer.position, request.mode), task)


def instead_of_index(reply: Reply) -> list[Degradation]:
    """Return why an answer is not whole that the database gave because no index did."""
    return lacking(reply.degraded, "found by words in names, tags and descriptions alone")


def lacking(degraded: Sequence[Degradation], what: str) -> list[Degradation]:
    """Return reasons why an answer is not whole, each with what that means for the answer."""
    return [replace(one, message=f"{one.message}; {what}") for one in degraded]


def belongs_elsewhere(position: IndexPosition, log: str) -> bool:
    """Return whether an index was made from another registry than the one whose log is `log`."""
    return position.log not in {"", log}


def lags(session: ReadSession, discovery: Discovery) -> tuple[int | None, int | None]:
    """Return by how many changes the indexes are behind, in words and in meaning; None when not known."""
    marks = discovery.marks()
    if marks is None:
        return None, None
    newest = head(session)
    words, meaning = marks
    return newest - words.sequence, newest - meaning.sequence


def through(answer: SearchAnswer, mode: SearchMode) -> datetime | None:
    """Return until when every change is in the answer; None when that is not known."""
    marks = [answer.position.words]
    if mode is not SearchMode.WORDS:
        marks.append(answer.position.meaning)
    return min(marks, key=lambda mark: mark.sequence).at


def _searched(
    discovery: Discovery, reader: IndexReader, request: SearchRequest
) -> tuple[SearchAnswer, str | None, list[Degradation]]:
    """Return the answer, the task that the text describes, and what keeps meaning from taking part.

    The index may change its embedder after that was read; vectors of different embedders are never compared.
    """
    embedder = embedder_of(reader)
    for _ in range(MOST_TRIES):
        asked, degraded = _encoded(discovery, embedder, request)
        answer = reader.search(asked)
        if asked.vector is None or answer.position.embedder == embedder:
            return answer, asked.task, degraded
        embedder = answer.position.embedder
    return (
        reader.search(request),
        None,
        [_without_meaning("the vectors of the index are being replaced", request.mode)],
    )


def _encoded(
    discovery: Discovery, embedder: str | None, request: SearchRequest
) -> tuple[SearchRequest, list[Degradation]]:
    """Return a request with what the encoder makes of its text, where meaning takes part."""
    text = request.text or ""
    # Signs without a letter or digit mean nothing, and would be found near to whatever is said least of.
    if request.mode is SearchMode.WORDS or not any(map(str.isalnum, text)):
        return request, []
    try:
        encoder = discovery.encoders.for_embedder(embedder)
    except EmbedderUnavailable as away:
        return request, [_without_meaning(str(away), request.mode)]
    vector = encoder.encode(text)
    task = task_described(encoder, vector) if request.mode is SearchMode.HYBRID else None
    return replace(request, vector=vector, task=task), []


def _without_meaning(why: str, mode: SearchMode) -> Degradation:
    left = "found by words alone" if mode is SearchMode.HYBRID else "so nothing is found by meaning"
    return Degradation(DegradationCode.EMBEDDER_UNAVAILABLE, f"{why}; {left}")


def _behind(newest: int, position: IndexPosition, mode: SearchMode) -> list[Degradation]:
    behind = []
    # The index may be ahead of a reader whose snapshot is older.
    if (words := newest - position.words.sequence) > 0:
        message = f"changes not found by words yet: {words}"
        behind.append(Degradation(DegradationCode.WORDS_BEHIND, message))
    if newest > position.meaning.sequence and mode is not SearchMode.WORDS:
        missing = position.documents - position.embedded
        message = f"not found by meaning yet: {missing} of {position.documents}"
        behind.append(Degradation(DegradationCode.MEANING_BEHIND, message))
    return behind
