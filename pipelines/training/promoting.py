"""Moving the alias `champion`, which always follows the promotion log."""

from collections.abc import Mapping
from typing import Any

from infra.stores.promotions import PromotionLog
from infra.stores.registry import ModelRegistry, StoredModel, Version
from pipelines.training.checks import check_stored
from pipelines.training.contestants import ZOOS, find_champion


def promote(
    registry: ModelRegistry,
    log: PromotionLog,
    registered_name: str,
    stored: StoredModel,
    who: str,
    decision: Mapping[str, Any],
) -> None:
    """Make a version champion: first on record, then by its alias; killed between, `settle` finishes it.

    Raises ModelRefused for a version that does not load, is not all numbers, or learned from a refused snapshot.
    """
    check_stored(registry, stored)
    log.append(registered_name, as_live(stored), who, decision)
    registry.promote(registered_name, stored.version)


def settle(registry: ModelRegistry, log: PromotionLog) -> None:
    """Bring alias and log together: finish a promotion that was cut off, and put on record what was moved by hand."""
    for registered_name in ZOOS:
        newest, champion = log.newest(registered_name), find_champion(registry, registered_name)
        live = newest["live"] if newest else None
        if champion is None or (live and live["version"] == champion.version):
            continue
        if live and (newest or {}).get("champion") == as_live(champion):
            registry.promote(registered_name, live["version"])
            continue
        reason = "the alias was moved in MLflow" if live else "it was champion before there was a log"
        found = {"verdict": "found", "reason": reason, "challenger": as_live(champion), "champion": live}
        log.append(registered_name, as_live(champion), "unknown", found)


def as_live(stored: Version) -> dict[str, Any]:
    """Return how the log names a version."""
    return {"name": stored.name, "version": stored.version}
