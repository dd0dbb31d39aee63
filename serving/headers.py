"""What a list says of itself in headers, for proxies and dashboards that do not read bodies."""

from datetime import datetime
from typing import Any

from fastapi import Response

from serving.metrics import count_list
from serving.schemas import MovieList

REQUEST_ID = "X-Request-ID"
GENERATION, AGE, SOURCE = "X-Reco-Generation", "X-Reco-Age", "X-Reco-Source"

DOCUMENTED: dict[str, Any] = {
    GENERATION: {"description": "the generation, absent before the first", "schema": {"type": "string"}},
    AGE: {"description": "seconds since the list was made, absent before the first", "schema": {"type": "integer"}},
    SOURCE: {"description": "the same as `source`", "schema": {"type": "string"}},
}


def announce(response: Response, told: MovieList, now: datetime) -> MovieList:
    """Set the headers of a list, count it, and return it."""
    count_list(told)
    response.headers[SOURCE] = told.source
    if told.generation and told.generated_at:
        response.headers[GENERATION] = told.generation
        response.headers[AGE] = str(int((now - told.generated_at).total_seconds()))
    return told
