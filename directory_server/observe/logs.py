"""Structured logs: one JSON object a line on stderr, without contact data.

A message is a fixed sentence; what varies goes into `extra` under names from FIELDS, so that nothing personal can
slip in by formatting. Anything else in `extra` is left out.
"""

import json
import logging
from datetime import UTC, datetime

FIELDS = ("source", "front", "address", "outcome", "seconds", "count", "state", "error", "file", "expires")
"""What a log line may carry besides time, level, logger and message."""


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object; an exception is named by type and place, never by its message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({name: value for name in FIELDS if (value := getattr(record, name, None)) is not None})
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _place(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False, default=str)


def _place(trace: object) -> str:
    place = ""
    while trace is not None:
        frame = getattr(trace, "tb_frame", None)
        if frame is not None:
            place = f"{frame.f_code.co_filename.rsplit('/', 1)[-1]}:{getattr(trace, 'tb_lineno', 0)}"
        trace = getattr(trace, "tb_next", None)
    return place


def start(level: int = logging.INFO) -> None:
    """Send all logging of the process to stderr as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Request lines of these libraries carry addresses and query strings.
    for chatty in ("uvicorn.access", "httpx", "httpcore", "websockets", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
