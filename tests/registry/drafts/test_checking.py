"""Refusals of drafts: each names its field, in the words of the product."""

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.errors import Refusals
from app.registry.drafts import (
    DatasetDraft,
    MetricDraft,
    ModelDraft,
    TagsDraft,
    TaskDraft,
    TransitionDraft,
    VersionDraft,
    draft,
)

DRAFTS = [ModelDraft, VersionDraft, TagsDraft, MetricDraft, DatasetDraft, TransitionDraft, TaskDraft]
JUNK = st.sampled_from(
    [None, True, -1, 0, 2**60, 1.5, "", "a", "a" * 1_001, [], [1], {}, {"a": 1}, {"id": "x"}]
)
PYDANTICS_OWN = re.compile(
    r"\b(Input|String|List|Dictionary|Value|Field|Extra|should|valid|Assertion)\b|_type\b"
)


@given(st.data(), st.sampled_from(DRAFTS))
def test_what_is_refused_is_told_in_the_words_of_the_product(data: st.DataObject, kind: type[Any]) -> None:
    names = [field.alias or name for name, field in kind.model_fields.items()]
    values = data.draw(st.dictionaries(st.sampled_from([*names, "colour"]), JUNK, max_size=5))
    try:
        draft(kind, values)
    except Refusals as refusals:
        for error in refusals.errors:
            assert not PYDANTICS_OWN.search(error.message), error.message
            assert not error.message.startswith(tuple(f"{name}:" for name in (*error.field, "input")))
            assert error.message != "another kind of value is needed"
