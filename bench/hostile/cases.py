"""What is sent, and the answer that is right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

MILLION = 10**6

REGISTER = """mutation($input: RegisterModelInput!) { registerModel(input: $input) {
  registeredModel { id } userErrors { code field message } } }"""
PAGE = """query($filter: ModelFilter, $after: String) { registeredModels(%s) {
  totalCount pageInfo { endCursor } } }"""
ORDERED = "query($by: ModelOrder!) { registeredModels(orderBy: $by) { totalCount } }"
FILTERED = PAGE % "filter: $filter, after: $after, first: 2"


@dataclass(frozen=True, slots=True)
class Sent:
    """A request to the API."""

    content: bytes = b""
    method: str = "POST"
    params: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})


@dataclass(frozen=True, slots=True)
class Case:
    """Something hostile, and the answer that is right.

    Attributes:
        make: Makes the request, knowing a cursor of all models by name.
        where: A part of what the answer names as the place of the fault.
    """

    title: str
    make: Callable[[str], Sent]
    status: int
    code: str
    where: str = ""


def ask(operation: str, **variables: Any) -> Sent:
    """Return a request for an operation."""
    return Sent(orjson.dumps({"query": operation, "variables": variables}))


def register(**given: Any) -> Callable[[str], Sent]:
    """Return what makes a registration."""
    return lambda _: ask(REGISTER, input={"name": "hostile", **given})


def query(operation: str, **variables: Any) -> Callable[[str], Sent]:
    """Return what makes a query."""
    return lambda _: ask(operation, **variables)


def body(content: bytes, **headers: str) -> Callable[[str], Sent]:
    """Return what makes a request with a body of its own."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Sent(content, headers={"content-type": "application/json", **sent})


def nested(depth: int) -> dict[str, Any]:
    """Return a filter so many levels deep."""
    inner: dict[str, Any] = {"name": {"contains": "a"}}
    for _ in range(depth):
        inner = {"not": inner}
    return inner


