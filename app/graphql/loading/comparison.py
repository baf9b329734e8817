"""Comparisons, with the versions that they lead to."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.db.engine import ReadSession
from app.graphql.inputs.drafting import below
from app.graphql.inputs.naming import ModelVersionBy, named_version, named_versions
from app.graphql.loading.registered import load_versions
from app.graphql.selection import Selection
from app.graphql.types.comparison import VersionComparison
from app.graphql.types.tradeoffs import ParetoFront, ParetoPoint, Recommendation, objective_echo
from app.insight.comparison import recommendation
from app.insight.comparison.comparing import Comparison, compare_versions
from app.insight.comparison.objectives import Objective
from app.insight.comparison.rows import RowKind


@dataclass(frozen=True, slots=True)
class Compared:
    """What is compared, as it is asked for."""

    versions: Sequence[ModelVersionBy]
    baseline: ModelVersionBy | None
    objectives: Sequence[Objective]


def load_comparison(session: ReadSession, asked: Compared, selection: Selection) -> VersionComparison:
    """Compare versions and make a type of it.

    Raises:
        InvalidInput: It is no comparison, or a name is none.
        NotFound: A version is not there.
        Ambiguous: An objective means several metrics.
    """
    with below("versions"):
        rows = named_versions(session, asked.versions)
    base = None
    if asked.baseline in asked.versions:
        base = rows[asked.versions.index(asked.baseline)]
    elif asked.baseline:
        with below("baseline"):
            base = named_version(session, asked.baseline)
    compared = compare_versions(session, rows, base, kinds=_kinds(selection), objectives=asked.objectives)
    recommended = compared.recommendation() if selection.asks("recommendation", "noRecommendation") else None
    based = load_versions(session, [base], selection.below("baseline")) if base else [None]
    return VersionComparison(
        comparison=compared,
        versions=load_versions(session, rows, selection.below("versions")),
        baseline=based[0],
        pareto=_front(session, compared, selection.below("pareto")) if compared.points else None,
        recommendation=_recommendation(session, recommended, selection.below("recommendation", "version")),
        no_recommendation=recommended if isinstance(recommended, str) else None,
    )


def _front(session: ReadSession, compared: Comparison, selection: Selection) -> ParetoFront:
    points = selection.below("points")
    versions = load_versions(session, compared.versions, points.below("version"))
    dominators = load_versions(session, compared.versions, points.below("dominatedBy"))
    by_id = {str(node.entity_id): node for node in dominators}
    return ParetoFront(
        objectives=[objective_echo(one, list(one.values).count(None)) for one in compared.weighed],
        points=[
            ParetoPoint(
                dominators=[by_id[other.id] for other in point.dominated_by],
                version=node,
                values=list(point.values),
                on_front=point.on_front,
                dominated_by_count=len(point.dominated_by),
                missing=list(point.missing),
            )
            for point, node in zip(compared.points, versions, strict=True)
        ],
    )


def _recommendation(
    session: ReadSession, found: recommendation.Recommendation | str | None, selection: Selection
) -> Recommendation | None:
    if not isinstance(found, recommendation.Recommendation):
        return None
    [node] = load_versions(session, [found.version], selection)
    return Recommendation(version=node, score=found.score, because=list(found.because))


def _kinds(selection: Selection) -> set[RowKind]:
    """Return the kinds of all rows that are asked for."""
    asked = [call.arguments.get("kinds") for call in selection.calls("rows")]
    return {
        one for kinds in asked for one in (RowKind if kinds is None else [RowKind(k.name) for k in kinds])
    }
