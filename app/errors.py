"""The error tree: every refusal that a caller can act on, with the data needed to act.

    HolotypeError
    ├── InvalidInput        a value breaks a rule; the field says which
    ├── NotFound            a name or id leads nowhere; suggestions are the nearest
    ├── AlreadyExists       the name is taken; `existing` is the id of who has it
    ├── Conflict            the request contradicts the present state
    │   ├── StaleRevision   someone else changed the entity first
    │   └── Busy            others are changing the same things; later it may be done
    ├── Immutable           what is READY does not change any more
    ├── CycleFound          the edge would close a circle; `path` is the circle
    ├── LimitExceeded       more than the registry admits
    ├── Ambiguous           several things answer to the name
    ├── PresentOnly         what was asked of the past is known of the present alone
    └── Forbidden           the viewer may not do this

Anything else that is raised is a defect and is reported as one.
"""

from collections.abc import Iterable

MAX_MESSAGE = 1_000


def shortened(message: str) -> str:
    """Return a message as long as people read; it may quote what a client sent."""
    return message if len(message) <= MAX_MESSAGE else f"{message[: MAX_MESSAGE - 1]}…"


class HolotypeError(Exception):
    """A refusal that tells the caller what is wrong and how to mend it.

    Args:
        message: One sentence for a person, naming the value and the fix.
        field: The path of the input field at fault, outermost first; empty when no single field is.
        suggestions: The nearest values that would have been accepted, best first.
    """

    code = "INVALID"

    def __init__(self, message: str, *, field: Iterable[str] = (), suggestions: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.message = shortened(message)
        self.field = tuple(field)
        self.suggestions = tuple(suggestions)

    def within(self, *outer: str) -> "HolotypeError":
        """Put the field below `outer`, for a caller that knows where the value came from."""
        self.field = (*outer, *self.field)
        return self


class InvalidInput(HolotypeError, ValueError):
    """A value breaks a rule of its field; a ValueError too, so that Pydantic's validators may raise it."""

    code = "INVALID"


class NotFound(HolotypeError):
    """A name or an id leads nowhere."""

    code = "NOT_FOUND"


class AlreadyExists(HolotypeError):
    """The name is taken.

    Args:
        existing: The id of the entity that has the name.
    """

    code = "ALREADY_EXISTS"

    def __init__(self, message: str, *, existing: str | None = None, field: Iterable[str] = ()) -> None:
        super().__init__(message, field=field)
        self.existing = existing


class Conflict(HolotypeError):
    """The request contradicts the present state."""

    code = "CONFLICT"


class StaleRevision(Conflict):
    """The entity was changed since the caller read it.

    Args:
        current: The entity's revision now.
    """

    code = "STALE_REVISION"

    def __init__(self, message: str, *, current: int, field: Iterable[str] = ()) -> None:
        super().__init__(message, field=field)
        self.current = current


class Busy(Conflict):
    """Others are changing the same things; the same request may be granted later."""


class Immutable(HolotypeError):
    """The thing is final and does not change any more."""

    code = "IMMUTABLE"


class CycleFound(HolotypeError):
    """The edge would make a version descend from itself.

    Args:
        path: Node keys from the edge's upstream end back to its downstream end.
    """

    code = "CYCLE"

    def __init__(self, message: str, *, path: Iterable[str], field: Iterable[str] = ()) -> None:
        super().__init__(message, field=field)
        self.path = tuple(path)


class LimitExceeded(HolotypeError):
    """More than the registry admits at once."""

    code = "LIMIT_EXCEEDED"


class Ambiguous(HolotypeError):
    """Several things answer to the name; the suggestions list them."""

    code = "AMBIGUOUS"


class PresentOnly(HolotypeError):
    """What was asked of the past is known of the present alone."""

    code = "PRESENT_ONLY"


class Forbidden(HolotypeError):
    """The viewer may not do this."""

    code = "FORBIDDEN"


class Refusals(Exception):
    """Several refusals at once, as when one input breaks several rules.

    Args:
        errors: The refusals, in the order of the input.
    """

    def __init__(self, errors: Iterable[HolotypeError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(error.message for error in self.errors))
