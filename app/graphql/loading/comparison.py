"""Comparisons, with the versions that they lead to."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.db.engine import ReadSession
from app.graphql.inputs.drafting import below
from app.graphql.inputs.naming import ModelVersionBy, named_version, named_versions
from app.graphql.loading.registered import load_versions
from app.graphql.selection import Selection
from app.graphql.types.comparison import VersionComparison
from app.insight.comparison import compare_versions
from app.insight.comparison_rows import RowKind


@dataclass(frozen=True, slots=True)
class Compared:
    """What is compared, as it is asked for."""

    versions: Sequence[ModelVersionBy]
    baseline: ModelVersionBy | None


def load_comparison(session: ReadSession, asked: Compared, selection: Selection) -> VersionComparison:
    """Compare versions and make a type of it.

    Raises:
        InvalidInput: It is no comparison, or a name is none.
        NotFound: A version is not there.
    """
    with below("versions"):
        rows = named_versions(session, asked.versions)
    with below("baseline"):
        base = named_version(session, asked.baseline) if asked.baseline else None
    compared = compare_versions(session, rows, base, _kinds(selection))
    nodes = load_versions(session, rows, selection.below("versions"))
    based = load_versions(session, [base], selection.below("baseline")) if base else [None]
    return VersionComparison(comparison=compared, versions=nodes, baseline=based[0])


def _kinds(selection: Selection) -> set[RowKind]:
    """Return the kinds of all rows that are asked for."""
    asked = [call.arguments.get("kinds") for call in selection.calls("rows")]
    return {
        one for kinds in asked for one in (RowKind if kinds is None else [RowKind(k.name) for k in kinds])
    }
