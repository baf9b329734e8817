"""What the API says of the past is what it said then, and what a replay of the log says.

Random histories are written through the API. After each step the present is asked everything, and later the
same questions are asked as of that step's last change. Between the steps' ends, as of every single change,
plain Python replays what the log has as before and after.
"""

from dataclasses import dataclass
from itertools import count
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from app.db.changelog import Change
from tests.graphql.conftest import Api
from tests.graphql.moving import attempt, last_change, move

VERSION = """entityId number semver state stage { name } stageSince description revision updatedAt
  tags { key value } aliases { name since } registeredModel { entityId name revision }
  history { totalCount }"""
MODEL = f"""entityId name description revision updatedAt deletedAt
  retirement {{ reason at replacement {{ entityId name }} }}
  tags {{ key value }} aliases {{ name since version {{ entityId number stage {{ name }} }} }}
  latestVersion {{ entityId }} live: latestVersion(stage: "PRODUCTION") {{ entityId }}
  versions(filter: {{stage: {{in: ["DEVELOPMENT", "PRODUCTION"]}}}}) {{ totalCount nodes {{ {VERSION} }} }}
  history {{ totalCount }}"""
LISTS = f"""
  all: registeredModels(asOf: $at, filter: {{namespace: {{equals: $n}}, deleted: INCLUDE}}, first: 100) {{
    totalCount nodes {{ {MODEL} }} }}
  latest: registeredModels(asOf: $at, filter: {{namespace: {{equals: $n}}}}, first: 100,
    orderBy: {{field: UPDATED_AT, direction: DESC}}) {{ totalCount nodes {{ entityId updatedAt }} }}
  serving: registeredModels(asOf: $at, first: 100, filter: {{
    namespace: {{equals: $n}}, anyVersion: {{stage: {{equals: "PRODUCTION"}}}}
  }}) {{ nodes {{ entityId }} }}
  tagged: modelVersions(asOf: $at, first: 100, filter: {{
    model: {{namespace: {{equals: $n}}}}, not: {{tag: {{key: "k", number: {{gte: 1}}}}}}
  }}) {{ totalCount nodes {{ entityId }} }}
  championed: modelVersions(asOf: $at, first: 100, filter: {{
    model: {{namespace: {{equals: $n}}}}, alias: {{equals: "champion"}}
  }}) {{ nodes {{ {VERSION} }} }}"""
NAMES = ("a", "b", "c")
WAYS = {
    "alias": 'alias: "champion"',
    "stage": 'stage: "PRODUCTION"',
    "semver": 'range: "^1"',
}


def _by_name(name: str) -> str:
    model = f'{{namespace: $n, name: "{name}"}}'
    versions = (
        f"{name}_{way}: modelVersion(by: {{{way}: {{model: {model}, {value}}}}}, asOf: $at) {{ entityId }}"
        for way, value in WAYS.items()
    )
    return " ".join([f"{name}: registeredModel(by: {{name: {model}}}, asOf: $at) {{ entityId }}", *versions])


EVERYTHING = f"query($n: String!, $at: AsOf) {{ {LISTS} {' '.join(map(_by_name, NAMES))} }}"
WORLD = """query($n: String!, $at: AsOf) { registeredModels(
  asOf: $at, filter: {namespace: {equals: $n}}, first: 20
) { nodes {
  entityId name description retirement { reason } tags { key value }
  aliases { name version { number } } versions(first: 20) { nodes {
    entityId number semver state description stage { name } tags { key value }
  } }
} } }"""

NAMED = st.sampled_from(NAMES)
ALIASES = st.sampled_from(["champion", "blue"])
TEXTS = st.sampled_from(["x", "y", None])
STAGES = st.sampled_from(["STAGING", "PRODUCTION"])
SEMVERS = st.sampled_from([None, "1.0.0", "1.2.0", "2.0.0"])
KEYS = [{"key": "k", "value": 1}], [{"key": "k", "value": "x"}, {"key": "l", "value": [True]}]


