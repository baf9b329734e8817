"""The viewer of a request and what decides on what the viewer may do."""

from dataclasses import dataclass
from typing import Protocol

LOCAL_USER = "local"
SYSTEM_SERVICE = "system"


@dataclass(frozen=True, slots=True)
class Viewer:
    """The principal in whose name a request or task runs."""

    id: str
    name: str


class Authorizer(Protocol):
    """Decides whether a viewer may do a thing."""

    def require(self, viewer: Viewer, action: str, scope: str) -> None:
        """Return when `viewer` may do `action` within `scope` (the id of a namespace or an entity).

        Raises:
            Forbidden: The viewer may not.
        """


class AllowAll:
    """The authorizer of a registry without access control."""

    def require(self, viewer: Viewer, action: str, scope: str) -> None:
        """Allow everything."""
