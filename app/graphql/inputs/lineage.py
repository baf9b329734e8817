"""A walk over the lineage, as it is asked for."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import strawberry

from app.db.ids import CODE, DATASET_VERSION, ENVIRONMENT, EXTERNAL, VERSION
from app.errors import InvalidInput
from app.graphql.enums import LineageDirection, LineageNodeKind, LineageRelation
from app.lineage.tables import Relation
from app.lineage.walks import Walk, WalkDirection

Way = Annotated[LineageDirection, strawberry.argument(description="Which way to walk.")]
MaxDepth = Annotated[int | None, strawberry.argument(description="How many hops at most, 0 to 50.")]
Relations = Annotated[
    list[LineageRelation] | None, strawberry.argument(description="Follow only edges of these relations.")
]
Kinds = Annotated[
    list[LineageNodeKind] | None, strawberry.argument(description="Enter only nodes of these kinds.")
]
MaxNodes = Annotated[
    int | None, strawberry.argument(description="How many nodes at most, nearest first, 1 to 5000.")
]
"""The arguments of a walk."""

PREFIXES = {
    LineageNodeKind.MODEL_VERSION: VERSION,
    LineageNodeKind.DATASET_VERSION: DATASET_VERSION,
    LineageNodeKind.CODE: CODE,
    LineageNodeKind.ENVIRONMENT: ENVIRONMENT,
    LineageNodeKind.EXTERNAL: EXTERNAL,
}
MAX_DEPTH = 50
DEFAULT_NODES = 500
MAX_NODES = 5_000


def walk_asked(root: str, arguments: Mapping[str, Any]) -> Walk:
    """Return the walk from `root` that a field's arguments ask for.

    Raises:
        InvalidInput: A bound is out of range.
    """
    relations, kinds = arguments.get("relations"), arguments.get("kinds")
    return Walk(
        root=root,
        direction=WalkDirection(arguments["direction"].value),
        max_depth=depth_asked(arguments.get("max_depth"), 1),
        relations=relations_asked(relations),
        kinds=None if kinds is None else [PREFIXES[kind] for kind in kinds],
    )


def depth_asked(given: int | None, default: int) -> int:
    """Return how many hops are asked for.

    Raises:
        InvalidInput: They are out of range.
    """
    depth = default if given is None else given
    if not 0 <= depth <= MAX_DEPTH:
        raise InvalidInput(f"maxDepth is 0 to {MAX_DEPTH}, not {depth}", field=["maxDepth"])
    return depth


def most_nodes(arguments: Mapping[str, Any]) -> int:
    """Return how many nodes are asked for at most.

    Raises:
        InvalidInput: It is out of range.
    """
    most = DEFAULT_NODES if arguments.get("max_nodes") is None else int(arguments["max_nodes"])
    if not 1 <= most <= MAX_NODES:
        raise InvalidInput(f"maxNodes is 1 to {MAX_NODES}, not {most}", field=["maxNodes"])
    return most


def relations_asked(given: Sequence[LineageRelation] | None) -> list[Relation] | None:
    """Return the relations whose edges are followed; None for all."""
    return None if given is None else [Relation[relation.name] for relation in given]
