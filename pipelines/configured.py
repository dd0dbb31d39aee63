"""What the settings name, as several `main` functions open it."""

from datetime import date
from functools import partial

from infra.settings import Settings
from infra.stores.lake import Lake
from infra.stores.model_updates import announce
from infra.stores.promotions import PromotionLog
from infra.stores.snapshot import Snapshot
from infra.tables import FEATURES


def open_features(settings: Settings, snapshot_date: str | None) -> Snapshot:
    """Open the features of a date such as 2026-11-20, or the newest; raises SnapshotMissing."""
    return Lake(settings.lake.root).open(FEATURES, date.fromisoformat(snapshot_date) if snapshot_date else None)


def open_promotion_log(settings: Settings) -> PromotionLog:
    """Open the log that tells the near-line workers of every new champion; raises ServerUnreachable."""
    told = partial(announce, settings.redis.address)
    return PromotionLog(settings.mongodb.address, settings.mongodb.database, told)
