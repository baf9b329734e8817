"""How a process uses a database server."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """What one process asks of a database server at most; an embedded database needs none of it.

    Attributes:
        connections: How many connections readers have, and how many writers.
        statement_seconds: How long one statement may run.
        lock_seconds: How long a writer waits for what another one is changing.
        idle_seconds: How long a transaction may wait for its client.
    """

    connections: int = 10
    statement_seconds: float = 30
    lock_seconds: float = 10
    idle_seconds: float = 60
