"""Land raw data and build features: what people mean when they say ETL."""

from datetime import UTC, datetime

from pipelines import build_features, ingest_ratings


def main(snapshot_date: str | None = None, dataset: str | None = None) -> None:
    """Write the raw and the feature layer of one snapshot (today's, UTC, by default); running it again replaces both."""
    day = snapshot_date or datetime.now(UTC).date().isoformat()
    ingest_ratings.main(day, dataset)
    build_features.main(day)
