"""What an operation may ask for: how deep, how wide, how dear.

Fragments are measured once, however often they are spread, so that measuring an operation takes time in
proportion to its text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    value_from_ast_untyped,
)

MAX_BODY_BYTES = 16 * 1024 * 1024
MAX_QUERY_LENGTH = 200_000
"""How many characters the text of an operation has; longer values are sent as variables."""
MAX_TOKENS = 5_000
MAX_DEFINITIONS = 100
MAX_WEIGHT = 100_000
"""What the variables weigh (`app.graphql.serving.variables`); the largest inputs weigh less."""
MAX_NAME_LENGTH = 256
MAX_COMPARISONS = 50_000
"""How much work it may be to find out whether fields of one name are one field, in steps of graphql-core."""
MAX_DEPTH = 20
MAX_FIELDS = 5_000
MAX_ALIASES = 200
MAX_DIRECTIVES = 100
MAX_COST = 20_000

HEAVY = {
    "search": 250,
    "suggest": 250,
    "datasets(text)": 250,
    "lineage": 250,
    "lineagePaths": 250,
    "impact": 250,
    "inheritedFacts": 250,
    "compareVersions": 250,
    "tradeoff": 250,
    "leaderboard": 250,
    "metricTrend": 250,
    "similar": 250,
    "neighbours": 250,
    "__schema": 5_000,
    "__type": 250,
}
"""What a field costs that walks, searches or tells of the schema; a hundred of them are too many. Any other
object costs 1."""
FILTER_OBJECT = 20
"""What each object of a filter costs: a condition has two, and is about a millisecond of work in a registry
of 2,000 models. However many things a field is asked of, its filter is read once."""
LIST_ITEMS = 10
"""How many items a list without a page size is taken to have."""


@dataclass(slots=True)
class Size:
    """How large a selection is, its fragments spread out."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0

    def add(self, other: "Size", *, deeper: int = 0) -> None:
        """Add what stands beside or, `deeper` by one, below."""
        self.depth = max(self.depth, other.depth + deeper)
        self.fields += other.fields
        self.aliases += other.aliases
        self.directives += other.directives


def size_errors(document: DocumentNode) -> list[GraphQLError]:
    """Return why a document is too large to be looked at any closer; nothing when it is not."""
    if (count := len(document.definitions)) > MAX_DEFINITIONS:
        return [_too_many(f"the document has {count} operations and fragments", MAX_DEFINITIONS)]
    sizes = _Sizes(document)
    errors = []
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            size = sizes.of(definition.selection_set)
            for what, most in (
                ("depth", MAX_DEPTH),
                ("fields", MAX_FIELDS),
                ("aliases", MAX_ALIASES),
                ("directives", MAX_DIRECTIVES),
            ):
                if getattr(size, what) > most:
                    errors.append(_too_many(f"the operation has {_phrase(what, getattr(size, what))}", most))
    return errors


