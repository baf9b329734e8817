"""Lists in pages: they join without gap or overlap, forward and backward, whatever happens meanwhile."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.db.cursors import Order, cursor_of, named
from app.db.engine import ReadSession
from app.db.paging import Page, PageRequest, sequence_page
from app.errors import InvalidInput
from app.registry.drafts import ModelDraft, VersionDraft, draft
from app.registry.reading.browsing import list_tasks
from app.registry.reading.changes import Wanted, list_changes
from app.registry.reading.listing import (
    ModelOrder,
    aliases_of,
    latest_versions,
    list_models,
    list_versions,
    models_by_id,
    params_of,
    tags_of,
    versions_by_id,
    versions_of,
)
from app.registry.reading.metrics import metrics_of
from app.registry.writing.labels import set_alias
from app.registry.writing.registration import create_versions, register_models
from app.search.filters import FactField, In
from tests.store import Store, open_store

pytestmark = pytest.mark.both_databases

NAMES = ["b", "A", "a", "ß", "SS", "日本", "c1", "C1", "ç", "z"]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Open a registry of ten models made in two transactions, with 0 to 4 versions."""
    store = open_store(tmp_path_factory.mktemp("filled") / "registry.db")
    for names in (NAMES[:5], NAMES[5:]):
        with store.writing() as session:
            made = register_models(session, [draft(ModelDraft, {"name": name}) for name in names])
            create_versions(
                session, [(model, draft(VersionDraft, {})) for i, model in enumerate(made) for _ in range(i)]
            )
    yield store
    store.database.close()


def pages(read: Callable[[PageRequest], Page[Any]], size: int, *, backward: bool) -> Iterator[Page[Any]]:
    """Yield the pages of a list from one end to the other."""
    cursor = None
    while True:
        request = PageRequest(last=size, before=cursor) if backward else PageRequest(first=size, after=cursor)
        page = read(request)
        yield page
        more = page.has_previous if backward else page.has_next
        if not more:
            return
        cursor = page.cursors[0 if backward else -1]


LISTS: dict[str, Callable[[ReadSession, PageRequest], Page[Any]]] = {
    "models by name": list_models,
    "models by name, downwards": lambda s, r: list_models(s, r, descending=True),
    "models by time": lambda s, r: list_models(s, r, order=ModelOrder.CREATED_AT),
    "models by time, downwards": lambda s, r: list_models(s, r, order=ModelOrder.UPDATED_AT, descending=True),
    "versions": list_versions,
    "tasks": lambda s, r: list_tasks(s, r, text="image"),
    "changes": list_changes,
}


WHOLE = PageRequest(first=1_000, most=1_000)


@pytest.mark.parametrize("name", LISTS)
@settings(max_examples=12, deadline=None)
@given(size=st.integers(3, 25), backward=st.booleans())
def test_pages_join_without_gap_or_overlap(filled: Store, name: str, size: int, *, backward: bool) -> None:
    with filled.reading() as session:
        whole = LISTS[name](session, WHOLE).items
        joined: list[Any] = []
        for page in pages(lambda request: LISTS[name](session, request), size, backward=backward):
            assert len(page.items) == len(page.cursors) <= size
            joined = [*page.items, *joined] if backward else [*joined, *page.items]
            assert len(joined) <= len(whole)
    assert joined == whole
    assert len(whole) > 3


def test_lists_have_the_order_that_they_say(filled: Store) -> None:
    with filled.reading() as session:
        names = [model.name_folded for model in list_models(session, WHOLE).items]
        times = [model.created_at for model in list_models(session, WHOLE, order=ModelOrder.CREATED_AT).items]
        downwards = list_models(session, WHOLE, descending=True).items
    assert names == sorted(names)
    assert times == sorted(times)
    assert [model.name_folded for model in downwards] == names[::-1]


