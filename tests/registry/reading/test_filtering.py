"""Filters compiled to SQL admit what they say, and what the documents of the same models say."""

from collections.abc import Iterator
from itertools import cycle, islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from app.db.text import fold
from app.insight.discovery.documents import model_documents
from app.registry.drafts import ModelDraft, NamespaceDraft, VersionDraft, draft
from app.registry.reading.filtering import model_condition
from app.registry.tables import RegisteredModel
from app.registry.writing.namespaces import create_namespaces
from app.registry.writing.registration import create_versions, register_models
from app.search.document import Document
from app.search.filters import (
    All,
    And,
    Contains,
    Exists,
    FactField,
    Filter,
    In,
    Keys,
    Not,
    Or,
    StartsWith,
)
from tests.search.samples import admits
from tests.store import Store, open_store

pytestmark = pytest.mark.both_databases

WORDS = ("PyTorch", "pytorch", "Straße", "STRASSE", "a_b", "axb", "50%", "50", "[z]", "日本", "\\", "'; --")
SPACES = ("default", "Tim", "tim")
TASKS = ("image_classification", "Object Detection", None)
FURTHER = ("image_segmentation", "object_detection", "a_b")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Open a registry of 72 models, so different that each filter admits some and leaves others out."""
    store = open_store(tmp_path_factory.mktemp("models") / "registry.db")
    for name in WORDS:
        store.dataset(name, versions=[{"label": "1"}])
    facts = zip(range(72), cycle(WORDS), cycle([None, *WORDS[:4]]), cycle(SPACES), cycle(TASKS), strict=False)
    with store.writing() as session:
        create_namespaces(session, [draft(NamespaceDraft, {"name": name}) for name in SPACES[1:]])
        for number, word, maybe, space, task in facts:
            values = {
                "namespace": space,
                "name": f"{word} {number}",
                "task": task,
                "tags": {"tasks": [*FURTHER[: number % 4]]} if number % 3 else {},
                "framework": maybe,
                "license": word,
                "domains": [*islice(cycle(WORDS), number % 12, number % 12 + number % 3)],
                "languages": [word] if maybe else [],
            }
            [model] = register_models(session, [draft(ModelDraft, values)])
            use = {"dataset": {"name": {"name": word}}, "role": "TRAINING"}
            create_versions(session, [(model, draft(VersionDraft, {"datasets": [use] * (number % 2)}))])
    yield store
    store.database.close()


@pytest.fixture(scope="module")
def documents(models: Store) -> list[Document]:
    with models.reading() as session:
        return model_documents(session, session.exec(select(RegisteredModel.id)).all())


fields = st.sampled_from(FactField)
values = st.sampled_from([*WORDS, *SPACES, *filter(None, TASKS), *FURTHER, "%", "_", "", "nothing"]).map(fold)
parts = values.flatmap(lambda value: st.integers(0, len(value)).map(lambda end: value[:end]))
leaves: st.SearchStrategy[Filter] = st.one_of(
    st.just(All()),
    st.builds(In, fields, st.frozensets(values, max_size=3)),
    st.builds(Contains, fields, parts),
    st.builds(StartsWith, fields, parts),
    st.builds(Exists, fields),
    st.builds(Keys, st.frozensets(st.integers(1, 80), max_size=40)),
)
filters = st.recursive(
    leaves,
    lambda items: st.one_of(
        st.builds(And, st.lists(items, max_size=3).map(tuple)),
        st.builds(Or, st.lists(items, max_size=3).map(tuple)),
        st.builds(Not, items),
    ),
    max_leaves=5,
)


def admitted(models: Store, tree: Filter) -> list[int | None]:
    with models.reading() as session:
        condition = select(RegisteredModel.key).where(model_condition(tree))
        return list(session.exec(condition.order_by(col(RegisteredModel.key))))


@settings(max_examples=150, deadline=None)
@given(tree=filters)
def test_sql_admits_what_the_documents_say(models: Store, documents: list[Document], tree: Filter) -> None:
    assert admitted(models, tree) == [document.key for document in documents if admits(tree, document)]


@pytest.mark.parametrize("field", [FactField.TASK, FactField.NAMESPACE, FactField.DATASET])
def test_what_lies_in_other_tables_is_read_once_a_condition(models: Store, field: FactField) -> None:
    # Read once a model, sixty conditions on a few thousand models take seconds.
    tree = Or(tuple(Contains(field, word) for word in WORDS))
    with models.reading() as session:
        chosen = select(RegisteredModel.key).where(model_condition(tree))
        dialect = session.connection().dialect
        written = chosen.compile(dialect=dialect, compile_kwargs={"literal_binds": True}).string
        explain = "EXPLAIN QUERY PLAN" if dialect.name == "sqlite" else "EXPLAIN"
        plan = str(session.connection().exec_driver_sql(f"{explain} {written.replace('%', '%%')}").all())
    assert "CORRELATED" not in plan
    assert plan.count("SubPlan") == plan.count("hashed SubPlan")


@pytest.mark.parametrize("field", FactField)
def test_the_wildcards_of_sql_mean_themselves(
    models: Store, documents: list[Document], field: FactField
) -> None:
    for text in ("%", "_", "\\", "a_b", "'"):
        for tree in (Contains(field, text), StartsWith(field, text)):
            assert admitted(models, tree) == [
                document.key for document in documents if admits(tree, document)
            ]
