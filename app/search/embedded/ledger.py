"""What the writer finds in a committed index."""

from collections.abc import Iterable, Sequence

import tantivy
from tantivy import Order, Query

from app.search.contract import Mark
from app.search.embedded.rows import Rows, last_rows
from app.search.embedded.schema import CONTENT, ID, KEY, SEQUENCE, TEXTS
from app.search.ledger import Ledger, Stored, ledger_of
from app.search.parking import Parked


def read_ledger(
    searcher: tantivy.Searcher, rows: Rows, meaning: Mark, parked: Iterable[Parked] = ()
) -> Ledger:
    """Return the ledger of a committed index whose vectors are up to date through `meaning`."""
    keys, last = last_rows(rows)
    texts = dict(zip(keys.tolist(), rows["texts"][last].tolist(), strict=True))
    return ledger_of(dict(read_stored(searcher)), texts, meaning, parked)


def read_stored(searcher: tantivy.Searcher) -> Sequence[tuple[str, Stored]]:
    """Return what tantivy holds, each with its id, in the order of the keys."""
    found = searcher.search(
        Query.all_query(), limit=max(searcher.num_docs, 1), count=False, order_by_field=KEY, order=Order.Asc
    ).hits
    addresses = [address for _, address in found]
    columns = [searcher.fast_field_values(name, addresses) for name in (KEY, SEQUENCE, TEXTS, CONTENT)]
    ids = [str(searcher.doc(address)[ID][0]) for address in addresses]
    return [
        (document_id, Stored(*(int(value or 0) for value in values)))
        for document_id, *values in zip(ids, *columns, strict=True)
    ]
