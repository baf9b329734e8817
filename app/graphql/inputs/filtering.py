"""Typed filters become the neutral tree that SQL and the index understand alike."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from pydantic.alias_generators import to_camel

from app.db.engine import ReadSession
from app.errors import InvalidInput, PresentOnly
from app.graphql.enums import DeletedMode
from app.graphql.inputs import filters as given
from app.graphql.inputs.drafting import stated
from app.graphql.inputs.matching import Matches, Path
from app.registry.reading import predicates
from app.registry.reading.browsing import DatasetFacts, DatasetName, DatasetNamespace, DatasetTag
from app.registry.reading.changes import Wanted
from app.registry.reading.descent import DERIVED_FROM, require_things
from app.registry.reading.finding import require_kind
from app.registry.reading.listing import Deleted
from app.registry.reading.provenance import MADE_WITH
from app.registry.reading.tasks import with_canonical
from app.search import filters
from app.search.filters import FactField, Filter

MAX_FILTER_DEPTH = 20
"""How deep filters are nested in each other at most; SQLite's parser gives up on 23 negations."""

MAX_ORIGINS = 100
"""How many things a model may be asked not to derive from."""

STEP = 3
"""How deep a step from models to their versions, or back, counts; each is a query in the query."""

_NESTED: dict[str, Callable[[Filter], Filter]] = {
    "any_version": predicates.AnyVersion,
    "latest_version": predicates.LatestVersion,
}


def model_filter(session: ReadSession, wanted: given.ModelFilter | None) -> Filter:
    """Return the neutral tree of a filter, of the present or of the past that the session shows.

    Raises:
        NotFound: There is no such thing as the models must not come from.
        PresentOnly: A condition is on what is known of the present alone.
        InvalidInput: A text is longer than any fact or is one that no store can keep, an id is none, or the
            filter has more than 400 parts or 10,000 texts, or is nested more than 20 deep.
    """
    if not wanted:
        return filters.All()
    builder = _Builder(session)
    tree = builder.models(wanted, ("filter",))
    require_things(session, builder.origins)
    return tree


def version_filter(session: ReadSession, wanted: given.VersionFilter | None) -> Filter:
    """Return the neutral tree of a filter of versions; what it raises is as with `model_filter`."""
    if not wanted:
        return filters.All()
    builder = _Builder(session)
    tree = builder.versions(wanted, ("filter",))
    require_things(session, builder.origins)
    return tree


def deleted_models(wanted: given.ModelFilter | None) -> Deleted:
    """Return whether a filter admits deleted models."""
    return Deleted[(wanted.deleted or DeletedMode.EXCLUDE).name] if wanted else Deleted.EXCLUDE


def dataset_filter(wanted: given.DatasetFilter | None) -> Filter:
    """Return the neutral tree of a filter of datasets; what it raises is as with `model_filter`."""
    if not wanted:
        return filters.All()
    matches, path = Matches(), ("filter",)
    items: list[Filter] = []
    for name, make in (("namespace", DatasetNamespace), ("name", DatasetName)):
        if match := getattr(wanted, name):
            items.append(matches.text(match, (*path, name), make))
    if wanted.tag:
        items.append(matches.property(wanted.tag, (*path, "tag"), DatasetTag))
    license_ = matches.plain_text(wanted.license, (*path, "license")) if wanted.license else None
    facts = DatasetFacts(
        license=license_,
        without_license=bool(wanted.license) and license_ is None,
        contains_pii=stated(wanted.contains_pii),
        revoked=stated(wanted.revoked),
    )
    if facts != DatasetFacts():
        items.append(facts)
    return filters.And(tuple(items))


def changes_wanted(wanted: given.ChangeFilter | None) -> Wanted:
    """Return which changes a filter admits.

    Raises:
        InvalidInput: The subject's or the actor's id is none, or a text is one that no store can keep.
    """
    if not wanted:
        return Wanted()
    matches, path = Matches(), ("filter",)
    action = matches.plain_text(wanted.action, (*path, "action")) if wanted.action else None
    return Wanted(
        subject=matches.identifier(wanted.subject, (*path, "subject")),
        actor=matches.identifier(wanted.actor, (*path, "actor"), "usr", "sva"),
        action=action,
        no_action=bool(wanted.action) and action is None,
        at=matches.time(wanted.at) if wanted.at else predicates.Time(),
    )


