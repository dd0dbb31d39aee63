"""Land raw data and build features: what people mean when they say ETL."""

from infra.settings import get_settings
from pipelines import build_features, ingest_ratings


def main(snapshot_date: str | None = None, dataset: str | None = None) -> str:
    """Write the raw and the feature layer of one snapshot, today's (UTC) by default, and return its date.

    Running it again replaces both layers. On a laptop (the profile `local`) it goes on without MongoDB, and says that
    what users did is missing then; elsewhere it raises ServerUnreachable.
    """
    landed = ingest_ratings.main(snapshot_date, dataset, needs_mongodb=get_settings().profile != "local")
    return build_features.main(landed)
