"""What is written of the API over HTTP is so."""

import re
from pathlib import Path

from app.graphql.serving import limits

TEXT = (Path(__file__).parents[2] / "docs/http.md").read_text()


def test_every_limit_is_in_the_table() -> None:
    written = {
        int(number.replace(",", "")) for number in re.findall(r"^\| .* \| ([\d,]+) \|$", TEXT, re.MULTILINE)
    }
    told = {name: value for name, value in vars(limits).items() if name.startswith("MAX_")}
    # How much work comparing is goes by graphql-core's own measure, which is nothing to go by.
    del told["MAX_COMPARISONS"]
    assert written == set(told.values())


def test_what_fields_cost_is_written() -> None:
    assert f"a list without a page size as {limits.LIST_ITEMS}" in TEXT
    searching = {cost for name, cost in limits.HEAVY.items() if not name.startswith("__")}
    assert f"count as {max(searching)} objects, `__schema` as {limits.HEAVY['__schema']:,}" in TEXT
    assert len(searching) == 1
