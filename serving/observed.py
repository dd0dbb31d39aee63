"""Around every request: an id that travels with it, its figures, and one line in the log."""

import logging
import re
import secrets
from time import perf_counter

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infra.logs import request_id
from serving.headers import REQUEST_ID
from serving.metrics import latency_of, requests_of

FAILED = 500
SENT_ID = REQUEST_ID.lower().encode()
ACCEPTED = re.compile(r"[\w.:-]{1,64}", re.ASCII)

log = logging.getLogger(__name__)


class Observed:
    """ASGI middleware; what it wraps finds the id in `request_id`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI wants it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started_at, status = perf_counter(), FAILED
        chosen = choose_request_id(Headers(scope=scope).get(REQUEST_ID))
        request_id.set(chosen)

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((SENT_ID, chosen.encode()))
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            _note(scope, status, perf_counter() - started_at)


def choose_request_id(given: str | None) -> str:
    """Return a caller's id if it can be logged and passed on as it is, else a new one."""
    return given if given and ACCEPTED.fullmatch(given) else secrets.token_hex(16)


def _note(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "none")  # the path itself would make a series of every user
    requests_of(scope["method"], route, status).inc()
    latency_of(route).observe(seconds)
    told = {"method": scope["method"], "path": scope["path"], "status": status, "milliseconds": round(seconds * 1e3, 2)}
    log.info("answered", extra={"told": told})
