"""Turn a raw snapshot into the tables that models learn from.

- **Reads** `raw_tables` of the partition key's date, or the newest raw snapshot without a key.
- **Writes** `feature_tables`: ratings, movies, users and popularity, under the same date.

**When it is red**, the last lines of the task's log say why; yesterday's features stay in force. `ExpectationFailed`
names table, expectation, figure and limit: compare with the day before in the Data Docs, mend the code or the input.
`SnapshotMissing`: `ingest_ratings` has not finished for that date, so run it first. `ServerUnreachable`: bring MongoDB
back, which knows who was deleted meanwhile. Then clear the task.
"""

from airflow.sdk import PartitionedAssetTimetable, dag, task

from dags.assets import feature_tables, raw_tables
from dags.steps import STEP_DEFAULTS, in_words


@dag(
    schedule=PartitionedAssetTimetable(assets=raw_tables),
    max_active_runs=1,
    default_args=STEP_DEFAULTS,
    doc_md=__doc__,
    tags=["marquee", "features"],
)
def build_features():
    @task(outlets=[feature_tables])
    @in_words
    def build(outlet_events, partition_key=None):
        from pipelines import build_features

        snapshot_date = build_features.main(partition_key)
        outlet_events[feature_tables].add_partitions(snapshot_date)

    build()


build_features()
