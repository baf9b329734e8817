"""Reading documents so that one that cannot be told keeps no other out."""

import logging
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError

from app.db.faults import is_away
from app.search.delivery import Refused
from app.search.document import Document
from indexer.source import DocumentSource

logger = logging.getLogger("indexer")


def read_documents(source: DocumentSource, ids: Sequence[str]) -> tuple[list[Document], list[Refused]]:
    """Return the documents of what is there of `ids`, and those that the registry cannot tell."""
    try:
        return list(source.documents(ids)), []
    except Exception as failure:  # whatever is wrong with one document must not keep the others out
        if isinstance(failure, DBAPIError) and is_away(failure):
            raise
        if len(ids) == 1:
            logger.debug("the failure of %s", ids[0], exc_info=failure)
            return [], [Refused(ids[0], _reason(failure))]
    apart = [read_documents(source, [one]) for one in ids]
    return [one for read, _ in apart for one in read], [one for _, failed in apart for one in failed]


def _reason(failure: Exception) -> str:
    """Return why a document could not be read; of the database, what it says, without the statement."""
    cause = failure.orig if isinstance(failure, DBAPIError) else failure
    return f"{type(cause).__name__}: {cause}"
