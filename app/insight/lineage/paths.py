"""The ways of descent between two things."""

from app.db.engine import ReadSession
from app.lineage.ways import edges_above, shortest_ways, steps_of


def find_paths(session: ReadSession, start: str, goal: str, *, max_hops: int, limit: int) -> list[list[str]]:
    """Return the shortest ways of descent from one node to another, whichever of them is the older.

    They are shortest first and then by their nodes' keys, each from `start` to `goal`.
    """
    for lower, upper, way in ((start, goal, slice(None)), (goal, start, slice(None, None, -1))):
        steps = steps_of((edge.downstream, edge.upstream) for edge in edges_above(session, [lower]))
        if found := shortest_ways(steps, lower, upper, limit=limit, most_hops=max_hops):
            return [nodes[way] for nodes in found]
    return []
