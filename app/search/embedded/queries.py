"""Filters and words as tantivy queries. No query is ever parsed from a person's text."""

from collections.abc import Iterable, Sequence

import tantivy
from tantivy import Occur, Query

from app.search.embedded.schema import KEY, WORDS
from app.search.filters import (
    All,
    And,
    Contains,
    Exists,
    FactField,
    Filter,
    In,
    Keys,
    Not,
    Or,
    Outside,
    StartsWith,
)
from app.search.terms import SEPARATOR

Terms = list[str]


class FilterCompiler:
    """Compiles filter trees for one snapshot of the index.

    Texts are looked up in the dictionary of the field's terms: the folded form, a separator, and a spelling.
    """

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._schema = schema
        self._searcher = searcher

    def compile(self, tree: Filter) -> Query:
        """Return the query that matches what `tree` admits, with a score of its own making."""
        match tree:
            case All():
                return Query.all_query()
            case And(items):
                return _combined(Occur.Must, map(self.compile, items)) if items else Query.all_query()
            case Or(items):
                return _combined(Occur.Should, map(self.compile, items)) if items else Query.empty_query()
            case Not(item):
                # tantivy matches nothing by exclusion alone
                return Query.boolean_query(
                    [(Occur.Must, Query.all_query()), (Occur.MustNot, self.compile(item))]
                )
            case Keys(keys):
                return keys_query(self._schema, keys)
            case Outside():
                raise TypeError(f"the index does not know {tree}")
            case _:
                return self._leaf(tree)

    def _leaf(self, leaf: In | Contains | StartsWith | Exists) -> Query:
        if isinstance(leaf, Exists):
            return Query.exists_query(leaf.field.value)
        terms = self._terms(leaf)
        if not terms:
            return Query.empty_query()
        return Query.term_set_query(self._schema, leaf.field.value, terms)

    def _terms(self, leaf: In | Contains | StartsWith) -> Terms:
        match leaf:
            case In(field, values):
                return [term for value in values for term in self._beginning(field, value + SEPARATOR)]
            case StartsWith(field, value):
                return self._beginning(field, value)
            case Contains(field, value):
                return [term for term in self._beginning(field) if value in term.partition(SEPARATOR)[0]]

    def _beginning(self, field: FactField, prefix: str = "") -> Terms:
        return [term for term, _ in self._searcher.terms_with_prefix(field.value, prefix)]


def keys_query(schema: tantivy.Schema, keys: Iterable[int]) -> Query:
    """Return the query that matches the documents with these keys."""
    wanted = [key for key in keys if key >= 0]
    return Query.term_set_query(schema, KEY, wanted) if wanted else Query.empty_query()


def words_query(schema: tantivy.Schema, terms: Sequence[str]) -> Query:
    """Return the query that matches any of the terms and scores by BM25."""
    return _combined(Occur.Should, (Query.term_query(schema, WORDS, term, "freq") for term in terms))


def filtered(query: Query, admitted: Query) -> Query:
    """Return `query` among what is `admitted`, which adds nothing to the score."""
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, Query.const_score_query(admitted, 0.0))])


def either(*queries: Query) -> Query:
    """Return the query that matches what any of `queries` does."""
    return _combined(Occur.Should, queries)


def _combined(occur: Occur, queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(occur, query) for query in queries])
