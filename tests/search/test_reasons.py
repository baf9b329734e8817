"""Why a document was found."""

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from app.search.document import field_texts, words_text
from app.search.reasons import MARK_CLOSE, MARK_OPEN, Highlight, MatchedField, explain
from app.search.tokens import query_terms
from tests.search.samples import document, task

SENTENCE = "It was trained for many days on a large machine in a cold cellar by patient people. "

texts = st.lists(
    st.sampled_from(["<b>", "german", "Germans", "&", "模型学", "é", " ", "<mark>", "x" * 90, "\n"])
)


def test_matched_words_are_told_by_field_as_they_are_written() -> None:
    (reasons,) = explain(
        "german sentiment classifiers",
        [document(1, "GermanBERT", languages=("de",), description="Classifies sentiments, sentiment first.")],
    )
    assert reasons.matched == (
        MatchedField("name", ("GermanBERT",)),
        MatchedField("languages", ("German",)),
        MatchedField("description", ("Classifies", "sentiments")),
    )
    assert reasons.highlights[-1] == Highlight(
        "description",
        ("<mark>Classifies</mark> <mark>sentiments</mark>, <mark>sentiment</mark> first.",),
    )


def test_what_only_means_the_same_has_no_words_to_tell() -> None:
    (reasons,) = explain("kittens", [document(1, "cat-detector")])
    assert (reasons.matched, reasons.highlights) == ((), ())


def test_the_task_in_plain_words_is_a_reason() -> None:
    (reasons,) = explain(
        "things in a picture", [document(1, tasks=(task("det", "Find things in a picture"),))]
    )
    assert reasons.matched == (MatchedField("taskDescription", ("things", "picture")),)


def test_html_of_a_description_is_escaped() -> None:
    (reasons,) = explain("cat", [document(1, description="<script>alert('cat')</script> & more")])
    (fragment,) = reasons.highlights[0].fragments
    assert fragment == "&lt;script&gt;alert(&#x27;<mark>cat</mark>&#x27;)&lt;/script&gt; &amp; more"


def test_a_long_text_is_cut_to_the_places_with_matches() -> None:
    text = f"{SENTENCE * 5}The cat sat. {SENTENCE * 5}One cat, two cats. {SENTENCE * 5}"
    (reasons,) = explain("cat", [document(1, description=text)])
    first, second = reasons.highlights[0].fragments
    assert "The <mark>cat</mark> sat." in first
    assert "One <mark>cat</mark>, two <mark>cats</mark>." in second
    assert all(fragment[0] == fragment[-1] == "…" for fragment in (first, second))
    assert all(len(fragment) < 250 for fragment in (first, second))


def test_overlapping_bigrams_are_one_match() -> None:
    (reasons,) = explain("中文模型", [document(1, description="一个中文模型。")])
    assert reasons.highlights[0].fragments == ("一个<mark>中文模型</mark>。",)


def test_without_highlights_the_shared_words_are_the_same() -> None:
    cats = [document(1, "cat-detector", description="Cats, cats and a BertCat"), document(2, "dog")]
    whole, words = explain("cat 模型", cats), explain("cat 模型", cats, highlighted=False)
    assert [one.matched for one in words] == [one.matched for one in whole]
    assert [len(one.highlights) for one in whole] == [2, 0]
    assert [len(one.highlights) for one in words] == [0, 0]


def test_there_is_one_answer_a_document() -> None:
    assert len(explain("cat", [document(1), document(2)])) == 2
    assert explain("", [document(1)])[0].matched == ()


@given(texts.map(" ".join), texts.map("".join))
def test_highlights_are_the_text_with_marks(query: str, text: str) -> None:
    described = document(1, "plain", description=text)
    (reasons,) = explain(query, [described])
    shared = set(query_terms(query)) & set(words_text(described).split())
    assert bool(reasons.matched) == bool(shared)
    written = {field.field: field.text for field in field_texts(described)}
    for highlight in reasons.highlights:
        assert 1 <= len(highlight.fragments) <= 2
        for fragment in highlight.fragments:
            plain = unescape(re.sub(f"{MARK_OPEN}|{MARK_CLOSE}", "", fragment))
            assert plain.strip("…") in written[highlight.field]
            assert fragment.count(MARK_OPEN) == fragment.count(MARK_CLOSE) >= 1
            assert "<" not in re.sub("</?mark>", "", fragment)