def doubling(levels: int) -> str:
    """Return fragments of which each spreads the next one twice."""
    each = " ".join(f"fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(levels))
    return f"{{ ...f0 }} {each} fragment f{levels} on Query {{ __typename }}"


def aliases(count: int, what: str) -> str:
    """Return one field under many names."""
    return f"{{ {' '.join(f'a{i}: {what}' for i in range(count))} }}"


ASK = b'{"query": "{ __typename }"}'
MAKE = 'mutation { createNamespace(input: {name: "hostile"}) { namespace { id } } }'
MANY_OPERATIONS = " ".join(f"query a{i} {{ __typename }}" for i in range(1_000))
MANY_NAMES = {str(number): "a" for number in range(40_000)}
UNKNOWN = f"{{ datasets(filter: {{{' '.join(f'f{i}: 1' for i in range(1_000))}}}) {{ totalCount }} }}"
BOMB = "types { fields { type { fields { type { fields { type { fields { name } } } } } } } }"

NAMES = [
    Case("a name with a right-to-left override", register(name="b\u202etreb"), 200, "INVALID", "name"),
    Case("a name with a zero-width space", register(name="be\u200brt"), 200, "INVALID", "name"),
    Case("a name with NUL", register(name="be\0rt"), 200, "INVALID", "name"),
    Case("a name of 10 MB", register(name="b" * 10 * MILLION), 200, "INVALID", "name"),
]
VALUES = [
    Case(
        "sizeBytes of 2^53",
        register(version={"sizeBytes": 2**53}),
        200,
        "BAD_USER_INPUT",
        "version.sizeBytes",
    ),
    Case(
        "2^53 within a tag",
        register(tags=[{"key": "a", "value": [{"b": 2**53}]}]),
        200,
        "BAD_USER_INPUT",
        "tags[0].value",
    ),
    Case(
        "2^53 as a parameter",
        register(version={"params": [{"name": "a", "value": -(2**53)}]}),
        200,
        "BAD_USER_INPUT",
        "version.params[0].value",
    ),
    Case(
        "first of 2^31",
        query("{ tasks(first: 2147483648) { totalCount } }"),
        200,
        "GRAPHQL_VALIDATION_FAILED",
    ),
    Case(
        "a description of 10 MB",
        register(facts={"description": "d" * 10 * MILLION}),
        200,
        "LIMIT_EXCEEDED",
        "facts.description",
    ),
    Case(
        "a tag of 10 MB",
        register(tags=[{"key": "a", "value": "v" * 10 * MILLION}]),
        200,
        "BAD_USER_INPUT",
        "tags[0].value",
    ),
    Case(
        "a tag that is null",
        register(tags=[{"key": "a", "value": None}]),
        200,
        "BAD_USER_INPUT",
        "tags[0].value",
    ),
    Case(
        "one tag twice",
        register(tags=[{"key": "a", "value": 1}, {"key": "a", "value": 2}]),
        200,
        "INVALID",
        "tags.1.key",
    ),
    Case(
        "one parameter twice",
        register(version={"params": [{"name": "a", "value": 1}] * 2}),
        200,
        "INVALID",
        "version.params.1.name",
    ),
    Case(
        "1,001 tags",
        register(tags=[{"key": str(number), "value": 1} for number in range(1_001)]),
        200,
        "LIMIT_EXCEEDED",
        "tags",
    ),
    Case(
        "400,000 tags",
        register(tags=[{"key": str(number), "value": 1} for number in range(400_000)]),
        200,
        "LIMIT_EXCEEDED",
    ),
]
LISTS = [
    Case("a filter 50 deep", query(FILTERED, filter=nested(50)), 200, "BAD_USER_INPUT", "filter.not.not"),
    Case(
        "a filter 5,000 deep",
        body(
            b'{"query": "{ __typename }", "variables": {"filter": '
            + b'{"not": ' * 5_000
            + b"1"
            + b"}" * 5_002
        ),
        400,
        "BAD_REQUEST",
    ),
    Case(
        "a filter of 10,000 parts",
        query(FILTERED, filter={"or": [{"name": {"contains": "a"}}] * 10_000}),
        200,
        "LIMIT_EXCEEDED",
    ),
    Case("49,000 empty parts", query(FILTERED, filter={"or": [{}] * 49_000}), 200, "LIMIT_EXCEEDED"),
    Case(
        "a filter of 401 parts",
        query(FILTERED, filter={"or": [{"name": {"contains": "a"}}] * 400}),
        200,
        "BAD_USER_INPUT",
        "filter.or",
    ),
    Case(
        "40,000 unknown conditions",
        query(FILTERED, filter={"name": MANY_NAMES}),
        200,
        "BAD_USER_INPUT",
        "TextMatch",
    ),
    Case(
        "a condition named by 10 MB", query(FILTERED, filter={"n" * 10 * MILLION: {}}), 200, "LIMIT_EXCEEDED"
    ),
    Case("an order by 10 MB", query(ORDERED, by={"field": "N" * 10 * MILLION}), 200, "LIMIT_EXCEEDED"),
    Case("1,000 unknown fields", query(UNKNOWN), 200, "GRAPHQL_VALIDATION_FAILED"),
    Case("a filter that matches nothing", query(FILTERED, filter={"name": {"equals": "no such"}}), 200, ""),
    Case(
        "a filter that matches all", query(FILTERED, filter={"not": {"name": {"equals": "no such"}}}), 200, ""
    ),
    Case("a filter of wildcards", query(FILTERED, filter={"name": {"contains": "%_" * 500}}), 200, ""),
    Case(
        "a cursor under another filter",
        lambda cursor: ask(FILTERED, filter={"language": {"equals": "de"}}, after=cursor),
        200,
        "BAD_USER_INPUT",
        "after",
    ),
    Case(
        "a cursor of another order",
        lambda cursor: ask(
            PAGE % "filter: $filter, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}",
            after=cursor,
        ),
        200,
        "BAD_USER_INPUT",
        "after",
    ),
    Case(
        "a cursor of another list",
        lambda cursor: ask("query($after: String) { tasks(after: $after) { totalCount } }", after=cursor),
        200,
        "BAD_USER_INPUT",
        "after",
    ),
    Case("a cursor of 10 MB", query(FILTERED, after="a" * 10 * MILLION), 200, "BAD_USER_INPUT", "after"),
    Case(
        "a search for 10 MB",
        query("query($text: String!) { search(text: $text) { totalCount } }", text="word " * 2 * MILLION),
        200,
        "BAD_USER_INPUT",
        "text",
    ),
]
REQUESTS = [
    Case(
        "a mutation by GET", lambda _: Sent(method="GET", params={"query": MAKE}), 405, "METHOD_NOT_ALLOWED"
    ),
    Case("no body", body(b""), 400, "BAD_REQUEST"),
    Case("a body that is null", body(b"null"), 400, "BAD_REQUEST"),
    Case("a body that is a number", body(b"1"), 400, "BAD_REQUEST"),
    Case("a batch", body(b"[" + ASK + b"]"), 400, "BAD_REQUEST"),
    Case("100,000 brackets", body(b"[" * 100_000), 400, "BAD_REQUEST"),
    Case("a number of 5,000 digits", body(b'{"variables": ' + b"9" * 5_000 + b"}"), 400, "BAD_REQUEST"),
    Case("UTF-16", body(ASK.decode().encode("utf-16")), 400, "BAD_REQUEST"),
    Case("text/plain", body(ASK, content_type="text/plain"), 415, "UNSUPPORTED_MEDIA_TYPE"),
    Case(
        "a form",
        body(b"query=x", content_type="application/x-www-form-urlencoded"),
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    ),
    Case("an answer as text/html", body(ASK, accept="text/html"), 406, "NOT_ACCEPTABLE"),
    Case("17 MB", body(b" " * 17 * MILLION), 413, "LIMIT_EXCEEDED"),
    Case("another host", body(ASK, host="evil.example"), 403, "FORBIDDEN"),
    Case("a page of another origin", body(ASK, origin="https://evil.example"), 403, "FORBIDDEN"),
    Case("a sandboxed page", body(ASK, origin="null"), 403, "FORBIDDEN"),
]
OPERATIONS = [
    Case("15 MB of spaces", query(" " * 15 * MILLION + "{ __typename }"), 200, "LIMIT_EXCEEDED"),
    Case(f"doubling fragments, {len(doubling(17))} bytes", query(doubling(17)), 200, "LIMIT_EXCEEDED"),
    Case(
        "a fragment that spreads itself",
        query("{ ...a } fragment a on Query { ...a }"),
        200,
        "GRAPHQL_VALIDATION_FAILED",
    ),
    Case("4,000 levels", query("{ a " * 4_000 + "}" * 4_000), 200, "GRAPHQL_PARSE_FAILED"),
    Case("1,000 operations", query(MANY_OPERATIONS), 200, "LIMIT_EXCEEDED"),
    Case("201 aliases", query(aliases(201, "__typename")), 200, "LIMIT_EXCEEDED"),
    Case("10,000 aliases", query(aliases(10_000, "__typename")), 200, "GRAPHQL_PARSE_FAILED"),
    Case("100 searches", query(aliases(100, 'search(text: "x") { totalCount }')), 200, "LIMIT_EXCEEDED"),
    Case("one object 900 times", query("{" + "serverInfo { name } " * 900 + "}"), 200, "LIMIT_EXCEEDED"),
    Case(
        "a deep question about the schema",
        query(f"{{ __schema {{ {BOMB} }} }}"),
        200,
        "GRAPHQL_VALIDATION_FAILED",
    ),
    Case("the schema 200 times", query(aliases(200, "__schema { types { name } }")), 200, "LIMIT_EXCEEDED"),
]
CASES = [*NAMES, *VALUES, *LISTS, *REQUESTS, *OPERATIONS]
