"""Whether a generation may be put in force, by what was found when it was checked."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

from infra.stores.manifest import Check


class Verdict(NamedTuple):
    """Every one of `checks` must pass, and every comparison with last night, unless `accept` says why it need not.

    `report` says where a page shows the figures.
    """

    checks: Sequence[Check]
    comparisons: Sequence[Check] = ()
    accept: str | None = None
    report: str | None = None

    @property
    def against(self) -> list[Check]:
        """What stands against putting it in force."""
        return _failed(self.checks) + ([] if self.accept else _failed(self.comparisons))

    @property
    def is_held(self) -> bool:
        """Tell whether nothing but comparisons stands against it, which a person can accept."""
        return bool(self.against) and not _failed(self.checks)

    @property
    def why(self) -> str:
        """What stands against it, or why nothing does, in words."""
        if not self.against:
            return f"accepted: {self.accept}" if self._accepted else "every check passed"
        told = [f"{_name(check)}: {check.figure} instead of {check.limit}" for check in self.against]
        shown = [f"{self.report} shows whose lists look worst"] if self.report else []
        offer = ['if all of it is meant: make publish ACCEPT="why"'] if self.is_held else []
        return "; ".join((*told, *shown, *offer))

    def record(self, who: str) -> dict[str, Any]:
        """Return what the document of the generation keeps; `who` is the one to accept."""
        kept = {
            "checks": [asdict(check) for check in self.checks],
            "comparisons": [asdict(check) for check in self.comparisons],
            "report": self.report,
            "is_held": self.is_held,
        }
        accepted = {"who": who, "why": self.accept, "checks": [_name(check) for check in self._accepted]}
        return {**kept, "accepted": accepted} if self._accepted else kept

    @property
    def _accepted(self) -> list[Check]:
        return [] if self.against else _failed(self.comparisons)


def _failed(checks: Sequence[Check]) -> list[Check]:
    return [check for check in checks if not check.passed]


def _name(check: Check) -> str:
    return f"{check.table}: {check.expectation}"
