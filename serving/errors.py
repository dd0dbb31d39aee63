"""What goes wrong, told the same way everywhere: the body is an `Error`."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from infra.errors import (
    KeyReused,
    LastProfile,
    MarqueeError,
    NameTaken,
    NoGeneration,
    NoSuchReview,
    NotAllowed,
    NotInCatalogue,
    NotSignedIn,
    ServerUnreachable,
    TooManyAttempts,
    TooManyProfiles,
)
from infra.logs import request_id
from serving.headers import REQUEST_ID
from serving.schemas import Error

LONGEST_QUOTE = 40
FAILED = "this is a mistake of the API, not yours: its log says more about the request {}"

PLAIN = {
    "missing": "is missing",
    "model_attributes_type": "must be a JSON object, sent with Content-Type: application/json",
    "extra_forbidden": "is not known; /docs lists every field",
    "string_too_long": "must be at most {max_length} characters long",
    "string_too_short": "must be at least {min_length} characters long",
}
"""Pydantic's problems that would be told in its own words, in ours; the part in braces is its context."""

KINDS: dict[type[MarqueeError], tuple[int, str]] = {
    NotSignedIn: (401, "not_signed_in"),
    NotAllowed: (403, "not_allowed"),
    NotInCatalogue: (404, "not_found"),
    NoGeneration: (404, "not_found"),
    NoSuchReview: (404, "not_found"),
    NameTaken: (409, "name_taken"),
    TooManyProfiles: (409, "too_many_profiles"),
    LastProfile: (409, "last_profile"),
    KeyReused: (422, "key_reused"),
    TooManyAttempts: (429, "too_many_attempts"),
    ServerUnreachable: (503, "server_unreachable"),
}

HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "5"}}


def tell_errors(app: FastAPI) -> None:
    """Make every refusal of the application an `Error` in JSON."""

    async def refused(_: Request, error: Exception) -> JSONResponse:
        status, kind = next(told for cause, told in KINDS.items() if isinstance(error, cause))
        return _answer(status, kind, str(error), _wait(error))

    for cause in KINDS:
        app.add_exception_handler(cause, refused)

    @app.exception_handler(RequestValidationError)
    async def invalid_request(_: Request, error: RequestValidationError) -> JSONResponse:
        return _answer(422, "invalid_request", "; ".join(map(_in_words, error.errors())))

    @app.exception_handler(HTTPException)
    async def no_such_address(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 400:  # FastAPI's only one: bytes that are no text in UTF-8
            return _answer(422, "invalid_request", "the body is not JSON in UTF-8")
        kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
        detail = f"{error.detail}: {request.method} {request.url.path}; /docs lists every address"
        return _answer(error.status_code, kind, detail, error.headers)

    @app.exception_handler(Exception)
    async def failed(_: Request, __: Exception) -> JSONResponse:
        own = request_id.get()  # no middleware sees this answer
        return _answer(500, "failed", FAILED.format(own), {REQUEST_ID: own})


def _wait(error: Exception) -> dict[str, str] | None:
    return {"Retry-After": str(error.seconds)} if isinstance(error, TooManyAttempts) else None


def _in_words(problem: Mapping[str, Any]) -> str:
    place, *path = problem["loc"]
    told = problem.get("ctx", {}).get("error")
    if problem["type"] == "json_invalid":
        return f"the body is not JSON: {told}"
    where = f"{'.'.join(map(str, path))} in the {place}" if path else f"the {place}"
    if (tell := PLAIN.get(problem["type"])) is not None:
        return f"{where} {tell.format(**problem.get('ctx', {}))}"
    if told is None:
        return f"{where}: {problem['msg']}"
    return f"{where} must be {told}" + ("" if place == "body" else _quoted(problem["input"]))


def _quoted(given: Any) -> str:
    """Return what was given, in part; never of a body, which may hold a password."""
    return f", not '{str(given)[:LONGEST_QUOTE]}'"


def _answer(status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(Error(error=kind, detail=detail).model_dump(), status, headers or HEADERS.get(status))
