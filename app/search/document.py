"""The document of a model or a dataset: what its index knows of it, built alike for one and for all.

Words are one weighted text, meaning is two texts, reasons and highlights are drawn from the same fields.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import orjson

from app.search.filters import FactField
from app.search.languages import language_name, language_names
from app.search.sizes import written_size
from app.search.tokens import tokens

REMEMBERED = 4_096
"""How many texts of fields are kept with their words: those of tasks, families and variants come again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskWords:
    """A canonical task and the ways people name it.

    Attributes:
        name: The canonical name, such as ``text_classification``.
        title: The name as on a page.
        description: One line as a user would say it.
        synonyms: Other names in the field.
    """

    name: str
    title: str = ""
    description: str = ""
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A registered model, or a dataset, as its index sees it.

    Attributes:
        key: A positive number that is the thing's for ever; orders ties and names the thing in filters.
        id: Its id (``mdl_...``, ``dst_...``).
        sequence: The highest change that the snapshot could see from which the document was built.
        namespace: Name of the namespace.
        name: Name within the namespace.
        display_name: The name as its authors write it.
        description: Free text.
        tasks: Canonical tasks.
        task_as_written: The task in the authors' words.
        domains: Such as ``computer vision``.
        framework: Such as ``PyTorch``.
        architecture: Such as ``ResNet``.
        family: Such as ``bert``.
        license: As written or by SPDX.
        publisher: Who published it.
        languages: BCP 47 tags.
        datasets: Names of the datasets that a model was trained or evaluated on.
        tags: Tags as text: the key and the value, or the key alone if the value is true.
        tag_keys: The keys of the tags.
        parameter_counts: How many weights the versions of a model have, ascending.
    """

    key: int
    id: str
    sequence: int
    namespace: str
    name: str
    display_name: str | None = None
    description: str | None = None
    tasks: tuple[TaskWords, ...] = ()
    task_as_written: str | None = None
    domains: tuple[str, ...] = ()
    framework: str | None = None
    architecture: str | None = None
    family: str | None = None
    license: str | None = None
    publisher: str | None = None
    languages: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    tag_keys: tuple[str, ...] = ()
    parameter_counts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldText:
    """One field as it is searched.

    Attributes:
        field: The field's name as the API spells it.
        text: Its text.
        weight: How often its tokens count.
    """

    field: str
    text: str
    weight: int


@dataclass(frozen=True, slots=True)
class MeaningTexts:
    """The two texts of a document that are turned into vectors: the better match of the two counts."""

    facts: str
    description: str


def key_of(entity_id: str) -> int:
    """Return the key of what has no number of its own: 63 bits of a digest of its id."""
    return _bits(entity_id.encode())


def field_texts(document: Document) -> list[FieldText]:
    """Return the searched fields of a document that hold text, the weightiest first."""
    # Most fields of most documents are empty.
    return [FieldText(field, text, weight) for field, text, weight in _fields(document) if text]


def words_text(document: Document) -> str:
    """Return the tokens of a document, repeated by weight and joined by blanks, for a whitespace analyser."""
    return " ".join(filter(None, map(_weighted_tokens, field_texts(document))))


def meaning_texts(document: Document) -> MeaningTexts:
    """Return the texts of a document's two vectors: its facts, and its description or else its name."""
    return MeaningTexts(facts_text(document), document.description or document.display_name or document.name)


def texts_digest(document: Document) -> int:
    """Return 63 bits that stand for the two texts of a document's vectors."""
    return digest_of(meaning_texts(document))


def digest_of(texts: MeaningTexts) -> int:
    """Return 63 bits that stand for two texts."""
    return _bits(f"{texts.facts}\0{texts.description}".encode())


def content_digest(document: Document) -> int:
    """Return 63 bits that stand for all that a document says, whenever it was built.

    Raises:
        TypeError: A text of it has half a character.
    """
    return _bits(orjson.dumps(replace(document, sequence=0)))


def facts_text(document: Document) -> str:
    """Return the facts of a document as sentences, leaving out what is not stated."""
    return " ".join(
        [
            *_task_sentence(document),
            _name_sentence(document),
            *_labelled("Architecture", document.architecture),
            *_labelled("Family", document.family),
            *_labelled("Data", ", ".join(document.datasets)),
            *_labelled("Languages", ", ".join(map(language_name, document.languages))),
            *_labelled("Tags", ", ".join(document.tags)),
        ]
    )


def fact_values(document: Document, field: FactField) -> tuple[str, ...]:
    """Return the values, as written, by which filters and facets of `field` see a document."""
    match field:
        case FactField.TASK:
            return tuple(task.name for task in document.tasks)
        case FactField.DOMAIN:
            return document.domains
        case FactField.LANGUAGE:
            return document.languages
        case FactField.DATASET:
            return document.datasets
    value: str | None = getattr(document, field.value)
    return (value,) if value else ()


@lru_cache(maxsize=REMEMBERED)
def _weighted_tokens(field: FieldText) -> str:
    return " ".join(tokens(field.text) * field.weight)


def _bits(text: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest()) >> 1


def _fields(document: Document) -> Iterator[tuple[str, str, int]]:
    yield ("name", document.name, 3)
    yield ("displayName", _other_name(document), 3)
    yield ("task", " ".join(_task_names(document)), 3)
    yield ("languages", ", ".join(map(language_names, document.languages)), 3)
    yield ("taskDescription", " ".join(task.description for task in document.tasks), 2)
    yield ("description", document.description or "", 1)
    yield ("architecture", document.architecture or "", 1)
    yield ("family", document.family or "", 1)
    yield ("parameterCount", ", ".join(dict.fromkeys(map(written_size, document.parameter_counts))), 1)
    yield ("datasets", ", ".join(document.datasets), 1)
    yield ("tags", ", ".join(document.tags), 1)
    yield ("publisher", document.publisher or "", 1)
    yield ("taskSynonyms", "; ".join(_synonyms(document)), 1)
    yield ("domains", ", ".join(document.domains), 1)
    yield ("framework", document.framework or "", 1)
    yield ("namespace", document.namespace, 1)


def _task_names(document: Document) -> list[str]:
    """Return the names of the tasks: canonical words, and as written."""
    return [*(task.name for task in document.tasks), *filter(None, [document.task_as_written])]


def _synonyms(document: Document) -> list[str]:
    """Return what else the field calls the tasks."""
    return [name for task in document.tasks for name in (task.title, *task.synonyms) if name]


def _other_name(document: Document) -> str:
    """Return the name as its authors write it, if it is another one than the name."""
    return "" if document.display_name in {None, document.name} else document.display_name or ""


def _task_sentence(document: Document) -> list[str]:
    """Return the sentence of the task, its domain, and the task in plain words."""
    task = ", ".join(task.name.replace("_", " ") for task in document.tasks) or document.task_as_written
    domain = f"({', '.join(document.domains)})" if document.domains else ""
    head = " ".join(filter(None, [task, domain]))
    plain = " ".join(task.description for task in document.tasks)
    sentence = ": ".join(filter(None, [head, plain.rstrip(".")]))
    return [f"{sentence}."] if sentence else []


def _name_sentence(document: Document) -> str:
    other = _other_name(document)
    return f"{other} ({document.name})." if other else f"{document.name}."


def _labelled(label: str, text: str | None) -> list[str]:
    return [f"{label}: {text}."] if text else []
