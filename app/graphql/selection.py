"""What a query asks for below a field, so that everything is read in batches before anything is resolved."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLResolveInfo,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
)
from graphql.execution.values import VariableValues, get_argument_values
from strawberry import Info
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_arguments

ResolveInfo: TypeAlias = GraphQLResolveInfo[Any]
Owned: TypeAlias = tuple[Any, FieldNode]
"""A field of a query and the type that it is a field of."""


@dataclass(frozen=True, slots=True)
class Call:
    """One field in a query: its name in the response, its arguments by Python names, and what is below."""

    key: str
    arguments: dict[str, Any]
    below: "Selection"


class Selection:
    """The fields asked for at one place of a query, fragments resolved.

    A field under `@skip` or `@include` counts as asked for; reading too much is harmless.
    """

    def __init__(self, info: ResolveInfo, sets: list[tuple[Any, SelectionSetNode | None]]) -> None:
        self._info = info
        self._fields: dict[str, list[Owned]] = {}
        for parent, selection_set in sets:
            for owner, node in self._flattened(parent, selection_set, set()):
                self._fields.setdefault(node.name.value, []).append((owner, node))

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def asks(self, *names: str) -> bool:
        """Return whether any of these fields is asked for."""
        return any(name in self._fields for name in names)

    def below(self, *path: str) -> "Selection":
        """Return what is asked for below the fields `path`, merged over all their occurrences."""
        selection = self
        for name in path:
            selection = selection._merged(selection._fields.get(name, []))
        return selection

    def on(self, kind: str) -> "Selection":
        """Return what is asked for of things of the type `kind`, where the place may hold several types."""
        narrowed = Selection(self._info, [])
        for name, found in self._fields.items():
            mine = [(owner, node) for owner, node in found if owner.name == kind or is_abstract_type(owner)]
            if mine:
                narrowed._fields[name] = mine
        return narrowed

    def items(self) -> "Selection":
        """Return what is asked for of the items of a connection, below `nodes` and `edges { node }`."""
        edges = self.below("edges")
        return self._merged([*self._fields.get("nodes", []), *edges._fields.get("node", [])])

    def calls(self, name: str) -> Iterator[Call]:
        """Return the distinct occurrences of a field, told apart by their names in the response."""
        # Strawberry hands on the values of variables without graphql-core's notes on where they came from.
        coerced: Any = self._info.variable_values
        variables = VariableValues(sources={}, coerced=coerced)
        by_key: dict[str, list[Owned]] = {}
        for owner, node in self._fields.get(name, []):
            by_key.setdefault(node.alias.value if node.alias else name, []).append((owner, node))
        for key, found in by_key.items():
            owner, node = found[0]
            definition = owner.fields[name]
            given = get_argument_values(definition, node, variables)
            yield Call(key, self._converted(definition, given), self._merged(found))

    def _converted(self, definition: Any, given: dict[str, Any]) -> dict[str, Any]:
        """Turn a field's arguments into the types of the schema, as they are for a field's resolver."""
        schema = self._info.schema.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
        field = definition.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
        return convert_arguments(
            given,
            field.arguments,
            scalar_registry=schema.schema_converter.scalar_registry,
            config=schema.config,
        )

    def _merged(self, fields: list[Owned]) -> "Selection":
        return Selection(
            self._info,
            [
                (get_named_type(owner.fields[node.name.value].type), node.selection_set)
                for owner, node in fields
            ],
        )

    def _flattened(
        self, parent: Any, selection_set: SelectionSetNode | None, seen: set[str]
    ) -> Iterator[Owned]:
        """Yield the fields of a selection set; a fragment counts once, however often it is spread."""
        for node in selection_set.selections if selection_set else ():
            if isinstance(node, FieldNode):
                if not node.name.value.startswith("__"):
                    yield parent, node
                continue
            fragment: Any = node
            if isinstance(node, FragmentSpreadNode):
                if node.name.value in seen:
                    continue
                seen.add(node.name.value)
                fragment = self._info.fragments[node.name.value]
            condition = fragment.type_condition
            owner = self._info.schema.type_map[condition.name.value] if condition else parent
            yield from self._flattened(owner, fragment.selection_set, seen)


def selected(info: Info[Any, Any]) -> Selection:
    """Return what the query asks for below the field that is being resolved."""
    raw = info._raw_info  # noqa: SLF001 - Strawberry offers no public way to graphql-core's info
    kind = get_named_type(raw.return_type)
    return Selection(raw, [(kind, node.selection_set) for node in raw.field_nodes])


def response_key(info: Info[Any, Any]) -> str:
    """Return the name that the field being resolved has in the response."""
    return str(info.path.key)
