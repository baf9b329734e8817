"""Words that are spelled like those of a query."""

from app.search.contract import SearchMode, SearchRequest
from app.search.spelling import Spelling
from tests.search.conformance.conftest import Index
from tests.search.samples import document


def like(index: Index, word: str) -> dict[str, int]:
    """Return the spellings like a word, with how many documents have each."""
    return {one.written: one.documents for one in index.reader.spelled_like([word])[word]}


def test_a_word_is_like_those_that_a_slip_or_two_make_of_it(index: Index) -> None:
    names = [
        "sentiment",
        "sentiments",
        "sediment",
        "resnet50",
        "Größe",
        "模型检测分类",
        "test",
        "text",
        "tent",
    ]
    index.fill([document(key, name) for key, name in enumerate(names, 1)])
    assert like(index, "sentimnet") == {"sentiment": 1, "sentiments": 1}
    assert like(index, "sntimnt") == {"sentiment": 1}
    assert like(index, "entiment") == {}
    assert like(index, "reznet") == {"resnet": 1}
    assert like(index, "größee") == {"größe": 1}
    assert like(index, "tesst") == {"test": 1}
    assert like(index, "tets") == {"test": 1}
    assert like(index, "test") == {"text": 1, "tent": 1}
    assert like(index, "tst") == {"test": 1}
    assert like(index, "a*[.") == {}


def test_two_words_run_together_are_like_both_where_documents_have_both(index: Index) -> None:
    names = ["sentiment analysis", "analysis of sentiment", "face", "detection", "resnet", "unit"]
    index.fill([document(key, name) for key, name in enumerate(names, 1)])
    assert like(index, "sentimentanalysis") == {"sentiment analysis": 2}
    assert like(index, "facedetection") == {}
    assert like(index, "analysisunits") == {}


def test_documents_are_counted_as_they_are(index: Index) -> None:
    index.fill(
        [document(key, "wren", description=f"sings sings {'loudly' * (key > 2)}") for key in range(1, 5)]
    )
    assert like(index, "sinngs") == {"sings": 4}
    index.writer.delete([document(1).id, document(3).id], 2)
    index.commit(2)
    assert like(index, "sinngs") == {"sings": 2}
    assert like(index, "loudlyy") == {"loudly": 1}
    index.writer.delete([document(4).id], 3)
    index.commit(3)
    assert index.reader.spelled_like(["loudlyy", "sinngs"]) == {
        "loudlyy": [],
        "sinngs": [Spelling("sings", 1)],
    }
    assert index.reader.spelled_like([]) == {}


def test_an_answer_names_the_terms_that_nothing_has(index: Index) -> None:
    index.fill([document(1, "wren", description="sings")])
    for text, unmatched in (("singing wrens", set()), ("singing robins", {"robin"}), ("the", set())):
        assert index.reader.search(SearchRequest(text=text)).unmatched == unmatched
    meant = SearchRequest(text="robins", mode=SearchMode.MEANING)
    assert index.reader.search(meant).unmatched == set()