class _Builder:
    """Makes a tree and counts what it is made of, so that no filter outgrows what a database can parse.

    Attributes:
        origins: The things that models must not come from, each with the field that names it.
    """

    def __init__(self, session: ReadSession) -> None:
        self.origins: dict[str, Path] = {}
        self._matches = Matches()
        self._session = session

    def models(self, wanted: given.ModelFilter, path: Path, depth: int = 0) -> Filter:
        """Return the tree of a filter of models."""
        if depth and wanted.deleted not in {None, DeletedMode.EXCLUDE}:
            message = "deleted is said in the outermost filter alone"
            raise InvalidInput(message, field=[*path, "deleted"])
        items = self._joints(wanted, path, depth, self.models)
        for field in FactField:
            if field is not FactField.DATASET and (match := getattr(wanted, field.value)):
                named = partial(with_canonical, self._session) if field is FactField.TASK else frozenset
                items.append(self._matches.fact(field, match, (*path, field.value), named))
        items += self._of_model(wanted, path)
        for name, make in _NESTED.items():
            if inner := getattr(wanted, name):
                items.append(make(self.versions(inner, (*path, to_camel(name)), depth + STEP)))
        return self._joined(items, path)

    def _of_model(self, wanted: given.ModelFilter, path: Path) -> Iterator[Filter]:
        """Yield the conditions on a model that no index knows."""
        if owner := self._matches.identifier(wanted.owner, (*path, "owner"), "usr", "sva"):
            yield predicates.Owned(owner)
        if wanted.tag:
            yield self._matches.property(wanted.tag, (*path, "tag"), predicates.ModelTag)
        for column in ("created_at", "updated_at"):
            if match := getattr(wanted, column):
                yield predicates.ModelTime(column, self._matches.time(match))
        if things := stated(wanted.not_derived_from):
            yield self._not_derived(things, (*path, "notDerivedFrom"))

    def _not_derived(self, things: Sequence[str], path: Path) -> Filter:
        if len(things) > MAX_ORIGINS:
            raise InvalidInput(f"at most {MAX_ORIGINS} things, not {len(things)}", field=path)
        named = {}
        for place, thing in enumerate(things):
            field = (*path, str(place))
            named[require_kind(thing, *DERIVED_FROM, field=field)] = field
        self.origins |= named
        return predicates.NotDerived(tuple(sorted(named)))

    def versions(self, wanted: given.VersionFilter, path: Path, depth: int = 0) -> Filter:
        """Return the tree of a filter of versions."""
        items = self._joints(wanted, path, depth, self.versions)
        if wanted.model:
            items.append(predicates.OfModel(self.models(wanted.model, (*path, "model"), depth + STEP)))
        for field in predicates.VersionText:
            if match := getattr(wanted, field.value):
                leaf = partial(predicates.VersionHas, field)
                items.append(self._matches.text(match, (*path, field.value), leaf))
        if stated(wanted.state) is not None:
            items.append(predicates.VersionState(tuple(state.name for state in wanted.state or ())))
        for column in ("number", "parameter_count", "size_bytes"):
            if match := getattr(wanted, column):
                items.append(predicates.VersionNumber(column, self._matches.number(match)))
        for column in ("created_at", "released_at"):
            if match := getattr(wanted, column):
                items.append(predicates.VersionTime(column, self._matches.time(match)))
        items += self._held(wanted, path)
        return self._joined(items, path)

    def _held(self, wanted: given.VersionFilter, path: Path) -> Iterator[Filter]:
        """Yield the conditions on what hangs on a version."""
        for name, match in (("tag", wanted.tag), ("param", wanted.param)):
            if match:
                leaf = partial(predicates.VersionProperty, name == "param")
                yield self._matches.property(match, (*path, name), leaf)
        if wanted.metric:
            if self._session.as_of is not None:
                message = "metrics are known of the present alone: leave out asOf or this condition"
                raise PresentOnly(message, field=[*path, "metric"])
            key = self._matches.metric_key(wanted.metric.key, (*path, "metric", "key"))
            yield predicates.VersionMetric(key, self._matches.number(wanted.metric.value))
        if dataset := self._matches.identifier(wanted.dataset, (*path, "dataset"), "dst", "dsv"):
            yield predicates.MadeWith(dataset)
        kinds = [kind.prefix for kind in MADE_WITH.values()]
        if thing := self._matches.identifier(wanted.made_with, (*path, "madeWith"), *kinds):
            yield predicates.MadeWith(thing)

    def _joints(self, wanted: Any, path: Path, depth: int, tree: Callable[..., Filter]) -> list[Filter]:
        if depth > MAX_FILTER_DEPTH:
            raise InvalidInput(f"a filter is nested at most {MAX_FILTER_DEPTH} deep", field=path)
        self._matches.count_part(path)

        def trees(inner: list[Any], name: str) -> tuple[Filter, ...]:
            each = enumerate(inner)
            return tuple(tree(one, (*path, name, str(index)), depth + 1) for index, one in each)

        items: list[Filter] = []
        if wanted.and_:
            items.append(filters.And(trees(wanted.and_, "and")))
        if stated(wanted.or_) is not None:
            items.append(filters.Or(trees(wanted.or_, "or")))
        if wanted.not_:
            items.append(filters.Not(tree(wanted.not_, (*path, "not"), depth + 1)))
        return items

    def _joined(self, items: list[Filter], path: Path) -> Filter:
        for item in items:
            if isinstance(item, filters.Outside):
                self._matches.count_part(path)
        return items[0] if len(items) == 1 else filters.And(tuple(items))
