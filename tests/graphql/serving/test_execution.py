"""What is written down at once is what graphql-core makes of it, errors and their places included."""

import asyncio
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import strawberry
from hypothesis import given
from hypothesis import strategies as st

from app.graphql.serving.execution import Execution, read_attributes_directly


@strawberry.enum
class Colour(Enum):
    """A leaf with names of its own."""

    RED = "red"
    BLUE = "blue"


@strawberry.type
class Part:
    """What is below a thing."""

    name: str
    weight: float | None


@strawberry.type
class Thing:
    """A field of each kind."""

    id: strawberry.ID
    text: str
    note: str | None
    count: int
    share: float
    flag: bool
    colour: Colour | None
    made: datetime | None
    words: list[str]
    part: Part
    parts: list[Part] | None

    @strawberry.field
    def louder(self, by: int) -> str | None:
        return f"{self.text}{'!' * by}"


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    async def thing(self, info: strawberry.Info) -> Thing | None:
        found: Thing = info.context
        return found

    @strawberry.field
    async def things(self, info: strawberry.Info) -> list[Thing]:
        return [info.context, info.context]


OPERATION = """
query ($short: Boolean!) {
  thing { id text note count share flag colour made words part { name weight } parts { name other: name } }
  things { text @skip(if: $short) ...Named part { __typename name } louder(by: 2) parts { weight } }
}
fragment Named on Thing { called: text part { name } }
"""
ODD = st.sampled_from([None, "", 2**40, float("nan"), True, ["a", None], object(), Colour.BLUE, 1.0])
PART = st.builds(Part, name=st.just("nut") | ODD, weight=st.just(0.5) | ODD)
THING = st.builds(
    Thing,
    id=st.just("1") | ODD,
    text=st.just("text") | ODD,
    note=st.none() | ODD,
    count=st.just(3) | ODD,
    share=st.just(0.5) | ODD,
    flag=st.booleans() | ODD,
    colour=st.just(Colour.RED) | ODD,
    made=st.just(datetime(2024, 1, 1, tzinfo=UTC)) | ODD,
    words=st.just(["a", "b"]) | ODD,
    part=PART | ODD,
    parts=st.lists(PART, max_size=2) | ODD,
)


def schemas() -> tuple[strawberry.Schema, strawberry.Schema]:
    quick = strawberry.Schema(query=Query, execution_context_class=Execution)
    read_attributes_directly(quick._schema)  # noqa: SLF001 - Strawberry keeps graphql-core's schema there
    return strawberry.Schema(query=Query), quick


PLAIN, QUICK = schemas()


async def answer(schema: strawberry.Schema, thing: Thing, variables: dict[str, Any]) -> tuple[Any, list[str]]:
    result = await schema.execute(OPERATION, variables, context_value=thing)
    return result.data, sorted(f"{error.path}: {error.message}" for error in result.errors or ())


WHOLE = Thing(
    id=strawberry.ID("1"),
    text="text",
    note=None,
    count=3,
    share=0.5,
    flag=False,
    colour=Colour.RED,
    made=datetime(2024, 1, 1, tzinfo=UTC),
    words=["a", "b"],
    part=Part(name="nut", weight=None),
    parts=[Part(name="bolt", weight=1.5)],
)


def run(thing: Thing, *, short: bool) -> list[tuple[Any, list[str]]]:
    return [asyncio.run(answer(schema, thing, {"short": short})) for schema in (PLAIN, QUICK)]


def test_it_works() -> None:
    plain, quick = run(WHOLE, short=True)
    assert quick == plain
    data, errors = quick
    assert errors == []
    assert data["thing"]["parts"] == [{"name": "bolt", "other": "bolt"}]
    assert "text" not in data["things"][0]


@given(THING, st.booleans())
def test_answers_and_errors_are_those_of_graphql_core(thing: Thing, short: bool) -> None:  # noqa: FBT001 - given by Hypothesis
    plain, quick = run(thing, short=short)
    assert quick == plain
