"""Boards, trends and fronts, with the versions that they lead to."""

from app.db.engine import ReadSession
from app.db.paging import PageRequest
from app.errors import InvalidInput
from app.graphql.enums import MetricDirection
from app.graphql.loading.registered import load_versions
from app.graphql.selection import Selection
from app.graphql.types.connections import page_info
from app.graphql.types.metrics import metric
from app.graphql.types.tradeoffs import (
    LeaderboardConnection,
    LeaderboardEdge,
    LeaderboardEntry,
    ParetoPoint,
    TradeoffConnection,
    TradeoffEdge,
    objective_echo,
)
from app.insight.comparison.fronts import Front
from app.registry.drafts import Direction
from app.registry.reading.boards import Board, list_board
from app.registry.reading.listing import versions_by_id
from app.registry.reading.metrics import definition_of, metric_names
from app.registry.reading.predicates import MetricKeyTest
from app.search.filters import Filter


def load_front(session: ReadSession, front: Front, selection: Selection) -> TradeoffConnection:
    """Make a connection of a page of the front."""
    points = front.page.items
    rows = versions_by_id(session, [point.version_id for point in points])
    found = [rows[point.version_id] for point in points]
    versions = load_versions(session, found, selection.items().below("version"))
    nodes = [
        ParetoPoint(
            dominators=[],
            version=version,
            values=list(point.values),
            on_front=True,
            dominated_by_count=0,
            missing=[],
        )
        for point, version in zip(points, versions, strict=True)
    ]
    return TradeoffConnection(
        edges=[
            TradeoffEdge(cursor=cursor, node=node)
            for cursor, node in zip(front.page.cursors, nodes, strict=True)
        ],
        nodes=nodes,
        page_info=page_info(front.page),
        total_count=front.page.total or 0,
        evaluated=front.evaluated,
        objectives=[
            objective_echo(one, lacking) for one, lacking in zip(front.weighed, front.lacking, strict=True)
        ],
    )


def load_board(
    session: ReadSession,
    key: MetricKeyTest,
    admitted: Filter,
    direction: MetricDirection | None,
    request: PageRequest,
    selection: Selection,
) -> LeaderboardConnection:
    """Make a connection of a page of a board.

    Raises:
        NotFound: There is no such metric.
        InvalidInput: Nobody knows which way the metric gets better, or a cursor is not one of this board.
        Ambiguous: The key means several boards.
    """
    names = metric_names(session)
    definition = definition_of(session, key, names, ["metric"])
    way = Direction(direction.name if direction else definition.direction if definition else "NONE")
    if way is Direction.NONE:
        message = f"nobody knows which way {key.called!r} gets better: state the direction, or define it"
        raise InvalidInput(message, field=["direction"])
    board = Board(key, admitted, descending=way is Direction.MAXIMIZE)
    page, ranks = list_board(session, board, request, counted="totalCount" in selection)
    rows = versions_by_id(session, [series.owner_id for series in page.items])
    found = [rows[series.owner_id] for series in page.items]
    versions = load_versions(session, found, selection.items().below("version"))
    nodes = [
        LeaderboardEntry(rank=rank, version=version, metric=metric(series, names.canonical(series.name)))
        for rank, version, series in zip(ranks, versions, page.items, strict=True)
    ]
    return LeaderboardConnection(
        edges=[
            LeaderboardEdge(cursor=cursor, node=node)
            for cursor, node in zip(page.cursors, nodes, strict=True)
        ],
        nodes=nodes,
        page_info=page_info(page),
        total_count=page.total or 0,
        direction=MetricDirection[way.name],
    )
