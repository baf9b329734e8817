"""Every code of an error is documented, and nothing is documented that is none."""

import re
from http import HTTPStatus
from pathlib import Path

from app.errors import HolotypeError
from app.graphql.enums import DegradationCode, UserErrorCode

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/errors.md").read_text()
SENT = re.compile(r'"code": "([A-Z_]+)"')
NAMED = re.compile(r'"([A-Z]+(?:_[A-Z]+)*)"')
STATUS = re.compile(r"HTTPException\((4\d\d),")


def documented(section: str) -> set[str]:
    """Return the codes in the table of a section."""
    [text] = re.findall(rf"^## {section}$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE))


def refusals(kind: type[HolotypeError] = HolotypeError) -> set[str]:
    """Return the codes of all refusals."""
    return {kind.code}.union(*map(refusals, kind.__subclasses__()))


def test_the_codes_of_refused_mutations() -> None:
    assert documented("Refused mutations") == {code.name for code in UserErrorCode}


def test_the_codes_of_refusals() -> None:
    assert refusals() <= documented("Refused mutations") | documented("Failed requests")


def test_the_codes_of_failed_requests() -> None:
    sources = [
        path.read_text() for room in ("graphql", "routes") for path in (ROOT / "app" / room).rglob("*.py")
    ]
    sent = {code for source in sources for code in SENT.findall(source)}
    sent |= set(NAMED.findall((ROOT / "app/graphql/serving/errors.py").read_text()))
    sent |= {HTTPStatus(int(status)).name for source in sources for status in STATUS.findall(source)}
    assert documented("Failed requests") == sent


def test_the_codes_of_answers_that_are_not_whole() -> None:
    assert documented("Answers that are not whole") == {code.name for code in DegradationCode}
