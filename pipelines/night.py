"""The whole night without Airflow: every pipeline in the order its data flows."""

from datetime import UTC, datetime

from pipelines import etl, publish_recommendations, train_models


def main(snapshot_date: str | None = None, dataset: str | None = None) -> None:
    """Go from an archive to a published generation; running it again publishes a new generation of the same day."""
    day = snapshot_date or datetime.now(UTC).date().isoformat()
    etl.main(day, dataset)
    train_models.main(day)
    publish_recommendations.main(day)
