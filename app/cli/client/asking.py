"""Asking the GraphQL API."""

import json
from collections.abc import Mapping
from typing import Any

import httpx2

from app.cli.terminal import ABSENT, FAILED, UNREACHABLE, USAGE, fail, suggested


class Unanswered(Exception):
    """The API did not answer the question; the message says why, and what to do.

    Attributes:
        code: What the command that asked ends with.
    """

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


def ask(
    url: str, query: str, variables: Mapping[str, Any] | None = None, *, patience: float = 30
) -> dict[str, Any]:
    """Return the data of a GraphQL answer.

    Args:
        url: The address of the API; a path `/graphql` is taken off.
        query: The GraphQL document.
        variables: Its variables.
        patience: How long to wait for the answer, in seconds.

    Raises:
        Unanswered: There is no server, or it refused the question.
    """
    # An argument may hold what is no Unicode, which JSON can spell.
    body = json.dumps({"query": query, "variables": dict(variables or {})})
    headers = {"Content-Type": "application/json"}
    url = url.rstrip("/").removesuffix("/graphql")
    try:
        answer = httpx2.post(
            f"{url}/graphql", content=body, headers=headers, timeout=patience, trust_env=False
        )
    except httpx2.InvalidURL as invalid:
        raise Unanswered(f"{url!r} is no address: {invalid}", USAGE) from None
    except httpx2.UnsupportedProtocol:
        raise Unanswered(f"{url!r} is no address; it begins with http:// or https://", USAGE) from None
    except httpx2.TimeoutException:
        raise Unanswered(f"{url} did not answer within {patience:g} s", UNREACHABLE) from None
    except httpx2.TransportError:
        there = "start it with: holotype up, or say where it is with --url or HOLOTYPE_URL"
        raise Unanswered(f"nothing answers at {url}; {there}", UNREACHABLE) from None
    except httpx2.DecodingError:
        raise Unanswered(
            f"what answers at {url} is no Holotype: it is not packed as it says", UNREACHABLE
        ) from None
    return _data(url, answer)


def _data(url: str, answer: httpx2.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        content = {}
    if errors := _errors(content):
        absent = all(_told(error).get("code") == "NOT_FOUND" for error in errors)
        raise Unanswered("; ".join(map(_sentence, errors)), ABSENT if absent else FAILED)
    data, extensions = content.get("data"), content.get("extensions")
    # Only a Holotype says what an operation cost; the data of any other may have any shape.
    if not isinstance(data, dict) or not isinstance(extensions, dict) or "cost" not in extensions:
        raise Unanswered(f"what answers at {url} is no Holotype (HTTP {answer.status_code})", UNREACHABLE)
    return data


def _errors(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the errors of an answer; none where they are not as GraphQL writes them."""
    errors = content.get("errors")
    written = isinstance(errors, list) and all(
        isinstance(error, dict) and isinstance(error.get("message"), str) for error in errors
    )
    return errors if written else []  # type: ignore[return-value]


def _told(error: dict[str, Any]) -> dict[str, Any]:
    told = error.get("extensions")
    return told if isinstance(told, dict) else {}


def _sentence(error: dict[str, Any]) -> str:
    suggestions = _told(error).get("suggestions")
    names = suggestions if isinstance(suggestions, list) else []
    return f"{error['message']}{suggested([str(name) for name in names])}"


def answer_of(url: str, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the only field of a query holds, and end the command where there is no answer."""
    try:
        [answer] = ask(url, query, variables).values()
    except Unanswered as unanswered:
        fail(str(unanswered), unanswered.code)
    found: dict[str, Any] = answer
    return found
