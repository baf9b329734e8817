"""Searching by words, by meaning and by both."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.search.contract import IndexUnavailable, SearchAnswer, SearchMode, SearchRequest
from app.search.embedded.reader import EmbeddedReader
from app.search.embedded.writer import EmbeddedWriter
from app.search.filters import FactField, In
from tests.search.samples import document, fill, task, vector_of

ZOO = [
    document(1, "resnet50", description="Sorts photos into classes", framework="PyTorch"),
    document(2, "bert-german", description="Reads german sentences", languages=("de",), framework="ONNX"),
    document(3, "detr", description="Finds things in a picture", tasks=(task("object_detection"),)),
    document(4, "whisper", description="Writes down speech", framework="PyTorch"),
]


@pytest.fixture
def zoo(writer: EmbeddedWriter, reader: EmbeddedReader) -> EmbeddedReader:
    fill(writer, ZOO)
    reader.refresh()
    return reader


def ask(reader: EmbeddedReader, text: str, mode: SearchMode = SearchMode.HYBRID) -> SearchAnswer:
    return reader.search(SearchRequest(text=text, vector=vector_of(text), mode=mode))


def test_it_works(zoo: EmbeddedReader) -> None:
    answer = ask(zoo, "finds things in a picture")
    best = answer.hits[0]
    assert (best.key, best.id) == (3, ZOO[2].id)
    assert best.score == 1
    assert best.words is not None
    assert best.words > 0.1
    assert best.meaning == pytest.approx(1, abs=0.2)


def test_words_find_what_shares_words(zoo: EmbeddedReader) -> None:
    answer = ask(zoo, "German ResNet", SearchMode.WORDS)
    assert {hit.key for hit in answer.hits} == {1, 2}
    assert answer.total == 2
    assert all(hit.meaning is None for hit in answer.hits)


def test_meaning_ranks_everything_that_has_vectors(zoo: EmbeddedReader) -> None:
    answer = ask(zoo, "writes down speech", SearchMode.MEANING)
    assert answer.total == len(answer.hits) == 4
    assert answer.hits[0].key == 4
    assert all(hit.words is None for hit in answer.hits)


def test_without_a_vector_words_rank_alone(zoo: EmbeddedReader) -> None:
    answer = zoo.search(SearchRequest(text="german", vector=None))
    assert [hit.key for hit in answer.hits] == [2]
    assert answer.hits[0].score == 1
    assert answer.hits[0].meaning is None
    assert not zoo.search(SearchRequest(text="german", mode=SearchMode.MEANING)).hits


def test_a_model_without_vectors_is_found_by_words(zoo: EmbeddedReader, writer: EmbeddedWriter) -> None:
    writer.put([document(5, "german-tagger", sequence=2)])
    writer.commit()
    zoo.refresh()
    found = {hit.key: hit for hit in ask(zoo, "german tagger").hits}
    assert found[5].meaning is None
    assert found[5].words is not None


def test_only_stop_words_rank_by_meaning_or_not_at_all(zoo: EmbeddedReader) -> None:
    answer = ask(zoo, "what is this")
    assert len(answer.hits) == 4
    assert all(hit.words is None and hit.meaning is not None for hit in answer.hits)
    by_words = ask(zoo, "what is this", SearchMode.WORDS)
    assert (len(by_words.hits), by_words.total) == (0, 0)


def test_blank_text_is_no_text(zoo: EmbeddedReader) -> None:
    answer = ask(zoo, "  ")
    assert [hit.key for hit in answer.hits] == [1, 2, 3, 4]
    assert all((hit.score, hit.words, hit.meaning) == (0, None, None) for hit in answer.hits)


def test_nothing_matches(zoo: EmbeddedReader) -> None:
    answer = ask(zoo, "zzz", SearchMode.WORDS)
    assert (len(answer.hits), answer.total) == (0, 0)


def test_what_the_filter_refuses_is_not_found(zoo: EmbeddedReader) -> None:
    onnx = In(FactField.FRAMEWORK, ("onnx",))
    answer = zoo.search(SearchRequest(text="photos", vector=vector_of("photos"), filter=onnx))
    assert [hit.key for hit in answer.hits] == [2]
    assert answer.total == 1


@pytest.mark.parametrize("mode", SearchMode)
@pytest.mark.parametrize(
    "text",
    [
        "🎉🎉",
        "word " * 2_000,
        " ".join(f"w{number}" for number in range(2_000)),
        'name:detr AND (NOT words:* OR [a TO z])^9 ~2 "unclosed',
        "\x00\x1f\ud800 \u202e",
        "'; DROP TABLE model; --",
        "x" * 100_000,
    ],
)
def test_no_text_is_an_error(zoo: EmbeddedReader, text: str, mode: SearchMode) -> None:
    answer = ask(zoo, text, mode)
    assert answer.total == len(answer.hits)


def test_at_most_64_different_terms_count(zoo: EmbeddedReader) -> None:
    before = " ".join(f"zz{one}{other}" for one in "bcdfghj" for other in "bcdfghjkm")
    assert ask(zoo, f"{before} detr", SearchMode.WORDS).total == 1
    assert ask(zoo, f"{before} zebra detr", SearchMode.WORDS).total == 0


def test_ties_are_broken_by_key(writer: EmbeddedWriter, reader: EmbeddedReader) -> None:
    fill(writer, [document(key, "same name") for key in (7, 3, 9, 1)])
    reader.refresh()
    assert [hit.key for hit in ask(reader, "same name").hits] == [1, 3, 7, 9]


def test_the_window_bounds_what_is_ranked_not_what_words_count(
    writer: EmbeddedWriter, reader: EmbeddedReader
) -> None:
    fill(writer, [document(key, "same name") for key in range(1, 200)])
    reader.refresh()
    request = SearchRequest(text="name", vector=vector_of("other"), mode=SearchMode.WORDS, window=20)
    answer = reader.search(request)
    assert [hit.key for hit in answer.hits] == list(range(1, 21))
    assert answer.total == 199
    by_meaning = reader.search(
        SearchRequest(text="name", vector=vector_of("name"), mode=SearchMode.MEANING, window=20)
    )
    assert by_meaning.total == len(by_meaning.hits) == 20


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(1, 9)), st.permutations(range(1, 9)))
def test_the_order_of_indexing_makes_no_difference(
    tmp_path_factory: pytest.TempPathFactory, one: list[int], other: list[int]
) -> None:
    names = ["german bert", "german bert", "bert", "bert bert", "german", "resnet", "german resnet", "net"]
    orders = []
    for keys in (one, other):
        directory = tmp_path_factory.mktemp("index")
        writer = EmbeddedWriter(directory, "log")
        writer.use_embedder("test")
        fill(writer, [document(key, names[key - 1]) for key in keys])
        writer.close()
        reader = EmbeddedReader(directory)
        orders.append([(hit.key, hit.score) for hit in ask(reader, "german bert").hits])
        reader.close()
    assert orders[0] == orders[1]


def test_without_an_index_the_reader_says_so(reader: EmbeddedReader) -> None:
    assert reader.position() is None
    with pytest.raises(IndexUnavailable):
        reader.search(SearchRequest(text="anything"))
