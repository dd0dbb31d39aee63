"""What was recorded of a part of a night, beside what it comes out as now."""

from collections.abc import Callable
from typing import NamedTuple

from infra.errors import MarqueeError

NOT_KEPT = "not kept"
"""Stands for what nothing was recorded of, which nothing can differ from."""

HASH_LETTERS = 16


class Comparison(NamedTuple):
    """Both as text, mostly hashes; `found` is an error in words where it does not come out at all."""

    step: str
    part: str
    recorded: str
    found: str

    @property
    def agrees(self) -> bool:
        """Tell whether nothing differs."""
        return self.recorded in (self.found, NOT_KEPT)

    def as_line(self) -> str:
        """Return a row of the table that people read."""
        verdict = NOT_KEPT if self.recorded == NOT_KEPT else "agrees" if self.agrees else "DIFFERS"
        shown = self.found if " " in self.found else self.found[:HASH_LETTERS]
        return f"{self.step:<17}{self.part:<24}{self.recorded[:HASH_LETTERS]:<18}{verdict:<9}{shown}"


HEADINGS = f"{'step':<17}{'part':<24}{'recorded':<18}{'':<9}found"


def compare(step: str, part: str, recorded: str | None, find: Callable[[], str]) -> Comparison:
    """Find something anew and set it beside what was recorded of it, None where nothing was."""
    try:
        found = find()
    except MarqueeError as error:
        found = in_words(error)
    return Comparison(step, part, recorded or NOT_KEPT, found)


def in_words(error: MarqueeError) -> str:
    """Return what is found where an error comes out."""
    return f"{type(error).__name__}: {error}"
