"""The words of a document without an index: those that it says itself, and those that its tasks lend it.

A task is described once, and its words may change; so a document keeps a mark of each of its tasks instead,
and whoever looks for a word looks for the marks of the tasks that are described by it too.
"""

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from app.search.document import Document, TaskWords, field_texts
from app.search.tokens import tokens

Counts = Mapping[str, int]
"""How often each term counts."""

LENT = frozenset({"taskDescription", "taskSynonyms"})
"""The fields of a document that say what its tasks say."""


def own_terms(document: Document) -> Counter[str]:
    """Count the terms that a document says itself, by the weights of their fields."""
    return _terms(document, lent=False)


@lru_cache(maxsize=1_024)
def lent_terms(task: TaskWords) -> Counts:
    """Count the terms that a task lends to the documents that have it."""
    return _terms(Document(key=0, id="", sequence=0, namespace="", name="", tasks=(task,)), lent=True)


def task_mark(task: str) -> str:
    """Return the mark of the task with this canonical name; no text has such a term."""
    return "_" + "_".join(tokens(task))


def _terms(document: Document, *, lent: bool) -> Counter[str]:
    counts: Counter[str] = Counter()
    for field in field_texts(document):
        if (field.field in LENT) is lent:
            counts.update(tokens(field.text) * field.weight)
    return counts
