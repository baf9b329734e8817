"""The indexes of one kind in a cluster: which there are, which of them are of use, and what they are called.

PREFIX-KIND            alias of the index that is searched
PREFIX-KIND-draft      alias of the one that a rebuild makes
PREFIX-KIND-previous   alias of the one that was searched before, kept for a stated time
PREFIX-KIND-000001     an index; the number grows with each one that is made
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from app.search.contract import IndexPosition, IndexUnavailable
from app.search.keeping import IndexLocked
from app.search.opensearch.fields import STATE
from app.search.opensearch.mapping import PRODUCT, Layout, index_body, index_digest
from app.search.opensearch.server import Server, to_json
from app.search.opensearch.state import State, state_of, state_source

CONFLICT, NOT_FOUND = 409, 404


@dataclass(frozen=True, slots=True)
class Found:
    """An index that was found.

    Attributes:
        name: Its name.
        number: The number in its name; 0 if it is none of ours.
        aliases: What else it is called.
        mappings: Its mapping.
    """

    name: str
    number: int
    aliases: frozenset[str]
    mappings: Mapping[str, Any]

    @property
    def is_ours(self) -> bool:
        """Whether Holotype made it."""
        return bool(self.mappings.get("_meta", {}).get("product") == PRODUCT)


@dataclass(frozen=True, slots=True)
class KeptState:
    """A state, and the write that it came with, so that the next one can say what it replaces."""

    state: State
    write: Mapping[str, int]


class Indexes:
    """The indexes of one kind.

    Args:
        server: The cluster.
        prefix: What all names begin with.
        layout: What the indexes hold, and how.
    """

    def __init__(self, server: Server, prefix: str, layout: Layout) -> None:
        self.server = server
        self.kind = layout.kind
        self._layout = layout
        self.live = f"{prefix}-{layout.kind}"
        self.draft = f"{self.live}-draft"
        self.previous = f"{self.live}-previous"

    def found(self) -> list[Found]:
        """Return the indexes that there are, ours and what goes by a name of ours, by their numbers."""
        names = f"{self.live},{self.live}-*"
        answer = self.server.ask("GET", f"/{names}", ignore_unavailable="true", expand_wildcards="all")
        every = [
            Found(name, self._number(name), frozenset(one["aliases"]), one["mappings"])
            for name, one in answer.items()
        ]
        own = (self.live, self.draft, self.previous)
        ours = [one for one in every if one.number or one.name in own or one.aliases & set(own)]
        return sorted(ours, key=lambda one: one.number)

    def named(self, alias: str) -> Found | None:
        """Return the index that an alias names.

        Raises:
            IndexUnavailable: It is none that Holotype made.
        """
        named = [one for one in self.found() if alias == one.name or alias in one.aliases]
        for one in named:
            if not one.is_ours or alias == one.name:
                what = f"{alias} is the index {one.name}, which Holotype did not make"
                mend = "give it another name, or set HOLOTYPE_OPENSEARCH_PREFIX to another one"
                raise IndexUnavailable(f"in OpenSearch at {self.server.url}, {what}: {mend}")
        return named[-1] if named else None

    def why_unfit(self, alias: str, log: str | None = None) -> str | None:
        """Say why the index of an alias cannot go on, for the log `log` if one is given; None if it can.

        Raises:
            IndexUnavailable: The alias names an index that Holotype did not make, or nothing answers.
        """
        found = self.named(alias)
        if found is None:
            return "there is none yet"
        told = self._told(alias)
        if told is None:
            return "it does not say how far it is"
        state = state_of(told["_source"])
        if why := self._why_outdated(found, state):
            return why
        if log is not None and state and state.position.log != log:
            return "it belongs to another registry"
        return None

    def why_outdated(self, alias: str) -> str | None:
        """Say what about an index this version makes otherwise; None if there is none, or nothing.

        Raises:
            IndexUnavailable: The alias names an index that Holotype did not make, or nothing answers.
        """
        found, told = self.named(alias), self._told(alias)
        return self._why_outdated(found, state_of(told["_source"])) if found and told else None

    def create(self, alias: str, log: str) -> None:
        """Make an empty index that follows the log `log`, give it the alias, and drop the one that had it.

        Where no other is searched meanwhile it has its name from the beginning, since any process that begins
        to write drops what has none.
        """
        if alias != self.live:
            self.drop(alias)
        found = self.found()
        had = [one.name for one in found if alias in one.aliases]
        name = f"{self.live}-{max((one.number for one in found), default=0) + 1:06d}"
        body = index_body(self._layout, log) | ({} if had else {"aliases": {alias: {}}})
        self.server.ask("PUT", f"/{name}", to_json(body))
        state = State(digest=index_digest(self._layout), position=IndexPosition(log=log))
        self.server.ask("PUT", f"/{name}/_create/{STATE}", to_json(state_source(state)), refresh="true")
        if had:
            self._swing([*(_remove(one, alias) for one in had), _add(name, alias)])
            self._drop(had)

    def drop(self, alias: str) -> None:
        """Delete the index of an alias, if there is one.

        Raises:
            IndexUnavailable: It is none that Holotype made.
        """
        if found := self.named(alias):
            self._drop([found.name])

    def publish(self) -> None:
        """Let the draft be searched, and keep what was searched before as the previous one."""
        draft = self.named(self.draft)
        if draft is None:
            raise IndexUnavailable(f"there is no index {self.draft}")
        self._let_be_searched(draft, self.draft)

    def roll_back(self) -> None:
        """Let the previous index be searched again, and what was searched be the previous one.

        Raises:
            IndexUnavailable: There is none, or it cannot be used any more.
        """
        previous = self.named(self.previous)
        if previous is None:
            kept = "one is kept for HOLOTYPE_OPENSEARCH_PREVIOUS_HOURS after a rebuild has replaced it"
            raise IndexUnavailable(f"there is no going back: there is no index {self.previous}; {kept}")
        if unfit := self.why_unfit(self.previous):
            raise IndexUnavailable(f"there is no going back to the index {self.previous}: {unfit}")
        self._let_be_searched(previous, self.previous)

    def replaced_at(self) -> datetime | None:
        """Return when another index took the place of the previous one; None if none is kept."""
        kept = self.state(self.previous)
        return kept.state.replaced_at if kept else None

    def drop_nameless(self) -> None:
        """Delete what a process left behind that was killed as it made an index or dropped one."""
        self._drop([one.name for one in self.found() if one.number and one.is_ours and not one.aliases])

    def size(self) -> int:
        """Return how many bytes the indexes take on the disks, without their copies."""
        names = ",".join(one.name for one in self.found() if one.number)
        if not names:
            return 0
        answer = self.server.ask("GET", f"/{names}/_stats/store", filter_path="_all.primaries")
        # An index that is just being made has no store yet.
        return int(answer["_all"]["primaries"].get("store", {}).get("size_in_bytes", 0))

    def state(self, alias: str) -> KeptState | None:
        """Return the state of an index as it was last written; None if there is none that can be read."""
        told = self._told(alias)
        state = state_of(told["_source"]) if told else None
        return KeptState(state, _write(told)) if told and state else None

    def keep_state(self, alias: str, state: State, *, instead_of: KeptState) -> KeptState:
        """Write the state of an index, and let all that was written before be found, at once.

        There is one shard, which shows what it was sent in the order in which that came.

        Raises:
            IndexLocked: Another process has written it since.
        """
        answer = self.server.ask(
            "PUT",
            f"/{alias}/_doc/{STATE}",
            to_json(state_source(state)),
            ok={CONFLICT},
            refresh="true",
            require_alias="true",
            **instead_of.write,
        )
        if answer.get("status") == CONFLICT:
            raise IndexLocked(f"another process writes the index {alias}")
        return KeptState(state, _write(answer))

    def _told(self, alias: str) -> Mapping[str, Any] | None:
        """Return what the server tells of the document that holds a state; None if there is none."""
        answer: Mapping[str, Any] = self.server.ask("GET", f"/{alias}/_doc/{STATE}", ok={NOT_FOUND})
        return answer if answer.get("found") else None

    def _why_outdated(self, found: Found, state: State | None) -> str | None:
        if state is None:
            return "how far it is was not written by this version"
        if state.digest != index_digest(self._layout):
            return "its documents were built in another way"
        if _shape(found.mappings) != _shape(index_body(self._layout, "")["mappings"]):
            return "its mapping was changed"
        return None

    def _let_be_searched(self, found: Found, alias: str) -> None:
        """Let an index that goes by `alias` be searched, and keep what was searched as the previous one.

        What cannot say when it was replaced, as its state cannot be read, is dropped: it would stay for ever.
        """
        live, previous = self.named(self.live), self.named(self.previous)
        gone = [previous.name] if previous and previous.name != found.name else []
        if kept := self.state(alias):
            # The tokens of another lease say nothing to those who write under that of the index.
            self.keep_state(alias, replace(kept.state, token=0), instead_of=kept)
        swings = [_remove(found.name, alias), _add(found.name, self.live)]
        swings += [_remove(name, self.previous) for name in gone]
        if live and (kept := self.state(self.live)):
            self.keep_state(self.live, replace(kept.state, replaced_at=datetime.now(UTC)), instead_of=kept)
            swings += [_remove(live.name, self.live), _add(live.name, self.previous)]
        elif live:
            swings.append(_remove(live.name, self.live))
            gone.append(live.name)
        self._swing(swings)
        self._drop(gone)

    def _number(self, name: str) -> int:
        match = re.fullmatch(rf"{re.escape(self.live)}-(\d{{6,}})", name)
        return int(match[1]) if match else 0

    def _swing(self, actions: list[Mapping[str, Any]]) -> None:
        self.server.ask("POST", "/_aliases", to_json({"actions": actions}))

    def _drop(self, names: list[str]) -> None:
        for name in names:
            self.server.ask("DELETE", f"/{name}", ok={NOT_FOUND})


def _write(answer: Mapping[str, Any]) -> Mapping[str, int]:
    return {"if_seq_no": answer["_seq_no"], "if_primary_term": answer["_primary_term"]}


def _add(index: str, alias: str) -> Mapping[str, Any]:
    return {"add": {"index": index, "alias": alias}}


def _remove(index: str, alias: str) -> Mapping[str, Any]:
    return {"remove": {"index": index, "alias": alias}}


def _shape(mappings: Mapping[str, Any]) -> Any:
    """Return what can be changed of a mapping once there is an index: its fields, and whether more may come.

    The types of fields cannot, and how they are spelled differs between versions of OpenSearch.
    """
    inner = {name: _shape(one) for name, one in mappings.get("properties", {}).items()}
    return mappings.get("dynamic"), inner
