"""What is not known of the past."""

from collections.abc import Mapping
from typing import Any

from app.db.engine import ReadSession
from app.errors import PresentOnly
from app.graphql.selection import Selection


def known_now_only(
    session: ReadSession, loaded: Mapping[str, dict[str, Any]], selection: Selection, *fields: str
) -> bool:
    """Tell whether `session` shows the past; if so, say so for `fields`, which are of the present alone."""
    if session.as_of is None:
        return False
    for field in fields:
        for call in selection.calls(field):
            for answers in loaded.values():
                answers[call.key] = PresentOnly(
                    f"{field} is known of the present alone; ask for it by the entityId", field=[field]
                )
    return True
