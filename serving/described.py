"""What is true of every address, in the OpenAPI document: the middleware adds it, so no route can say it."""

from typing import Any

from serving.documented import errors
from serving.errors import FAILED
from serving.headers import REQUEST_ID

DESCRIPTION = """
Lists and movies can be read without an account. Doing something needs one: register, and send the access token as
`Authorization: Bearer <token>`. Every error is an `Error`: `error` is its kind, for programs, and `detail` says in
words what was wrong and what is allowed.
"""
TAGS = [
    {"name": "users", "description": "what is recommended to someone, and why"},
    {"name": "movies", "description": "the catalogue, what is popular, and what is like a movie"},
    {"name": "accounts", "description": "from registration to deletion; an account has one to five profiles"},
    {"name": "what people do", "description": "by a profile: the account's first, or the one of the header X-Profile"},
    {"name": "reviews", "description": "plain text: whatever shows it as HTML has to escape it"},
    {"name": "admin", "description": "needs the admin role"},
    {"name": "health", "description": "for supervisors and load balancers"},
]
REQUEST_ID_SENT = {
    "description": "yours, if it is at most 64 letters, digits and `_ . : -`, or a new one; the log has it, too",
    "schema": {"type": "string"},
}
ETAG = {"description": "send it back in `If-None-Match`", "schema": {"type": "string"}}
UNTOLD = "Successful Response"
UNCHANGED = "The answer is still the one of the ETag in `If-None-Match`; there is no body"
EXAMPLE_ID = "checkout-17"


def describe_every_answer(document: dict[str, Any]) -> None:
    """Add the failure, the ETag and the 304 of GET, the request id, and words where FastAPI has a name, in place."""
    schemas = document["components"]["schemas"]
    for methods in document["paths"].values():
        for method, described in methods.items():
            described["summary"] = _first_sentence(described["description"])
            answers = described["responses"]
            for answer in answers.values():
                if answer["description"] == UNTOLD:
                    answer["description"] = _what_it_is(answer, schemas)
            answers["500"] = _failure()
            if method == "get":
                answers["200"].setdefault("headers", {})["ETag"] = ETAG
                answers["304"] = {"description": UNCHANGED, "headers": {"ETag": ETAG}}
            for answer in answers.values():
                answer.setdefault("headers", {})[REQUEST_ID] = REQUEST_ID_SENT


def _first_sentence(text: str) -> str:
    return text.split("\n\n")[0].replace("\n", " ").split(". ")[0].rstrip(".")


def _what_it_is(answer: dict[str, Any], schemas: dict[str, Any]) -> str:
    """Return what the schema of an answer says of itself."""
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    name = str(schema.get("$ref", "")).rsplit("/", 1)[-1]
    return str(schemas.get(name, {}).get("description", "Done"))


def _failure() -> dict[str, Any]:
    told = errors("failed", "A mistake of the API", FAILED.format(EXAMPLE_ID))
    del told["model"]
    told["content"]["application/json"]["schema"] = {"$ref": "#/components/schemas/Error"}
    return told
