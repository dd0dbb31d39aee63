"""How answers are shown in the API's documentation: by examples."""

from typing import Any

from pydantic import BaseModel

from serving.schemas import Error

Responses = dict[int | str, dict[str, Any]]


def answers(examples: dict[str, BaseModel], **more: Any) -> dict[str, Any]:
    """Return the description of an answer that has these examples, by what they are examples of."""
    shown = {summary: {"value": example.model_dump(mode="json")} for summary, example in examples.items()}
    return {"content": {"application/json": {"examples": shown}}, **more}


def errors(kind: str, description: str, *details: str) -> dict[str, Any]:
    """Return the description of a refusal of one kind, with an example for every reason."""
    examples: dict[str, BaseModel] = {detail: Error(error=kind, detail=detail) for detail in details}
    return answers(examples, model=Error, description=description)
