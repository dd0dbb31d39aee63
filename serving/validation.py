"""Checks of what people send, whose refusals are told in words."""

from collections.abc import Callable
from typing import Any

from pydantic import BeforeValidator


def must_be(allowed: str, is_allowed: Callable[[Any], bool]) -> BeforeValidator:
    """Return a validator that takes what `is_allowed`, and else says what is, in words that follow "must be"."""

    def validate(given: Any) -> Any:
        if not is_allowed(given):
            raise ValueError(allowed)
        return given

    return BeforeValidator(validate)


def is_text(given: Any, shortest: int, longest: int) -> bool:
    """Tell whether it is a text of so many characters; half a surrogate pair is none, though JSON can spell it."""
    is_whole = isinstance(given, str) and not any("\ud800" <= letter <= "\udfff" for letter in given)
    return is_whole and shortest <= len(given) <= longest


def is_whole_number(given: Any, lowest: int, highest: int) -> bool:
    """Tell whether it is a number without a fraction in that range; `true` is none, though Python takes it for 1."""
    return isinstance(given, int) and not isinstance(given, bool) and lowest <= given <= highest
