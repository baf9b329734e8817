"""History tables tell at every sequence what a replay of the log tells: stages, aliases and tags."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Table

from app.db.changelog import Change
from app.registry.drafts import TransitionDraft, draft
from app.registry.reading.finding import VersionBy, find_version
from app.registry.reading.stages import DEFAULT_STAGES
from app.registry.tables import alias_history, tag_history, version_history
from app.registry.writing.labels import set_alias, set_tags
from app.registry.writing.stages import transition_stage
from tests.store import Store

pytestmark = pytest.mark.both_databases


@dataclass
class World:
    """What the log says that holds after some change."""

    numbers: dict[tuple[str, int], str] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)
    aliases: dict[tuple[str, str], str] = field(default_factory=dict)
    tags: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def apply(self, change: Change) -> None:
        """Let one change happen."""
        after = orjson.loads(change.after or "{}")
        subject = change.subject_id
        match change.action:
            case "version.created":
                self.numbers[change.related[0], after["number"]] = subject
                self.stages[subject] = after["stage"]
                self._tag(subject, after.get("tags", {}))
            case "model.registered":
                self._tag(subject, after.get("tags", {}))
            case "tags.set":
                self._tag(subject, after)
            case "version.staged":
                assert orjson.loads(change.before or "") == {"stage": self.stages[subject]}
                self.stages[subject] = after["stage"]
            case "alias.set":
                self.aliases[subject, after["alias"]] = self.numbers[subject, after["version"]]

    def _tag(self, subject: str, tags: dict[str, Any]) -> None:
        self.tags |= {(subject, key): orjson.dumps(value) for key, value in tags.items()}


def as_of(states: list[dict[str, Any]], sequence: int) -> Iterator[dict[str, Any]]:
    """Yield the states that held after the change `sequence`."""
    for state in states:
        closed = state["closed_sequence"]
        if state["opened_sequence"] <= sequence and (closed is None or closed > sequence):
            yield state


def told_by_history(states: dict[str, list[dict[str, Any]]], sequence: int) -> tuple[Any, ...]:
    versions, aliases, tags = ([*as_of(states[kind], sequence)] for kind in ("versions", "aliases", "tags"))
    told = (
        {state["id"]: state["stage"] for state in versions},
        {(state["model_id"], state["name"]): state["version_id"] for state in aliases},
        {(state["subject_id"], state["key"]): orjson.dumps(state["value"]) for state in tags},
    )
    assert [len(kind) for kind in told] == [len(versions), len(aliases), len(tags)], "one state at a time"
    return told


def states_of(store: Store, history: Table) -> list[dict[str, Any]]:
    with store.reading() as session:
        return [
            dict(row) for row in session.execute(history.select().order_by(history.c.history_id)).mappings()
        ]


STEPS = st.one_of(
    st.tuples(st.just("model"), st.dictionaries(st.sampled_from("kl"), st.sampled_from([1, "x"]))),
    st.tuples(
        st.just("version"), st.integers(0, 1), st.dictionaries(st.just("k"), st.sampled_from([True, "y"]))
    ),
    st.tuples(
        st.just("stage"),
        st.integers(0, 5),
        st.sampled_from([stage.name for stage in DEFAULT_STAGES]),
        st.booleans(),
    ),
    st.tuples(st.just("alias"), st.integers(0, 5), st.sampled_from(["champion", "Champion", "blue"])),
    st.tuples(
        st.just("tags"),
        st.integers(0, 5),
        st.dictionaries(st.sampled_from("klm"), st.sampled_from([1, True, [], "x"]), min_size=1),
    ),
)


def run(store: Store, steps: list[tuple[Any, ...]]) -> None:
    """Do the steps, several in a transaction where they follow each other, as users would."""
    models = [store.model()]
    versions = [store.version(models[0])]
    for step in steps:
        match step:
            case ("model", tags):
                models.append(store.model(tags=tags))
            case ("version", which, tags):
                versions.append(store.version(models[which % len(models)], tags=tags))
            case (kind, which, *rest):
                with store.writing() as session:
                    version = find_version(session, VersionBy(id=versions[which % len(versions)].id))
                    if kind == "stage":
                        wish = {"to": rest[0], "archiveIncumbents": rest[1]}
                        transition_stage(session, version, draft(TransitionDraft, wish))
                    elif kind == "alias":
                        set_alias(session, version, rest[0])
                        set_alias(session, version, "newest-named")
                    else:
                        set_tags(session, version.id, rest[0])
                        set_tags(session, version.model_id, rest[0])


@settings(max_examples=18, deadline=None)
@given(st.lists(STEPS, min_size=3, max_size=12))
def test_history_is_the_replay_of_the_log_at_every_sequence(
    shared_store: Store, steps: list[tuple[Any, ...]]
) -> None:
    start = shared_store.last_change().sequence
    run(shared_store, steps)
    states = {
        kind: [state for state in states_of(shared_store, table) if state["opened_sequence"] > start]
        for kind, table in (("versions", version_history), ("aliases", alias_history), ("tags", tag_history))
    }
    changes = shared_store.changes(start)
    ids = {change.sequence: change.id for change in changes}
    world = World()
    for change in changes:
        world.apply(change)
        assert told_by_history(states, change.sequence) == (world.stages, world.aliases, world.tags)
    for state in [*states["versions"], *states["aliases"], *states["tags"]]:
        assert ids[state["opened_sequence"]] == state["opened_by"]
        assert (state["closed_by"] is None) == (state["closed_sequence"] is None)
        assert state["closed_by"] == ids.get(state["closed_sequence"])


def test_what_holds_now_is_the_state_that_is_open(store: Store) -> None:
    version = store.version()
    with store.writing() as session:
        found = find_version(session, VersionBy(id=version.id))
        transition_stage(session, found, draft(TransitionDraft, {"to": "STAGING"}))
        transition_stage(session, found, draft(TransitionDraft, {"to": "PRODUCTION"}))
    states = states_of(store, version_history)
    assert [(state["stage"], state["revision"], state["closed_by"] is None) for state in states] == [
        ("DEVELOPMENT", 1, False),
        ("STAGING", 2, False),
        ("PRODUCTION", 3, True),
    ]
