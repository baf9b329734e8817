"""Datasets: one for all spellings of a name, in the namespace `default`."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from examples.model_zoo.licenses import license_name
from examples.model_zoo.names import NameBook, natural, one_line, slug
from examples.model_zoo.records import Record, stated, storable
from examples.model_zoo.tags import bare_tags, web_address

NAMESPACE = "default"
FIRST_VERSION = "1"
_HUB = "https://huggingface.co/datasets/"


class DatasetBook:
    """Every dataset that has a record or is named by an edge or a metric, found by any spelling of its name.

    Spellings are of one dataset when they agree in letters and digits (NFKC, folded) and in where these are
    parted; `CNN/DailyMail` and `cnn_dailymail` are one, `CIFAR-10` and `CIFAR10` are two. The name is that of
    the record, else the spelling used most, else the first in order.
    """

    def __init__(self, records: Iterable[Record], mentions: Iterable[str]) -> None:
        """Collect datasets.

        Args:
            records: Raw records of datasets; the first of several of one name counts.
            mentions: Names in edges and metrics, as often as they are used.
        """
        self._records: dict[str, Record] = {}
        for record in records:
            self._records.setdefault(slug(record["name"]), record)
        self._spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for mention in mentions:
            self._spellings[slug(mention)][one_line(mention)] += 1
        names, self._names = NameBook(), dict[str, str]()
        for key in sorted(self._records | self._spellings):
            spelling = self._spelling(key)
            self._names[key] = names.claim(NAMESPACE, spelling, key)

    def _spelling(self, key: str) -> str:
        if record := self._records.get(key):
            return str(record["name"])
        return min(self._spellings[key].items(), key=lambda used: (-used[1], used[0]))[0]

    def name(self, spelling: str) -> str:
        """Return the registry's name of a dataset; KeyError if it was never mentioned."""
        return self._names[slug(spelling)]

    def lines(self) -> list[Record]:
        """Return the datasets in the interchange format, by name."""
        ordered = sorted(self._names.items(), key=lambda item: (natural(item[1].casefold()), item[1]))
        return [self._line(key, name) for key, name in ordered]

    def _line(self, key: str, name: str) -> Record:
        record = self._records.get(key, {})
        version = {
            "label": FIRST_VERSION,
            "uri": _location(record),
            "license": license_name(record.get("license")),
        }
        spellings = sorted(self._spellings[key] | Counter([one_line(record.get("name")) or name]))
        line = {
            "type": "dataset",
            "namespace": NAMESPACE,
            "name": name,
            "description": record.get("description"),
            "tags": stated({"spellings": [s for s in spellings if s != name]} | _tags(record)),
            "versions": [stated(version)],
        }
        return stated(line)


def _location(record: Record) -> str | None:
    path = record.get("weights_url")
    return _HUB + path if path else None


def _tags(record: Record) -> Record:
    paper = record.get("paper") or {}
    facts = {
        "source": record.get("source"),
        "source_id": record.get("source_id"),
        "metadata_license": record.get("metadata_license"),
        "domain": record.get("domain"),
        "task": record.get("task"),
        "page_url": web_address(record.get("page_url")),
        "paper": one_line(paper.get("title")),
        **(record.get("params") or {}),
    }
    return bare_tags(record.get("tags") or [], stated(storable(facts)))


def dataset_reference(spelling: str, book: DatasetBook) -> Record:
    """Return a reference to the first version of a dataset, as a lineage edge names it."""
    return {"dataset": {"namespace": NAMESPACE, "name": book.name(spelling)}, "version": FIRST_VERSION}
