"""How results are written; it loads nothing, so that help stays fast."""

from enum import StrEnum


class Format(StrEnum):
    """How a table is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    HTML = "html"
