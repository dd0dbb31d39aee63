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


def answer(told: MovieList, now: datetime) -> Response:
    """Return a list as it is sent, with its headers, and count it.

    FastAPI would do the rest of this too, from a list and an empty answer to put headers into, in more steps.
    """
    count_list(told)
    headers: dict[str, str] = {SOURCE: told.source}
    if told.generation and told.generated_at:
        headers[GENERATION] = told.generation
        headers[AGE] = str(int((now - told.generated_at).total_seconds()))
    return Response(told.model_dump_json(), headers=headers, media_type="application/json")
