"""Logs for programs: one JSON object a line on standard error."""

import logging
from datetime import UTC, datetime

import orjson


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON; what a record tells as ``told`` becomes fields of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        # Paths and messages quote what clients send, half a surrogate pair too.
        return orjson.dumps(_encodable(line)).decode()


def log_as_json() -> None:
    """Let everything that this process logs be lines of JSON, a line for each request among them."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("app").setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        server = logging.getLogger(name)
        server.handlers.clear()
        server.propagate = True


def _encodable(line: dict[str, object]) -> dict[str, object]:
    return {
        name: value.encode(errors="replace").decode() if isinstance(value, str) else value
        for name, value in line.items()
    }
