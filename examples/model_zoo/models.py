"""A model and its versions in the interchange format."""

from collections.abc import Callable, Iterable
from typing import Any

from examples.model_zoo.dates import released
from examples.model_zoo.languages import languages_of
from examples.model_zoo.licenses import license_name
from examples.model_zoo.metrics import metrics_of, spread_params
from examples.model_zoo.names import free_key, one_line
from examples.model_zoo.records import LARGEST_INTEGER, Record, stated, storable
from examples.model_zoo.tags import bare_tags, web_address
from examples.model_zoo.versions import Line, release_date

_KEPT_OF_EVERY_VERSION = ("source_id", "paper_key", "metadata_license", "description_kind", "same_weights")


def _first_task(record: Record) -> str | None:
    return next(iter(record.get("task_norm") or []), None)


def _text(key: str) -> Callable[[Record], str]:
    return lambda record: one_line(record.get(key))


def _paper(record: Record) -> Record:
    return record.get("paper") or {}


def _paper_url(record: Record) -> str | None:
    paper = _paper(record)
    arxiv = f"https://arxiv.org/abs/{paper['arxiv']}" if paper.get("arxiv") else None
    return web_address(paper.get("url")) or arxiv


_FACTS: dict[str, tuple[str, Callable[[Record], Any]]] = {
    "displayName": (
        "display_name",
        lambda record: one_line(record.get("display_name")) or one_line(record["name"]),
    ),
    "description": ("description", lambda record: (record.get("description") or "").strip()),
    "task": ("task", _first_task),
    "taskAsWritten": ("task_as_written", _text("task")),
    "framework": ("framework", _text("framework")),
    "architecture": ("architecture", _text("architecture")),
    "family": ("family", _text("family")),
    "license": ("license", lambda record: license_name(record.get("license"))),
    "publisher": ("publisher", _text("publisher")),
    "paperUrl": ("paper_url", _paper_url),
    "codeUrl": ("code_url", lambda record: web_address(record.get("code_url"))),
    "pageUrl": ("page_url", lambda record: web_address(record.get("page_url"))),
}
"""Facts of a model by field: the tag of a version that keeps its own, and how a record states it."""
_OF_THE_VERSION = {"description", "framework"}


def model_line(line: Line, name: str, dataset_name: Callable[[str], str]) -> Record:
    """Return a model with its versions.

    A fact of the model is that of the newest version that states it; lists (domains, languages, tags) join
    those of all versions, the newest first. What an older version states otherwise stays on that version: its
    description and framework as such, the rest as tags. A name as written that is neither the model's name
    nor its display name is the tag `name` of the version.

    Args:
        line: The records of the model.
        name: The model's name in its namespace.
        dataset_name: Gives the registry's name of a dataset by any of its spellings.
    """
    facts = {field: _newest(line.telling, read) for field, (_, read) in _FACTS.items()}
    model = {
        "type": "model",
        "namespace": line.namespace,
        "name": name,
        **facts,
        "domains": _all(line.telling, _domains),
        "languages": _all(line.telling, languages_of),
        "tags": _model_tags(line, facts["task"]),
    }
    versions = [_version(record, number, dataset_name) for number, record in enumerate(line.versions, 1)]
    for version, record in zip(versions, line.versions, strict=True):
        if one_line(record["name"]) not in {name, facts["displayName"]}:
            version["tags"]["name"] = one_line(record["name"])
        if len(versions) > 1:
            _keep_own_facts(version, record, facts)
    return stated(model) | {"versions": [stated(version) for version in versions]}


def _newest(records: Iterable[Record], read: Callable[[Record], Any]) -> Any:
    return next((value for value in map(read, records) if value), None)


def _all(records: Iterable[Record], read: Callable[[Record], Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(item for record in records for item in read(record)))


def _domains(record: Record) -> list[str]:
    return record.get("domain_norm") or [domain for domain in [one_line(record.get("domain"))] if domain]


def _model_tags(line: Line, task: str | None) -> Record:
    tasks = _all(line.telling, lambda record: record.get("task_norm") or [])
    own = {
        "source_id": [record["source_id"] for record in line.versions],
        "paper": _newest(line.telling, lambda record: one_line(_paper(record).get("title"))),
        "tasks": [other for other in tasks if other != task],
    }
    return bare_tags(_all(line.telling, lambda record: record.get("tags") or []), stated(own))


def _version(record: Record, number: int, dataset_name: Callable[[str], str]) -> Record:
    release, date = released(record.get("released")), release_date(record)
    return {
        "number": number,
        "description": None,
        "source": one_line(record.get("weights_url")),
        "framework": one_line(record.get("framework")),
        "parameterCount": _count(record.get("n_parameters")),
        "sizeBytes": _count(record.get("size_bytes")),
        "releasedAt": f"{date}T00:00:00Z" if release else None,
        "tags": _version_tags(record, whole_date=release is not None and release.whole),
        "params": _params(record),
        "metrics": metrics_of(record, dataset_name),
    }


def _count(value: int | None) -> int | None:
    return value if value is not None and 0 <= value <= LARGEST_INTEGER else None


def _version_tags(record: Record, *, whole_date: bool) -> Record:
    addresses = {
        "code_url": record.get("code_url"),
        "page_url": record.get("page_url"),
        "paper_url": _paper(record).get("url"),
    }
    tags = {key: record.get(key) for key in _KEPT_OF_EVERY_VERSION}
    tags["released"] = None if whole_date else one_line(record.get("released"))
    tags |= {
        key: one_line(text) for key, text in addresses.items() if text and one_line(text) != web_address(text)
    }
    return stated(tags)


def _params(record: Record) -> Record:
    params: Record = {}
    for key, value in (record.get("params") or {}).items():
        if value is not None:
            params[free_key(params, key)] = storable(value)
    return params | spread_params(record, params)


def _keep_own_facts(version: Record, record: Record, facts: Record) -> None:
    """Add to a version what its record states otherwise than the model, and its own bare tags."""
    own = {field: read(record) for field, (_, read) in _FACTS.items()}
    if own["description"] != facts["description"]:
        version["description"] = own["description"]
    differing = {
        tag: own[field]
        for field, (tag, _) in _FACTS.items()
        if field not in _OF_THE_VERSION and own[field] != facts[field]
    }
    version["tags"] = bare_tags(record.get("tags") or [], version["tags"] | stated(differing))
