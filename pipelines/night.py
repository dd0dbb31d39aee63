"""The whole night without Airflow: every pipeline in the order its data flows."""

from pipelines import build_features, ingest_ratings, publish_recommendations, train_models


def main(snapshot_date: str | None = None, dataset: str | None = None) -> str:
    """Go from an archive to a published generation, a new one each time, and return the snapshot's date."""
    built = build_features.main(ingest_ratings.main(snapshot_date, dataset))
    train_models.main(built)
    return publish_recommendations.main(built)