def test_totals_count_the_whole_list_when_asked(filled: Store) -> None:
    admitted = In(FactField.NAME, ("a",))
    with filled.reading() as session:
        page = list_models(session, PageRequest(first=1), admitted=admitted, counted=True)
        assert (page.total, page.has_next, page.has_previous) == (2, True, False)
        assert list_models(session, PageRequest(first=1)).total is None


def test_what_is_added_behind_a_cursor_is_on_the_next_page(store: Store) -> None:
    for name in ("b", "d"):
        store.model(name)
    with store.reading() as session:
        [cursor] = list_models(session, PageRequest(first=1)).cursors
    for name in ("a", "c"):
        store.model(name)
    with store.reading() as session:
        assert [model.name for model in list_models(session, PageRequest(after=cursor)).items] == ["c", "d"]
        page = list_models(session, PageRequest(last=5, before=cursor))
        assert ([model.name for model in page.items], page.has_next, page.has_previous) == (
            ["a"],
            True,
            False,
        )


@pytest.mark.parametrize("size", [0, -1, 101, 10**30])
def test_pages_have_bounds(store: Store, size: int) -> None:
    for field, request in (("first", PageRequest(first=size)), ("last", PageRequest(last=size))):
        with store.reading() as session, pytest.raises(InvalidInput, match="1 to 100") as caught:
            list_models(session, request)
        assert caught.value.field == (field,)


def handmade(*values: Any) -> str:
    """Return a cursor whose values are other than those of a row, behind the digest of its list."""
    digest = orjson.loads(base64.urlsafe_b64decode(CURSOR + "=" * (-len(CURSOR) % 4)))[0]
    return base64.urlsafe_b64encode(orjson.dumps([digest, *values])).decode().rstrip("=")


BY_TIME = Order('models{"deleted":"EXCLUDE","filter":"All()"}', ("created_at", "id"))
CURSOR = cursor_of(BY_TIME, ["2026-01-31T12:00:00+00:00", "mdl_"])
FORGED: list[list[Any]] = [
    *([None, "mdl"], [1, "mdl"], ["2026-01-31", "mdl"], ["2026-01-31T12:00:00", "mdl"], ["soon", "mdl"]),
    *(["0001-01-01T00:00:00+10:00", "mdl"], ["2026-01-31T12:00:00Z", 1], ["2026-01-31T12:00:00Z", ["a"]]),
    *([], ["2026-01-31T12:00:00Z"], [{}, {}]),
]


@pytest.mark.parametrize("field", ["after", "before"])
@pytest.mark.parametrize(
    "cursor", ["", "x", "é", "\ud800", "AAAA", "bnVsbA", "W10", *(handmade(*v) for v in FORGED)]
)
def test_what_is_no_cursor_of_the_list(filled: Store, field: str, cursor: str) -> None:
    request = PageRequest(after=cursor) if field == "after" else PageRequest(last=1, before=cursor)
    with filled.reading() as session, pytest.raises(InvalidInput, match="cursor") as caught:
        list_models(session, request, order=ModelOrder.CREATED_AT)
    assert caught.value.field == (field,)


def test_a_cursor_made_by_hand_that_could_be_one_is_a_place_in_the_list(filled: Store) -> None:
    with filled.reading() as session:
        page = list_models(session, PageRequest(after=CURSOR), order=ModelOrder.CREATED_AT)
    assert len(page.items) == len(NAMES)


def test_a_number_that_no_column_holds_is_no_cursor(filled: Store) -> None:
    for number in (2**63, 2**64 - 1, 1.5, True):
        cursor = cursor_of(Order(named("changes", {"wanted": repr(Wanted())}), ("sequence",)), [number])
        with filled.reading() as session, pytest.raises(InvalidInput, match="cursor"):
            list_changes(session, PageRequest(after=cursor))


