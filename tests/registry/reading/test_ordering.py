"""Models in the order of a field or a metric, and what is counted of them, on every database."""

import pytest

from app.registry.reading.filtering import model_condition
from app.registry.reading.listing import ModelOrder
from app.registry.reading.ordering import (
    Collapse,
    FieldOrder,
    MetricOrder,
    Placed,
    SearchOrder,
    count_models,
    measured_versions,
    newest_versions,
    place_models,
    shared_by,
    values_of,
)
from app.registry.reading.predicates import MetricKeyTest
from app.registry.reading.tallies import count_stages, count_tag_values, with_keys
from app.registry.tables import RegisteredModel
from app.search.filters import All, FactField, In, Not
from tests.store import Store

pytestmark = pytest.mark.both_databases

ACCURACY = MetricKeyTest(name="accuracy", called="accuracy")
ORDERS: list[SearchOrder] = [
    FieldOrder(ModelOrder.NAME),
    FieldOrder(ModelOrder.UPDATED_AT, descending=True),
    MetricOrder(ACCURACY),
    MetricOrder(ACCURACY, descending=True),
]


def made(store: Store) -> list[RegisteredModel]:
    """Return models of which the first two are a family, and the last has no accuracy."""
    families = ["Bert", "bert", None, None]
    values: list[tuple[float, ...]] = [(0.5, 0.1), (0.9,), (0.1 + 0.2,), ()]
    models = []
    for number, reached in enumerate(values):
        tags = {"team": ["a", "B", "a"] if number else True, "year": 2020 + number % 2, "box": {"no": 1}}
        models.append(store.model(f"M{number}", family=families[number], tags=tags))
        for value in reached:
            store.version(models[-1], metrics=[{"name": "accuracy", "value": value}])
    return models


@pytest.mark.parametrize("order", ORDERS, ids=repr)
@pytest.mark.parametrize("collapse", [None, Collapse.FAMILY])
def test_pages_are_the_whole(store: Store, order: SearchOrder, collapse: Collapse | None) -> None:
    made(store)
    with store.reading() as session:
        whole = place_models(session, All(), order, collapse=collapse, limit=10)
        seen: list[Placed] = []
        after = None
        while page := place_models(session, All(), order, collapse=collapse, after=after, limit=1):
            seen += page
            after = page[-1]
    assert seen == whole
    assert (len(whole), sum(one.members for one in whole)) == (3 if collapse else 4, 4)


def test_the_highest_or_the_lowest_of_a_model_counts_and_what_has_none_is_last(store: Store) -> None:
    one, two, three, four = (model.id for model in made(store))
    with store.reading() as session:
        rising = place_models(session, All(), MetricOrder(ACCURACY), limit=10)
        falling = place_models(session, All(), MetricOrder(ACCURACY, descending=True), limit=10)
        values = values_of(session, [one, four], MetricOrder(ACCURACY))
        versions = measured_versions(session, values, MetricOrder(ACCURACY))
        newest = newest_versions(session, [one, two, four], All())
    assert [placed.id for placed in rising] == [one, three, two, four]
    assert [placed.id for placed in falling] == [two, one, three, four]
    assert values == {one: 0.1, four: None}
    assert {model: version.number for model, version in versions.items()} == {one: 2}
    assert {model: version.number for model, version in newest.items()} == {one: 2, two: 1}


def test_what_the_filter_admits_is_placed_and_counted(store: Store) -> None:
    one, two, *_ = made(store)
    bert = In(FactField.FAMILY, ("bert",))
    with store.reading() as session:
        assert count_models(session, bert) == 2
        assert count_models(session, Not(bert)) == 2
        placed = place_models(session, bert, FieldOrder(ModelOrder.NAME), limit=10)
        assert shared_by(session, [one.id, two.id], Collapse.FAMILY) == {one.id: "bert", two.id: "bert"}
    assert [known.id for known in placed] == [one.id, two.id]


def test_stages_and_tags_are_counted_among_some(store: Store) -> None:
    one, two, *_ = made(store)
    with store.reading() as session:
        every, some = model_condition(All()), with_keys([one.key or 0, two.key or 0, 10**6])
        assert {found.written: found.documents for found in count_stages(session, every)} == {
            "DEVELOPMENT": 3
        }
        assert {found.written: found.documents for found in count_stages(session, some)} == {"DEVELOPMENT": 2}
        assert not count_stages(session, with_keys([]))

        def tallied(key: str) -> dict[str, int]:
            return {found.written: found.documents for found in count_tag_values(session, key, some)}

        assert tallied("team") == {"true": 1, "a": 1, "B": 1}
        assert tallied("year") == {"2020": 1, "2021": 1}
        assert tallied("box") == tallied("none") == {}
