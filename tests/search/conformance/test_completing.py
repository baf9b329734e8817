"""What completes a prefix, and the keys of what is matched."""

from collections import Counter

import pytest

from app.search.completion import CompletionKind
from app.search.contract import SearchMode, SearchRequest
from app.search.document import Document, TaskWords
from app.search.filters import All, FactField, Filter, In, Not
from tests.search.conformance.conftest import Index
from tests.search.conformance.corpus import corpus
from tests.search.samples import document

NAMES = [
    "bert-base-uncased",
    "BERT large",
    "Größe_naïf",
    "中文模型",
    "x86-64",
    "YOLOv5s6",
    "a.b:d",
    "😀 smile",
]


def documents() -> list[Document]:
    named = [document(key, name) for key, name in enumerate(NAMES, 1)]
    tagged = document(20, "bert-base-uncased", namespace="other", tag_keys=("Baseline", "größe"))
    task = TaskWords(name="speech_recognition", title="Not completed")
    stated = document(21, "other", framework="PyTorch", tasks=(task,), datasets=("LibriSpeech", "SQuAD v2"))
    return [*named, tagged, stated]


def texts(index: Index, prefix: str, limit: int = 50) -> list[tuple[str, int]]:
    return [(one.text, one.count) for one in index.reader.complete(prefix, limit)]


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("bert", {"bert-base-uncased": 2, "BERT large": 1}),
        ("BERT BASE", {"bert-base-uncased": 2}),
        ("uncas", {"bert-base-uncased": 2}),
        ("base", {"bert-base-uncased": 2, "Baseline": 1}),
        ("gröss", {"Größe_naïf": 1, "größe": 1}),
        ("GROSSE", {"Größe_naïf": 1, "größe": 1}),
        ("naïf", {"Größe_naïf": 1}),
        ("中文", {"中文模型": 1}),
        ("模型", {}),
        ("64", {"x86-64": 1}),
        ("yolov5s", {"YOLOv5s6": 1}),
        ("d", {"a.b:d": 1}),
        ("smile", {"😀 smile": 1}),
        ("speech", {"speech_recognition": 1}),
        ("not", {}),
        ("squad v", {"SQuAD v2": 1}),
        ("pyt", {"PyTorch": 1}),
        ("m", {}),
        ("", {}),
        ("\x1f", {}),
    ],
)
def test_words_are_completed_whatever_their_case_and_accents(
    index: Index, prefix: str, expected: dict[str, int]
) -> None:
    index.fill(documents())
    assert dict(texts(index, prefix)) == expected


def test_what_is_gone_completes_nothing(index: Index) -> None:
    index.fill(documents())
    index.writer.delete([document(1).id, document(2).id], 2)
    index.commit(2)
    assert texts(index, "bert") == [("bert-base-uncased", 1)]


def test_every_first_letter_of_a_corpus_is_completed(index: Index) -> None:
    index.fill(corpus())
    names = Counter(one.name for one in corpus())
    letters = {name[0].casefold() for name in names}
    for letter in letters:
        found = index.reader.complete(letter, len(names) * 5)
        models = {one.text: one.count for one in found if one.kind is CompletionKind.MODEL}
        begun = {name: count for name, count in names.items() if name.casefold().startswith(letter)}
        assert begun.items() <= models.items()
        assert index.reader.complete(letter, 3) == found[:3]


@pytest.mark.parametrize("tree", [All(), In(FactField.FRAMEWORK, ("pytorch",)), Not(All())])
def test_the_keys_of_all_that_is_matched_are_listed(index: Index, tree: Filter) -> None:
    index.fill(corpus())
    for text in (None, "bert"):
        request = SearchRequest(text=text, mode=SearchMode.WORDS, listed=(tree, All()))
        listed, every = (keys.tolist() for keys in index.reader.search(request).listed)
        one = SearchRequest(text=text, mode=SearchMode.WORDS, filter=tree)
        assert listed == sorted(index.keys(one))
        assert set(listed) <= set(every)
