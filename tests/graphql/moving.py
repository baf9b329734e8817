"""Changing a served registry by any mutation."""

from typing import Any

from tests.graphql.conftest import Api


def attempt(api: Api, mutation: str, **given: Any) -> list[str]:
    """Send a mutation and return why it was refused; nothing when it was not."""
    kind = f"{mutation[0].upper()}{mutation[1:]}Input"
    query = f"mutation($i: {kind}!) {{ {mutation}(input: $i) {{ userErrors {{ message }} }} }}"
    return [error["message"] for error in api.run(query, i=given)["userErrors"]]


def move(api: Api, mutation: str, **given: Any) -> Any:
    """Change something by a mutation that is not refused and return the log's last change."""
    assert attempt(api, mutation, **given) == []
    return last_change(api)


def last_change(api: Api) -> Any:
    """Return the last change of the log."""
    return api.run("{ changes(last: 1) { nodes { id sequence at } } }")["nodes"][0]
