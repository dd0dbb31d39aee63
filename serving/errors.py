"""What goes wrong, told the same way everywhere: the body is an `Error`."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from infra.errors import NotInCatalogue
from serving.schemas import Error

LONGEST_QUOTE = 40


def tell_errors(app: FastAPI) -> None:
    """Make every refusal of the application an `Error` in JSON."""

    @app.exception_handler(NotInCatalogue)
    async def not_in_catalogue(_: Request, error: NotInCatalogue) -> JSONResponse:
        return _answer(404, "not_found", str(error))

    @app.exception_handler(RequestValidationError)
    async def invalid_request(_: Request, error: RequestValidationError) -> JSONResponse:
        return _answer(422, "invalid_request", "; ".join(map(_in_words, error.errors())))

    @app.exception_handler(HTTPException)
    async def no_such_address(request: Request, error: HTTPException) -> JSONResponse:
        kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
        detail = f"{error.detail}: {request.method} {request.url.path}; /docs lists every address"
        return _answer(error.status_code, kind, detail)


def _in_words(problem: Mapping[str, Any]) -> str:
    place, *path = problem["loc"]
    allowed = problem.get("ctx", {}).get("error") or problem["msg"]
    return f"{'.'.join(map(str, path))} in the {place} must be {allowed}, not '{str(problem['input'])[:LONGEST_QUOTE]}'"


def _answer(status: int, kind: str, detail: str) -> JSONResponse:
    return JSONResponse(Error(error=kind, detail=detail).model_dump(), status)