def _steps(mutation: str, on: str, **given: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    """Return steps: a mutation, what it is sent for, which one of these, and the rest of its input."""
    return st.tuples(st.just(mutation), st.just(on), st.integers(0, 3), st.fixed_dictionaries(given))


STEPS = st.one_of(
    _steps("registerModel", "namespace", name=NAMED, version=st.just({})),
    _steps("createModelVersion", "model", version=st.builds(dict, semver=SEMVERS), draft=st.booleans()),
    _steps("transitionStage", "version", to=STAGES, archiveIncumbents=st.booleans()),
    _steps("setAlias", "version", alias=ALIASES),
    _steps("removeAlias", "model", alias=ALIASES),
    _steps("setTags", "tagged model", tags=st.sampled_from(KEYS)),
    _steps("setTags", "tagged version", tags=st.sampled_from(KEYS)),
    _steps("removeTags", "tagged model", keys=st.just(["k"])),
    _steps("removeTags", "tagged version", keys=st.just(["k"])),
    _steps("renameModel", "model", name=NAMED),
    _steps("deleteModel", "model"),
    _steps("restoreModel", "id"),
    _steps("deleteModelVersion", "version"),
    _steps("retireModel", "model", reason=st.just("old"), replacement=NAMED),
    _steps("updateModel", "model", patch=st.builds(dict, description=TEXTS)),
    _steps("updateModelVersion", "version", patch=st.builds(dict, description=TEXTS)),
    _steps("finalizeModelVersion", "version"),
    _steps("logMetrics", "version", metrics=st.just([{"name": "accuracy", "value": 1}])),
)
FIRST = ("registerModel", "namespace", 0, {"name": "a", "version": {}})
_numbers = count()


@dataclass(frozen=True, slots=True)
class History:
    """A namespace that things happen in, and where the log was before them."""

    api: Api
    namespace: str
    start: int

    def changes(self) -> list[Change]:
        """Return what has happened."""
        return self.api.store.changes(self.start)

    def do(self, step: tuple[Any, ...]) -> None:
        """Do a step; one that the registry refuses changes nothing."""
        mutation, on, which, given = step
        if "replacement" in given:
            given |= {"replacement": {"name": {"namespace": self.namespace, "name": given["replacement"]}}}
        model, version = self._one("mdl_", which), self._one("ver_", which)
        named: dict[str, dict[str, Any]] = {
            "namespace": {"namespace": self.namespace},
            "model": {"model": {"id": model}},
            "version": {"version": {"id": version}},
            "id": {"id": model},
            "tagged model": {"subject": model},
            "tagged version": {"subject": version},
        }
        attempt(self.api, mutation, **named[on], **given)

    def ask(self, query: str, at: str | None = None) -> Any:
        """Return what is answered as of a change, with null for what is not there."""
        moment = {"change": at} if at else None
        return self.api.answer(query, n=self.namespace, at=moment)["data"]

    def _one(self, prefix: str, which: int) -> str:
        """Return the id of a model or version; there are none before the first is registered."""
        known = [change.subject_id for change in self.changes() if change.subject_id.startswith(prefix)]
        return [*dict.fromkeys(known), prefix][which % max(1, len(set(known)))]


def opened(api: Api) -> History:
    """Open a namespace."""
    namespace = f"past-{next(_numbers)}"
    return History(api, namespace, move(api, "createNamespace", name=namespace)["sequence"])


def replay(world: dict[str, dict[str, Any]], change: Change) -> None:
    """Let one change of the log happen in a world of models and versions, by id."""
    before, after = (orjson.loads(text or "{}") for text in (change.before, change.after))
    thing = world.setdefault(change.subject_id, {"tags": {}, "aliases": {}, "deleted": False})
    match change.action:
        case "tags.set":
            thing["tags"] = thing["tags"] | after
        case "tags.removed":
            thing["tags"] = {key: value for key, value in thing["tags"].items() if key not in before}
        case "alias.set":
            thing["aliases"][after["alias"]] = after["version"]
        case "alias.removed":
            del thing["aliases"][before["alias"]]
        case "version.deleted":
            thing["deleted"] = True
            for alias in before["aliases"]:
                del world[thing["model"]]["aliases"][alias]
        case "model.deleted" | "model.restored":
            for touched in (change.subject_id, *change.related[1:]):
                world[touched]["deleted"] = change.action == "model.deleted"
        case _:
            thing |= after
            if change.action == "version.created":
                thing["model"] = change.related[0]


def told_by_log(world: dict[str, dict[str, Any]]) -> Any:
    """Return a replayed world as `told_by_api` returns an answer."""
    living = [(identifier, thing) for identifier, thing in world.items() if not thing["deleted"]]
    versions = {
        identifier: (
            thing["model"],
            *(thing.get(name) for name in ("number", "semver", "state", "stage", "description")),
            thing["tags"],
        )
        for identifier, thing in living
        if identifier.startswith("ver_")
    }
    numbers = {(version[0], version[1]) for version in versions.values()}
    models = {
        identifier: (
            *(thing.get(name) for name in ("name", "description", "retirementReason")),
            thing["tags"],
            {alias: number for alias, number in thing["aliases"].items() if (identifier, number) in numbers},
        )
        for identifier, thing in living
        if identifier.startswith("mdl_")
    }
    return models, versions


def told_by_api(answer: Any) -> Any:
    """Return what an answer to `WORLD` says of living models and their versions, by id."""

    def tags(node: Any) -> dict[str, Any]:
        return {tag["key"]: tag["value"] for tag in node["tags"]}

    models, versions = {}, {}
    for model in answer["registeredModels"]["nodes"]:
        models[model["entityId"]] = (
            model["name"],
            model["description"],
            (model["retirement"] or {}).get("reason"),
            tags(model),
            {alias["name"]: alias["version"]["number"] for alias in model["aliases"]},
        )
        for version in model["versions"]["nodes"]:
            versions[version["entityId"]] = (
                model["entityId"],
                *(version[name] for name in ("number", "semver", "state")),
                version["stage"]["name"],
                version["description"],
                tags(version),
            )
    return models, versions


@settings(max_examples=8, deadline=None)
@given(st.lists(STEPS, min_size=6, max_size=16))
def test_the_past_is_what_the_present_was_and_what_the_log_replays(
    shared_api: Api, steps: list[tuple[Any, ...]]
) -> None:
    history = opened(shared_api)
    seen: list[tuple[str, Any]] = []
    for step in [FIRST, *steps]:
        history.do(step)
        seen.append((last_change(shared_api)["id"], history.ask(EVERYTHING)))
    for change_id, present in seen:
        assert history.ask(EVERYTHING, change_id) == present
    world: dict[str, dict[str, Any]] = {}
    for change in history.changes():
        replay(world, change)
        assert told_by_api(history.ask(WORLD, change.id)) == told_by_log(world)