def test_a_cursor_of_another_list_is_refused(filled: Store) -> None:
    with filled.reading() as session:
        [cursor] = list_models(session, PageRequest(first=1)).cursors
        for read in (
            lambda: list_versions(session, PageRequest(after=cursor)),
            lambda: list_models(session, PageRequest(after=cursor), descending=True),
            lambda: list_models(session, PageRequest(after=cursor), admitted=In(FactField.NAME, ("a",))),
        ):
            with pytest.raises(InvalidInput, match="another list or order"):
                read()


def test_the_same_page_of_many_lists(filled: Store) -> None:
    with filled.reading() as session:
        models = list_models(session, WHOLE, order=ModelOrder.CREATED_AT).items
        ids = [model.id for model in models]
        listed = versions_of(session, ids, PageRequest(first=2), counted=True)
        latest = latest_versions(session, ids)
        assert latest_versions(session, ids, "PRODUCTION") == {}
        alone = {key: versions_of(session, [key], PageRequest(first=2), counted=True) for key in ids}
    counts = {model.id: count for model in models if (count := NAMES.index(model.name) % 5)}
    assert {key: page.total for key, page in listed.items()} == counts
    assert {key: [version.number for version in page.items] for key, page in listed.items()} == {
        key: list(range(n, 0, -1))[:2] for key, n in counts.items() if n
    }
    assert {key: page.has_next for key, page in listed.items()} == {
        key: n > 2 for key, n in counts.items() if n
    }
    assert {key: version.number for key, version in latest.items()} == {
        key: n for key, n in counts.items() if n
    }
    assert {key: page for pages in alone.values() for key, page in pages.items()} == listed


def test_what_belongs_to_many_is_read_at_once(store: Store) -> None:
    models = [store.model(name, tags={"b": 1, "a": name}) for name in ("x", "y")]
    metrics = [{"name": name, "value": 1} for name in ("z", "acc", "Loss")]
    versions = [store.version(model, params={"q": 1, "p": 2}, metrics=metrics) for model in models]
    with store.writing() as session:
        for name in ("b", "B", "a"):
            set_alias(session, versions[0], name)
    ids, version_ids = [model.id for model in models], [version.id for version in versions]
    with store.reading() as session:
        tags = tags_of(session, ids)
        aliases = aliases_of(session, ids)
        params = params_of(session, version_ids, PageRequest(first=1), counted=True)
        series = metrics_of(session, version_ids, PageRequest())
        assert [model.name for model in models_by_id(session, [*ids, "mdl_unknown"]).values()] == ["x", "y"]
        assert versions_by_id(session, version_ids) == dict(zip(version_ids, versions, strict=True))
    assert {key: list(mine.items()) for key, mine in tags.items()} == {
        model.id: [("a", model.name), ("b", 1)] for model in models
    }
    assert {key: [alias.name for alias in mine] for key, mine in aliases.items()} == {ids[0]: ["B", "a", "b"]}
    assert {key: [param.name for param in page.items] for key, page in params.items()} == {
        key: ["p"] for key in version_ids
    }
    assert {page.total for page in params.values()} == {2}
    for page in series.values():
        assert [one.name for one in page.items] == ["acc", "Loss", "z"]


@given(st.lists(st.integers(), unique=True, max_size=12), st.integers(1, 5))
def test_a_list_at_hand_is_paged_alike(items: list[int], size: int) -> None:
    order, keys = Order("items", ("key",)), [str(item) for item in items]
    for backward in (False, True):
        joined: list[int] = []
        for page in pages(
            lambda request: sequence_page(items, keys, order, request), size, backward=backward
        ):
            joined = [*page.items, *joined] if backward else [*joined, *page.items]
            assert page.total == len(items)
        assert joined == items


def test_tasks_are_found_by_their_words(store: Store) -> None:
    with store.reading() as session:
        found = [
            task.name for task in list_tasks(session, PageRequest(first=100), text="SENTIMENT text").items
        ]
        assert "sentiment_analysis" in found
        assert len(found) < 20
        assert list_tasks(session, PageRequest(), text="100%_").items == []
