"""How every mutation runs: one transaction, and its answer read after the commit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias, TypeVar

from pydantic.alias_generators import to_camel

from app.db.engine import ReadSession
from app.errors import AlreadyExists, CycleFound, HolotypeError, Refusals
from app.graphql.context import Info
from app.graphql.inputs.drafting import request_digest, stated
from app.graphql.loading.lineage import load_path
from app.graphql.loading.nodes import load_nodes
from app.graphql.selection import Selection, selected
from app.graphql.types.payloads import Payload, user_error
from app.identity.idempotency import answered, remember
from app.identity.session import WriteSession

AnyPayload = TypeVar("AnyPayload", bound=Payload)
Reader: TypeAlias = Callable[[ReadSession, Selection], Any]
"""Reads what answers a field of a payload."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a mutation did.

    Attributes:
        things: By field of the payload, the id of the thing that answers it, or several.
        values: Further fields of the payload.
    """

    things: Mapping[str, str | list[str] | None]
    values: Mapping[str, Any] = field(default_factory=dict)


async def mutate(
    info: Info,
    given: Any,
    kind: type[AnyPayload],
    work: Callable[[WriteSession], Done],
    *,
    also: Callable[[Done], Mapping[str, Reader]] = lambda _: {},
) -> AnyPayload:
    """Do the work in one transaction, then read what it left, or say why it was refused.

    Args:
        info: The field being resolved.
        given: The mutation's input.
        kind: What it answers.
        work: What it does.
        also: Tells how further fields of the answer are read once the work is committed.
    """
    selection = selected(info)
    echo: dict[str, Any] = {"client_mutation_id": stated(given.client_mutation_id)}
    key, digest = stated(given.idempotency_key), request_digest(given)

    def run(session: WriteSession) -> tuple[Done, str | None]:
        if key is not None and (before := answered(session, info.field_name, key, digest)) is not None:
            return Done(before["things"], before["values"]), before["change"]
        done = work(session)
        change = session.logged[0].id if session.logged else None
        if key is not None:
            answer = {"things": dict(done.things), "values": dict(done.values), "change": change}
            remember(session, info.field_name, key, digest, answer)
        return done, change

    try:
        done, change = await info.context.write(run)
    except (HolotypeError, Refusals) as refused:
        errors = refused.errors if isinstance(refused, Refusals) else (refused,)
        found = await info.context.read(lambda session: _in_the_way(session, errors, selection), newest=True)
        return kind(user_errors=[user_error(error, node) for error, node in found], **echo)
    things = {**done.things, "change": change}
    readers: dict[str, Reader] = {name: partial(_found, wanted) for name, wanted in things.items()}
    readers.update(also(done))
    answers = await info.context.read(lambda session: _answers(session, readers, selection), newest=True)
    return kind(**answers, **done.values, **echo)


def _answers(session: ReadSession, readers: Mapping[str, Reader], selection: Selection) -> dict[str, Any]:
    """Read the fields of a payload that are asked for; what cannot be read is the error of its field."""
    answers: dict[str, Any] = {}
    for name, read in readers.items():
        field = to_camel(name)
        try:
            answers[name] = read(session, selection.below(field)) if field in selection else None
        except Exception as failure:  # noqa: BLE001 - the change is committed and must not look failed
            answers[name] = failure
    return answers


def _found(wanted: str | list[str] | None, session: ReadSession, selection: Selection) -> Any:
    """Read a thing by its id, or several; what is gone again is left out."""
    ids = wanted if isinstance(wanted, list) else [wanted] if wanted else []
    nodes = load_nodes(session, ids, selection)
    found = [nodes[one] for one in ids if one in nodes]
    return found if isinstance(wanted, list) else next(iter(found), None)


def _in_the_way(
    session: ReadSession, errors: Sequence[HolotypeError], selection: Selection
) -> list[tuple[HolotypeError, Any]]:
    """Read what stands in the way: what has the name already, or the way that an edge would close."""
    asked = selection.below("userErrors")
    ids = [error.existing for error in errors if isinstance(error, AlreadyExists) and error.existing]
    nodes = load_nodes(session, ids, asked.on("Conflict").below("existing"))
    paths = asked.on("CycleFound").below("path")
    return [
        (error, load_path(session, error.path, paths))
        if isinstance(error, CycleFound)
        else (error, nodes.get(getattr(error, "existing", None) or ""))
        for error in errors
    ]
