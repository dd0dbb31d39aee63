"""Say why a movie is in a user's list, or why it is not."""

import asyncio
from datetime import date

from infra.errors import NotExplained
from infra.settings import get_settings
from infra.stores.lake import Lake
from infra.stores.list_records import ListRecord, read_list_record
from infra.stores.mongodb import connect_async
from infra.stores.registry import RECOMMENDER, ModelRegistry
from infra.tables import FEATURES
from pipelines.explaining.reasons import Reasons, find_reasons
from pipelines.explaining.telling import tell
from pipelines.near_line.champion import Champion, champion_on, who_folds_in

PATIENCE_MS = 10_000


def run(record: ListRecord, registry: ModelRegistry, lake: Lake) -> Reasons:
    """Load what made a list and return the reasons; takes seconds, and changes nothing.

    Raises NotExplained when it is not on record what did, SnapshotMissing, ModelRefused, or ServerUnreachable.
    """
    return find_reasons(load_maker(record, registry, lake), record)


def load_maker(record: ListRecord, registry: ModelRegistry, lake: Lake) -> Champion:
    """Return the version that made a list, or its stand-in near-line, on the snapshot of its generation."""
    if record.model is None:
        raise NotExplained(f"generation {record.generation.id} does not say which model made its lists")
    stored = registry.load(RECOMMENDER, record.model.version)
    snapshot = lake.open(FEATURES, date.fromisoformat(record.generation.snapshot_date))
    maker = who_folds_in(registry, stored) if record.is_renewed else stored
    return champion_on(snapshot, record.model, maker)


def main(user_id: int, movie_id: int) -> None:
    """Tell it of the list in force, by the configured stores."""
    settings = get_settings()
    record = asyncio.run(_read(settings.mongodb.address, settings.mongodb.database, user_id, movie_id))
    reasons = run(record, ModelRegistry(settings.mlflow.address), Lake(settings.lake.root))
    print("\n".join(tell(record, reasons)))


async def _read(address: str, database: str, user_id: int, movie_id: int) -> ListRecord:
    async with connect_async(address, PATIENCE_MS) as client:
        return await read_list_record(client[database], user_id, movie_id)
