"""Land raw data and build features: what people mean when they say ETL."""

from pipelines import build_features, ingest_ratings


def main(snapshot_date: str | None = None, dataset: str | None = None) -> str:
    """Write the raw and the feature layer of one snapshot, today's (UTC) by default, and return its date.

    Running it again replaces both layers.
    """
    landed = ingest_ratings.main(snapshot_date, dataset)
    return build_features.main(landed)
