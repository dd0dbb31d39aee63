"""Logs as JSON, one object per line, each with the id of the request it belongs to."""

import logging
import re
from contextvars import ContextVar
from uuid import uuid4

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

NO_REQUEST = "-"
ACCEPTED = re.compile(r"[\w.:-]{1,64}", re.ASCII)
OF_UVICORN = ("color_message",)  # the message again, for terminals
FIELDS = "{asctime}{levelname}{name}{message}"

request_id: ContextVar[str] = ContextVar("request_id", default=NO_REQUEST)
"""The id of the request that this task answers, `-` outside of any."""


class JsonLines(JsonFormatter):
    """Formats a record as JSON; `serving/logging.json` names it."""

    def __init__(self) -> None:
        names = {"asctime": "time", "levelname": "level", "name": "logger"}
        super().__init__(FIELDS, style="{", rename_fields=names, reserved_attrs=[*RESERVED_ATTRS, *OF_UVICORN])

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line, with its request's id."""
        record.request_id = request_id.get()
        return super().format(record)


def choose_request_id(given: str | None) -> str:
    """Return a caller's id if it can be logged and passed on as it is, else a new one."""
    return given if given and ACCEPTED.fullmatch(given) else uuid4().hex
