"""What is true of every address, in the OpenAPI document: the middleware adds it, so no route can say it."""

from typing import Any

from serving.documented import errors
from serving.errors import FAILED
from serving.headers import REQUEST_ID

REQUEST_ID_SENT = {
    "description": "yours, if it is at most 64 letters, digits and `_ . : -`, or a new one; the log has it, too",
    "schema": {"type": "string"},
}
ETAG = {"description": "send it back in `If-None-Match`", "schema": {"type": "string"}}
UNCHANGED = "The answer is still the one of the ETag in `If-None-Match`; there is no body"
EXAMPLE_ID = "checkout-17"


def describe_every_answer(document: dict[str, Any]) -> None:
    """Add the failure, the ETag and the 304 of GET, and the request id to an OpenAPI document, in place."""
    for methods in document["paths"].values():
        for method, described in methods.items():
            answers = described["responses"]
            answers["500"] = _failure()
            if method == "get":
                answers["200"].setdefault("headers", {})["ETag"] = ETAG
                answers["304"] = {"description": UNCHANGED, "headers": {"ETag": ETAG}}
            for answer in answers.values():
                answer.setdefault("headers", {})[REQUEST_ID] = REQUEST_ID_SENT


def _failure() -> dict[str, Any]:
    told = errors("failed", "A mistake of the API", FAILED.format(EXAMPLE_ID))
    del told["model"]
    told["content"]["application/json"]["schema"] = {"$ref": "#/components/schemas/Error"}
    return told
