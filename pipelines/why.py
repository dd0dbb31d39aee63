"""Say why a movie is in a user's list, or why it is not."""

from datetime import date
from functools import partial

from infra.errors import NotExplained
from infra.settings import get_settings
from infra.stores.lake import Lake
from infra.stores.list_records import ListRecord, read_list_record
from infra.stores.mongodb import read_once
from infra.stores.registry import RECOMMENDER, ModelRegistry, StoredModel
from infra.tables import FEATURES
from models.zoo import KNOWS_USERS_BY_ID
from pipelines.explaining.reasons import Reasons, find_reasons
from pipelines.explaining.telling import tell
from pipelines.near_line.champion import Champion, champion_on, who_folds_in


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
    maker = who_renewed(record, stored, registry) if record.is_renewed else stored
    return champion_on(snapshot, record.model, maker)


def who_renewed(record: ListRecord, champion: StoredModel, registry: ModelRegistry) -> StoredModel:
    """Return what renewed a list: the champion, its stand-in, or its newest version, which has gone on learning."""
    listed_itself = record.ranked is not None and champion.name in record.ranked.sources
    if listed_itself and champion.name in KNOWS_USERS_BY_ID:
        newest = registry.newest_version(RECOMMENDER, champion.name) or champion.version
        return registry.load(RECOMMENDER, newest)
    return who_folds_in(registry, champion)


def main(user_id: int, movie_id: int) -> None:
    """Tell it of the list in force, by the configured stores."""
    settings = get_settings()
    read = partial(read_list_record, user_id=user_id, movie_id=movie_id)
    record = read_once(settings.mongodb.address, settings.mongodb.database, read)
    reasons = run(record, ModelRegistry(settings.mlflow.address), Lake(settings.lake.root))
    print("\n".join(tell(record, reasons)))
