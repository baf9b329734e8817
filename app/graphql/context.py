"""What a request carries: who asks, and where the answers are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import strawberry
from anyio import CapacityLimiter, to_thread

from app.db.engine import Database, ReadSession
from app.db.replica import Replica
from app.identity.session import WriteSession, write
from app.identity.viewer import Authorizer, Viewer
from app.insight.discovery.asking import Discovery, provide

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Context:
    """The context of one request.

    Attributes:
        writers: Bounds the threads of writers, who wait for each other, so that readers always find some.
        introspection: Whether questions about the schema are answered.
        replica: What answers queries in the database's place, if there is one.
        after: The sequence of the last change that an answer must not lack.
    """

    database: Database
    discovery: Discovery
    viewer: Viewer
    authorizer: Authorizer
    request_id: str
    writers: CapacityLimiter
    introspection: bool
    replica: Replica | None
    after: int

    async def read(self, work: Callable[[ReadSession], Answer], *, newest: bool = False) -> Answer:
        """Run `work` over one snapshot, on a thread of its own.

        Args:
            work: What is read; what it asks the search indexes too.
            newest: Whether it has to be the newest state that there is.
        """

        def asked(session: ReadSession) -> Answer:
            provide(session, self.discovery)
            return work(session)

        def run() -> Answer:
            if self.replica is not None and not newest:
                return self.replica.read(asked, after=self.after)
            with self.database.read() as session:
                return asked(session)

        return await to_thread.run_sync(run)

    async def write(self, work: Callable[[WriteSession], Answer]) -> Answer:
        """Run `work` in one transaction that is committed when it returns, on a thread of its own."""

        def run() -> Answer:
            return write(self.database, self.viewer, self.authorizer, work, request_id=self.request_id)

        return await to_thread.run_sync(run, limiter=self.writers)


Info: TypeAlias = strawberry.Info[Context, Any]
