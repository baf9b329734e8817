"""The ways of descent between two things."""

from app.db.engine import ReadSession
from app.lineage.ways import edges_above, shortest_ways, steps_of


def find_paths(session: ReadSession, start: str, goal: str, *, max_hops: int, limit: int) -> list[list[str]]:
    """Return the shortest ways of descent from one node to another, whichever of them is the older.

    They are shortest first and then by their nodes' keys, each from `start` to `goal`.
    """
    steps = steps_of((edge.downstream, edge.upstream) for edge in edges_above(session, [start, goal]))
    if ways := shortest_ways(steps, start, goal, limit=limit, most_hops=max_hops):
        return ways
    return [way[::-1] for way in shortest_ways(steps, goal, start, limit=limit, most_hops=max_hops)]
