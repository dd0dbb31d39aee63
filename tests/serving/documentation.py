"""The documentation of the API, and the examples in it."""

from typing import Any

from serving.app import app

SCHEMA = app.openapi()
ADDRESSES = {
    (path, method): described for path, methods in SCHEMA["paths"].items() for method, described in methods.items()
}


def examples(path: str, status: str, method: str = "get") -> list[Any]:
    """Return what the documentation shows as answers of a status."""
    content = SCHEMA["paths"][path][method]["responses"][status]["content"]["application/json"]
    return [example["value"] for example in content["examples"].values()]
