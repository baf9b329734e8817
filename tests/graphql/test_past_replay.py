"""What the API says of the past is what it said then, and what a replay of the log says.

Random histories are written through the API. After each step the present is asked everything, and later the
same questions are asked as of that step's last change. Between the steps' ends, as of every single change,
plain Python replays what the log has as before and after.
"""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.graphql.conftest import Api
from tests.graphql.moving import attempt, last_change

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
    "number": "number: 1",
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
  asOf: $at, filter: {namespace: {equals: $n}, deleted: INCLUDE}, first: 100
) { nodes {
  entityId name description deletedAt retirement { reason } tags { key value }
  aliases { name version { entityId } } versions(first: 100) { nodes {
    entityId semver state description stage { name } tags { key value }
  } }
} } }"""
CHANGES = "query($a: String) { changes(first: 100, after: $a) { nodes { id action subject { id } related { id } before after } pageInfo { endCursor } } }"

INDEX = st.integers(0, 3)
STEPS = st.one_of(
    st.tuples(st.just("register"), st.sampled_from(NAMES)),
    st.tuples(st.just("version"), INDEX, st.sampled_from([None, "1.0.0", "1.2.0", "2.0.0"]), st.booleans()),
    st.tuples(st.just("stage"), INDEX, st.sampled_from(["STAGING", "PRODUCTION"]), st.booleans()),
    st.tuples(st.just("alias"), INDEX, st.sampled_from(["champion", "blue"])),
    st.tuples(st.just("unalias"), INDEX, st.sampled_from(["champion", "blue"])),
    st.tuples(st.just("tag"), INDEX, st.booleans(), st.sampled_from([1, "x", [True]])),
    st.tuples(st.just("untag"), INDEX, st.booleans()),
    st.tuples(st.just("rename"), INDEX, st.sampled_from(NAMES)),
    st.tuples(st.just("delete"), INDEX),
    st.tuples(st.just("restore"), INDEX),
    st.tuples(st.just("delete version"), INDEX),
    st.tuples(st.just("retire"), INDEX, INDEX),
    st.tuples(st.just("describe"), INDEX, st.booleans(), st.sampled_from(["x", "y", None])),
    st.tuples(st.just("finalize"), INDEX),
    st.tuples(st.just("measure"), INDEX),
)
_numbers = count()


@dataclass(slots=True)
class History:
    """A namespace that things happen in; a step that the registry refuses changes nothing."""

    api: Api
    namespace: str
    models: list[str] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)

    def do(self, step: tuple[Any, ...]) -> None:
        """Do a step; what does not exist yet is taken for the first model or version."""
        kind, which, *rest = step
        if kind == "register":
            self._register(which)
            return
        model = self.models[which % len(self.models)]
        version = self.versions[which % len(self.versions)]
        by_model, by_version = {"model": {"id": model}}, {"version": {"id": version}}
        match kind, rest:
            case "version", [semver, draft]:
                self._create(model, semver, draft)
            case "stage", [to, archive]:
                self._try("transitionStage", **by_version, to=to, archiveIncumbents=archive)
            case "alias", [name]:
                self._try("setAlias", **by_version, alias=name)
            case "unalias", [name]:
                self._try("removeAlias", **by_model, alias=name)
            case "tag", [at_model, value]:
                subject = model if at_model else version
                self._try("setTags", subject=subject, tags=[{"key": "k", "value": value}])
            case "untag", [at_model]:
                self._try("removeTags", subject=model if at_model else version, keys=["k", "l"])
            case "rename", [name]:
                self._try("renameModel", **by_model, name=name)
            case "delete", _:
                self._try("deleteModel", **by_model)
            case "restore", _:
                self._try("restoreModel", id=model)
            case "delete version", _:
                self._try("deleteModelVersion", **by_version)
            case "retire", [other]:
                replacement = {"id": self.models[other % len(self.models)]}
                self._try("retireModel", **by_model, reason="old", replacement=replacement)
            case "describe", [True, text]:
                self._try("updateModel", **by_model, patch={"description": text})
            case "describe", [False, text]:
                self._try("updateModelVersion", **by_version, patch={"description": text})
            case "finalize", _:
                self._try("finalizeModelVersion", **by_version)
            case "measure", _:
                self._try(
                    "logMetrics", **by_version, metrics=[{"name": "accuracy", "value": len(self.versions)}]
                )

    def _try(self, mutation: str, **given: Any) -> None:
        attempt(self.api, mutation, **given)

    def _register(self, name: str) -> None:
        query = """mutation($i: RegisterModelInput!) { registerModel(input: $i) {
          registeredModel { id } modelVersion { id } userErrors { message }
        } }"""
        wish = {
            "name": name,
            "namespace": self.namespace,
            "tags": [{"key": "l", "value": name}],
            "version": {},
        }
        made = self.api.run(query, i=wish)
        if not made["userErrors"]:
            self.models.append(made["registeredModel"]["id"])
            self.versions.append(made["modelVersion"]["id"])

    def _create(self, model: str, semver: str | None, draft: bool) -> None:
        query = """mutation($i: CreateModelVersionInput!) { createModelVersion(input: $i) {
          modelVersion { id } userErrors { message }
        } }"""
        wish = {"model": {"id": model}, "version": {"semver": semver}, "draft": draft}
        made = self.api.run(query, i=wish)
        if not made["userErrors"]:
            self.versions.append(made["modelVersion"]["id"])

    def ask(self, query: str, at: dict[str, str] | None = None) -> Any:
        """Return what is answered, with null for what is not there."""
        return self.api.answer(query, n=self.namespace, at=at)["data"]


def started(api: Api) -> History:
    """Open a namespace with one model and its first version."""
    history = History(api, f"past-{next(_numbers)}")
    assert attempt(api, "createNamespace", name=history.namespace) == []
    history.do(("register", "a"))
    return history


@settings(max_examples=25, deadline=None, phases=[Phase.generate])
@given(st.lists(STEPS, min_size=6, max_size=16))
def test_the_past_is_what_the_present_was(shared_api: Api, steps: list[tuple[Any, ...]]) -> None:
    history = started(shared_api)
    seen: list[tuple[str, Any]] = []
    for step in [None, *steps]:
        if step:
            history.do(step)
        seen.append((last_change(shared_api)["id"], history.ask(EVERYTHING)))
    for change, present in seen:
        assert history.ask(EVERYTHING, {"change": change}) == present
