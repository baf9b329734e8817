"""Which records are versions of one model, and in what order."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from examples.model_zoo.dates import date_in_name, dateless_names, released
from examples.model_zoo.names import natural
from examples.model_zoo.records import Record

PREVIOUS_VERSION = "previous_version"
_CONVERSION = "converted_from"


@dataclass(frozen=True, slots=True)
class Line:
    """The records of one model, a version each.

    Attributes:
        name: The name the model should have, not yet made safe.
        versions: Records, oldest first.
        telling: The same records, those first that tell most about the model: the newest first, and last
            those that are a conversion of another version (a deployment format, described as such).
    """

    name: str
    versions: tuple[Record, ...]
    telling: tuple[Record, ...]

    @property
    def namespace(self) -> str:
        """The namespace of the model: the source of its records."""
        return str(self.versions[0]["source"])


def release_date(record: Record) -> str | None:
    """Return a record's release date as `YYYY-MM-DD`: the stated one, else the one in its name."""
    stated_date = released(record.get("released"))
    return stated_date.date if stated_date else date_in_name(record["name"])


def lines_of(records: Sequence[Record], lineage: Sequence[Record]) -> list[Line]:
    """Group records into models with versions.

    Records of one source are versions of one model when their names are equal, or differ by a date alone (see
    `dates.dateless_names`), or a chain of `previous_version` edges joins them. Versions are ordered by
    release date (unknown first), then by the edges between them, then by name and source identifier with
    numbers in their order. A model whose versions have different names takes the name without the date, or,
    where they differ in more than a date, that of the newest.

    Args:
        records: Raw model records.
        lineage: Raw lineage edges; their order does not matter.

    Returns:
        The models, in the order of their first record.
    """
    without_date = _names_without_date(records)
    chains = [edge for edge in lineage if edge["relation"] == PREVIOUS_VERSION]
    groups = _joined(records, without_date, chains)
    parents: defaultdict[str, set[str]] = defaultdict(set)
    for edge in lineage:
        parents[edge["to"]].add(edge["from"])
    converted = {(edge["from"], edge["to"]) for edge in lineage if edge["relation"] == _CONVERSION}
    return [_line(group, without_date, _depths(group, parents), converted) for group in groups]


def _names_without_date(records: Iterable[Record]) -> dict[tuple[str, str], str]:
    named: defaultdict[str, list[tuple[str, str | None]]] = defaultdict(list)
    for record in records:
        named[record["source"]].append((record["name"], release_date(record)))
    return {
        (source, name): short
        for source, pairs in named.items()
        for name, short in dateless_names(pairs).items()
    }


def _joined(
    records: Sequence[Record], without_date: dict[tuple[str, str], str], chains: Iterable[Record]
) -> list[list[Record]]:
    by_key: defaultdict[tuple[str, str], list[Record]] = defaultdict(list)
    key_of: dict[str, tuple[str, str]] = {}
    for record in records:
        source, name = record["source"], record["name"]
        key_of[record["source_id"]] = key = (source, without_date[source, name])
        by_key[key].append(record)
    for edge in chains:
        older, newer = key_of.get(edge["from"]), key_of.get(edge["to"])
        if older and newer and older != newer and older[0] == newer[0]:
            moved = by_key.pop(newer)
            by_key[older] += moved
            key_of |= {record["source_id"]: older for record in moved}
    position = {record["source_id"]: place for place, record in enumerate(records)}
    return sorted(by_key.values(), key=lambda group: min(position[record["source_id"]] for record in group))


def _depths(group: Iterable[Record], parents: dict[str, set[str]]) -> dict[str, int]:
    """Return after how many others of the group each record comes, by the longest chain of edges inside."""
    members = {record["source_id"] for record in group}
    inside = {member: parents.get(member, set()) & members - {member} for member in members}
    depth = dict.fromkeys(members, 0)
    for _ in members:
        deeper = {
            member: max((depth[parent] + 1 for parent in inside[member]), default=0) for member in members
        }
        if deeper == depth:
            break
        depth = deeper
    return depth


def _line(
    group: list[Record],
    without_date: dict[tuple[str, str], str],
    depth: dict[str, int],
    converted: set[tuple[str, str]],
) -> Line:
    ordered = sorted(
        group,
        key=lambda record: (
            release_date(record) or "",
            depth[record["source_id"]],
            natural(record["name"]),
            natural(record["source_id"]),
        ),
    )
    ids = [record["source_id"] for record in ordered]
    derived = {child for child in ids if any((parent, child) in converted for parent in ids)}
    newest_first = ordered[::-1]
    telling = [record for record in newest_first if record["source_id"] not in derived]
    telling += [record for record in newest_first if record["source_id"] in derived]
    return Line(_line_name(ordered, without_date), tuple(ordered), tuple(telling))


def _line_name(ordered: list[Record], without_date: dict[tuple[str, str], str]) -> str:
    names = {record["name"] for record in ordered}
    dateless = {without_date[record["source"], record["name"]] for record in ordered}
    if len(names) == 1 or len(dateless) > 1:
        return str(ordered[-1]["name"])
    return next(iter(dateless))
