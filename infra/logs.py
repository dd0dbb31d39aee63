"""Logs as JSON, one object per line, each with the id of the request it belongs to."""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

NO_REQUEST = "-"
ENCODE = json.JSONEncoder(default=str).encode

request_id: ContextVar[str] = ContextVar("request_id", default=NO_REQUEST)
"""The id of the request that this task answers, `-` outside of any. Events carry it to whoever handles them."""


class JsonLines(logging.Formatter):
    """Formats a record as JSON, with the fields in its attribute `told`; `serving/logging.json` names it.

    There is a line for every request, so it does no more than that: a general formatter takes twice the time.
    """

    def __init__(self) -> None:
        super().__init__()
        # What records know of threads, processes and files nobody is told, and to learn it costs a fifth of a line
        # (https://docs.python.org/3/howto/logging.html#optimization).
        logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
        logging._srcfile = None

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line, with its request's id."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            line["exc_info"] = self.formatException(record.exc_info)
        return ENCODE(line)


def write_json_lines() -> None:
    """Have this process log to its standard output as JSON, from INFO on."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
