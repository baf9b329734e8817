"""Answers of the search, with the models and versions that they lead to."""

from app.db.engine import ReadSession
from app.graphql.loading.registered import load_models, load_versions
from app.graphql.selection import Selection
from app.graphql.types.connections import PageInfo
from app.graphql.types.degradation import degradation
from app.graphql.types.search import SearchConnection, SearchEdge, explanation, facet
from app.insight.discovery import searching
from app.insight.discovery.asking import Discovery
from app.insight.discovery.queries import Parts, Query
from app.insight.discovery.suggesting import other_spellings
from app.insight.discovery.versions import versions_shown
from app.search.contract import WINDOW, Kind


def load_search(
    session: ReadSession, index: Discovery, query: Query, selection: Selection
) -> SearchConnection:
    """Search and make a connection of what is found.

    Raises:
        InvalidInput: The text is too long, or the cursor is not one of this search.
    """
    edges = selection.below("edges")
    why = edges.below("why")
    wanted = Parts("totalCount" in selection, why.asks("matched", "highlights"), why.asks("highlights"))
    answer = searching.search(session, index, query, wanted)
    models = load_models(session, [found.model for found in answer.found], selection.items())
    shown = {}
    if "version" in edges:
        rows = versions_shown(session, [one.model.id for one in answer.found], query.filter, query.order)
        versions = load_versions(session, list(rows.values()), edges.below("version"))
        shown = dict(zip(rows, versions, strict=True))
    asked = "suggestions" in selection
    suggestions = other_spellings(index, Kind.MODELS, query.text or "", answer.unmatched) if asked else []
    cursors = [found.cursor for found in answer.found]
    return SearchConnection(
        edges=[
            SearchEdge(
                cursor=found.cursor,
                rank=found.rank,
                node=node,
                version=shown.get(found.model.id),
                score=found.hit.score,
                why=explanation(found.hit, found.reasons),
                collapsed=found.collapsed,
            )
            for found, node in zip(answer.found, models, strict=True)
        ],
        nodes=models,
        page_info=PageInfo(
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
            has_next_page=answer.has_next,
            has_previous_page=query.after is not None,
        ),
        total_count=answer.total or 0,
        window=WINDOW,
        facets=[facet(counts) for counts in answer.facets],
        indexed_through=answer.indexed_through,
        degraded=[degradation(one) for one in answer.degraded],
        suggestions=suggestions,
    )
