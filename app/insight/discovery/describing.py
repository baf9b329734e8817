"""The task that a query describes: "draw boxes around the cars in a photo" asks for object detection."""

from functools import lru_cache
from threading import Lock

import numpy as np

from app.registry.catalogue import shipped_tasks
from app.search.contract import Vector
from app.search.query_encoder import QueryEncoder

NEAR = 0.5
"""The cosine from which on a query may describe a task."""
CLEARLY = 0.05
"""By how much it is nearer to that task than to any other."""


_encoding = Lock()


def task_described(encoder: QueryEncoder, query: Vector) -> str | None:
    """Return the name of the shipped task that is clearly nearest to a query's vector.

    None if no task is near, or several are: "speech" alone names no task.
    """
    cosines = vectors_of_tasks(encoder) @ query
    second, nearest = np.argsort(cosines)[-2:]
    if cosines[nearest] < max(NEAR, cosines[second] + CLEARLY):
        return None
    return shipped_tasks()[int(nearest)].name


def vectors_of_tasks(encoder: QueryEncoder) -> Vector:
    """Return what the shipped tasks are to an encoder, one row each: a second of work, done once.

    Of those who ask at once, one does it.
    """
    with _encoding:
        return _encoded(encoder)


@lru_cache(maxsize=1)
def _encoded(encoder: QueryEncoder) -> Vector:
    return np.stack([encoder.encode(f"{task.title}: {task.description}") for task in shipped_tasks()])
