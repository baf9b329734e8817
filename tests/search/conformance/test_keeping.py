"""Writing: what counts, what is ignored, what is parked; and an index made anew beside the old one."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from app.search.contract import IndexUnavailable, Mark, SearchMode, SearchRequest
from app.search.delivery import Refused
from app.search.document import content_digest, texts_digest
from app.search.filters import FactField, In
from app.search.keeping import IndexLocked, SearchEngine
from app.search.parking import Parked, Part
from tests.search.conformance.conftest import Index
from tests.search.samples import LOG, document, vector_of, vectors

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def count(index: Index, framework: str) -> int:
    index.wait()
    return index.reader.search(SearchRequest(filter=In(FactField.FRAMEWORK, (framework,)))).total


def test_without_an_index_there_is_nothing_to_ask(engine: SearchEngine) -> None:
    reader = engine.reader()
    assert reader.position() is None
    with pytest.raises(IndexUnavailable):
        reader.search(SearchRequest(text="anything"))
    with pytest.raises(IndexUnavailable):
        engine.entries()
    assert engine.standing().unfit
    reader.close()


def test_what_is_committed_is_seen_and_nothing_before(index: Index) -> None:
    index.wait()
    index.writer.put([document(1)])
    assert index.keys() == []
    index.writer.commit(Mark(1, NOON, "digest"))
    index.wait()
    assert index.keys() == [1]
    position = index.reader.position()
    assert position is not None
    assert (position.words, position.documents, position.embedded) == (Mark(1, NOON, "digest"), 1, 0)


def test_an_older_document_never_replaces_a_newer_one(index: Index) -> None:
    for framework, sequence in [("old", 5), ("new", 7), ("late", 6)]:
        index.writer.put([document(1, framework=framework, sequence=sequence)])
    index.writer.commit()
    assert count(index, "new") == 1
    index.writer.put([document(1, framework="late", sequence=6)])
    index.writer.commit()
    assert (count(index, "new"), index.keys()) == (1, [1])


def test_a_repeated_event_changes_nothing(index: Index) -> None:
    for _ in range(3):
        index.fill([document(1, framework="same", sequence=5)], 5)
    assert (count(index, "same"), index.keys()) == (1, [1])


def test_what_was_deleted_is_not_brought_back_by_an_older_document(index: Index) -> None:
    index.fill([document(1, sequence=3), document(2, sequence=3)], 3)
    index.writer.delete([document(1).id], 4)
    index.writer.put([document(1, sequence=3)])
    index.commit(4)
    index.writer.put([document(1, sequence=3)])
    index.commit(5)
    assert index.keys() == [2]
    index.writer.put([document(1, sequence=6)])
    index.commit(6)
    assert index.keys() == [1, 2]


def test_a_delete_that_is_older_than_the_document_and_one_of_nothing_are_ignored(index: Index) -> None:
    index.writer.put([document(1, sequence=5)])
    index.writer.delete([document(1).id, "mdl_unknown"], 4)
    index.commit(5)
    assert index.keys() == [1]


def test_vectors_for_other_texts_than_the_index_holds_are_ignored(index: Index) -> None:
    index.fill([document(1, "now")])
    index.writer.put_vectors(vectors([document(1, "before")]))
    index.commit(2)
    kept = index.reader.vectors_of(1)
    assert kept is not None
    assert kept.facts @ vectors([document(1, "now")])[0].facts > 0.999
    assert index.writer.missing_vectors(1) == []


@pytest.mark.parametrize("wrong", ["nan", "short"])
def test_malformed_vectors_are_parked_and_the_words_are_found(index: Index, wrong: str) -> None:
    given, other = document(1), document(2)
    index.writer.put([given, other])
    spoilt, sound = vectors([given, other])
    facts = spoilt.facts * np.float32("nan") if wrong == "nan" else spoilt.facts[:7]
    index.writer.put_vectors([replace(spoilt, facts=facts), sound])
    index.writer.commit(Mark(1))
    [parked] = index.engine.standing().parked
    assert (parked.id, parked.part) == (given.id, Part.MEANING)
    assert [(one.key, one.vectors) for one in index.engine.entries()] == [(1, None), (2, sound.texts)]
    index.writer.put_vectors(vectors([given]))
    index.writer.commit()
    assert index.engine.standing().parked == ()


def test_the_newest_and_the_longest_without_vectors_come_by_turns(index: Index) -> None:
    for sequence in range(1, 6):
        index.writer.put([document(sequence, sequence=sequence)])
        index.commit(sequence)
    index.writer.put([document(1, "written again", sequence=6)])
    index.commit(6)
    index.writer.park(parked(Part.MEANING, 4))
    turns = [document(key).id for key in (1, 5, 2, 3)]
    assert index.writer.missing_vectors(10) == turns
    assert index.writer.missing_vectors(2, {document(1).id}) == [document(5).id, document(2).id]


def test_what_is_written_faster_than_it_is_encoded_moves_on(index: Index) -> None:
    index.writer.put([document(1, "first")])
    index.commit(1)
    index.writer.put([document(1, "second", sequence=2)])
    index.commit(2)
    index.writer.put([document(1, "third", sequence=3)])
    index.commit(3)
    second = vectors([document(1, "second")])
    assert index.writer.put_vectors(second, Mark(2)) == [document(1).id]
    assert index.writer.put_vectors(vectors([document(1, "first")]), Mark(1)) == [document(1).id]
    index.writer.commit()
    index.wait()
    kept = index.reader.vectors_of(1)
    assert kept is not None
    assert kept.facts @ second[0].facts > 0.999
    assert (index.writer.position.meaning, index.writer.position.embedded) == (Mark(2), 0)
    assert index.writer.missing_vectors(1) == [document(1).id]
    assert index.writer.put_vectors(vectors([document(1, "third")]), Mark(3)) == []
    index.writer.commit()
    assert (index.writer.position.meaning, index.writer.position.embedded) == (Mark(3), 1)


def test_a_document_that_cannot_be_kept_is_refused_and_keeps_no_other_out(index: Index) -> None:
    refused = index.writer.put([document(1), document(2, description="half \ud800"), document(3)])
    assert [one.id for one in refused] == [document(2).id]
    assert isinstance(refused[0], Refused)
    assert "surrogates" in refused[0].reason
    index.commit(1)
    assert index.keys() == [1, 3]


def parked(part: Part, key: int = 1) -> Parked:
    return Parked(id=document(key).id, part=part, reason="because", tries=2, retry_at=NOON)


def test_what_is_parked_is_kept_with_the_index_until_it_is_put_or_deleted(index: Index) -> None:
    for mend in (
        lambda: index.writer.put([document(1, sequence=9)]),
        lambda: index.writer.delete([document(1).id], 9),
    ):
        index.writer.park(parked(Part.WORDS))
        index.commit(5)
        assert index.engine.standing().parked == (parked(Part.WORDS),)
        assert index.reader.position() == index.writer.position
        assert index.writer.position.parked == 1
        index.writer.close()
        index.writer = index.engine.writer(LOG)
        assert dict(index.writer.parked) == {document(1).id: parked(Part.WORDS)}
        mend()
        index.commit(9)
        assert index.engine.standing().parked == ()


def test_the_position_of_meaning_passes_what_is_parked(index: Index) -> None:
    index.writer.put([document(1)])
    index.commit(5)
    assert index.writer.position.meaning == Mark()
    index.writer.park(parked(Part.MEANING))
    index.commit(6)
    assert index.writer.position.meaning == Mark(6)
    assert index.writer.missing_vectors(1) == []
    index.writer.put([document(1, "with other texts", sequence=7)])
    index.commit(7)
    assert index.writer.missing_vectors(1) == [document(1).id]
    assert (index.writer.position.meaning, index.writer.position.parked) == (Mark(6), 0)


def test_what_the_index_holds_is_told(index: Index) -> None:
    with_vectors, without = document(1, "one"), document(2, "two")
    index.fill([with_vectors])
    index.writer.put([without])
    index.commit(2)
    first, second = index.engine.entries()
    assert (first.id, first.key, first.content) == (with_vectors.id, 1, content_digest(with_vectors))
    assert (first.texts, first.vectors, first.unit) == (texts_digest(with_vectors),) * 2 + (True,)
    assert (second.id, second.vectors) == (without.id, None)
    standing = index.engine.standing()
    assert (standing.unfit, standing.position, standing.kept) == (None, index.writer.position, True)
    assert standing.size > 0


def test_one_process_writes_and_lets_go_when_asked(index: Index) -> None:
    with pytest.raises(IndexLocked):
        index.engine.writer(LOG)
    assert not index.writer.is_wanted()
    index.writer.close()
    with index.engine.alone():
        assert index.engine.standing().position is not None
        with pytest.raises(IndexLocked):
            index.engine.writer(LOG)
    index.writer = index.engine.writer(LOG)


def test_a_draft_is_not_seen_before_it_is_published_at_once(index: Index) -> None:
    index.fill([document(key, "old") for key in range(1, 10)])
    draft = index.engine.draft(LOG)
    with pytest.raises(IndexLocked):
        index.engine.draft(LOG)
    draft.use_embedder("test")
    made = [document(key, "new", sequence=2) for key in range(5, 15)]
    draft.put(made)
    draft.put_vectors(vectors(made))
    draft.commit(Mark(2))
    assert index.keys() == list(range(1, 10))
    assert index.engine.standing().draft == draft.position
    index.writer.close()
    with index.engine.alone():
        index.engine.publish(draft)
    index.writer = index.engine.writer(LOG)
    index.wait()
    assert index.keys() == list(range(5, 15))
    by_meaning = SearchRequest(text="new", vector=vector_of("new"), mode=SearchMode.MEANING)
    assert index.reader.search(by_meaning).total == 10
    standing = index.engine.standing()
    assert (standing.draft, standing.generation) == (None, 2)


def test_a_draft_that_was_cut_off_goes_on(index: Index) -> None:
    draft = index.engine.draft(LOG)
    draft.begin_filling(Mark(7), 2)
    draft.put([document(1, sequence=7)])
    draft.commit()
    draft.put([document(2, sequence=7)])
    draft.close()
    again = index.engine.draft(LOG)
    assert (again.replaced, again.filling_from, again.known_ids()) == (None, Mark(7), {document(1).id})
    again.close()


def test_an_index_of_another_registry_is_begun_anew(index: Index) -> None:
    index.fill([document(1)])
    index.writer.close()
    index.writer = index.engine.writer("another")
    assert index.writer.replaced == "it belongs to another registry"
    index.wait()
    assert index.keys() == []


def test_another_embedder_drops_the_vectors(index: Index) -> None:
    index.fill([document(1), document(2)])
    index.writer.use_embedder("another")
    index.wait()
    assert (index.writer.position.embedder, index.writer.position.embedded) == ("another", 0)
    assert len(index.writer.missing_vectors(10)) == 2
    assert index.reader.vectors_of(1) is None


def test_what_is_discarded_is_gone(index: Index) -> None:
    index.fill([document(1)])
    index.writer.put([document(2, sequence=2)])
    index.writer.discard()
    index.commit(2)
    assert index.keys() == [1]