def cost_of(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> int:
    """Return what an operation costs: its objects, each as often as its pages may hold it, and its filters.

    Args:
        schema: The schema that the operation is valid by.
        document: Where its fragments are.
        operation: The operation.
        variables: The values of its variables, as sent.
    """
    fragments = _fragments(document)
    values = {**_defaults(operation), **variables}
    known: dict[str, tuple[int, int]] = {}

    @cache
    def of_variable(name: str) -> int:
        return _objects(values.get(name), of_variable)

    def cost(parent: Any, selection_set: SelectionSetNode | None) -> tuple[int, int]:
        """Return what the objects of a selection cost, and what its filters do."""
        objects = filters = 0
        for node in selection_set.selections if selection_set else ():
            if isinstance(node, FieldNode):
                found = field_cost(parent, node)
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name not in known:
                    fragment = fragments[name]
                    condition = schema.type_map[fragment.type_condition.name.value]
                    known[name] = cost(condition, fragment.selection_set)
                found = known[name]
            else:
                condition = node.type_condition  # type: ignore[attr-defined]
                owner = schema.type_map[condition.name.value] if condition else parent
                found = cost(owner, node.selection_set)  # type: ignore[attr-defined]
            objects, filters = objects + found[0], filters + found[1]
        return objects, filters

    def field_cost(parent: Any, node: FieldNode) -> tuple[int, int]:
        definition = parent.fields.get(node.name.value) if hasattr(parent, "fields") else None
        if definition is None:
            return HEAVY.get(node.name.value, 0), 0
        if not is_composite_type(kind := get_named_type(definition.type)):
            return 0, 0
        objects, filters = cost(kind, node.selection_set)
        own = sum(
            FILTER_OBJECT * _objects(argument.value, of_variable)
            for argument in node.arguments or ()
            if argument.name.value == "filter"
        )
        return _weight(node) + _items(definition, node, values) * objects, own + filters

    root = schema.get_root_type(operation.operation)
    return sum(cost(root, operation.selection_set))


def _objects(value: Any, of_variable: Callable[[str], int]) -> int:
    """Return how many objects a value holds, itself among them, whether it is written or sent."""
    count, waiting = 0, [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, VariableNode):
            count += of_variable(one.name.value)
        elif isinstance(one, ObjectValueNode):
            count += 1
            waiting += [field.value for field in one.fields]
        elif isinstance(one, ListValueNode):
            waiting += one.values
        elif isinstance(one, dict):
            count += 1
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return count


def _weight(node: FieldNode) -> int:
    """Return what a field costs itself; a list that is searched where it has a text is heavy with one."""
    name = node.name.value
    searched = any(argument.name.value == "text" for argument in node.arguments or ())
    return HEAVY.get(f"{name}(text)" if searched else name) or HEAVY.get(name, 1)


class _Sizes:
    """Measures selections, each fragment once."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = _fragments(document)
        self._known: dict[str, Size] = {}

    def of(self, selection_set: SelectionSetNode | None) -> Size:
        size = Size()
        for node in selection_set.selections if selection_set else ():
            size.directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                size.fields += 1
                size.aliases += node.alias is not None
                size.add(self.of(node.selection_set), deeper=1)
                size.depth = max(size.depth, 1)
            elif isinstance(node, FragmentSpreadNode):
                size.add(self._fragment(node.name.value))
            else:
                size.add(self.of(node.selection_set))  # type: ignore[attr-defined]
        return size

    def _fragment(self, name: str) -> Size:
        if name not in self._known:
            # A fragment that spreads itself is refused by validation; here it counts as empty.
            self._known[name] = Size()
            fragment = self._fragments.get(name)
            self._known[name] = self.of(fragment.selection_set) if fragment else Size()
        return self._known[name]


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}


def _items(definition: Any, node: FieldNode, variables: Mapping[str, Any]) -> int:
    """Return how many items a field may hold."""
    if "ids" in definition.args:
        return _listed(node, variables)
    if is_list_type(get_nullable_type(definition.type)):
        return 1 if node.name.value in {"nodes", "edges"} else LIST_ITEMS
    if "first" not in definition.args:
        return 1
    sizes = [
        _number(argument.value, variables)
        for argument in node.arguments or ()
        if argument.name.value in {"first", "last"}
    ]
    given = [size for size in sizes if size is not None] or [definition.args["first"].default_value or 1]
    return max(*given, 1)


def _listed(node: FieldNode, variables: Mapping[str, Any]) -> int:
    """Return how many ids a field is given; one alone is a list of one."""
    given = next((one.value for one in node.arguments or () if one.name.value == "ids"), None)
    if isinstance(given, ListValueNode):
        return max(len(given.values), 1)
    sent = variables.get(given.name.value) if isinstance(given, VariableNode) else None
    return max(len(sent), 1) if isinstance(sent, list) else 1


def _number(value: Any, variables: Mapping[str, Any]) -> int | None:
    if isinstance(value, IntValueNode):
        return int(value.value)
    if isinstance(value, VariableNode):
        given = variables.get(value.name.value)
        # A whole number may be sent as 100.0.
        return (
            int(given)
            if isinstance(given, int) or (isinstance(given, float) and given.is_integer())
            else None
        )
    return None


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    """Return the values that variables have which are not sent."""
    return {
        one.variable.name.value: value_from_ast_untyped(one.default_value)
        for one in operation.variable_definitions or ()
        if one.default_value
    }


def _too_many(found: str, most: int) -> GraphQLError:
    return GraphQLError(f"{found}; at most {most} are answered", extensions={"code": "LIMIT_EXCEEDED"})


def _phrase(what: str, count: int) -> str:
    return f"a depth of {count}" if what == "depth" else f"{count} {what}"
