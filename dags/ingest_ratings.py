"""Land one MovieLens archive and what users did in the lake, every night at 00:00 UTC; the other DAGs follow.

- **Reads** the configured dataset (`MARQUEE_DATA__DATASET`) or the one that the param `dataset` names, and MongoDB.
- **Writes** `raw_tables`: the raw snapshot of the partition key's date, or of today (UTC) without a key.

**When it is red**, the last lines of the task's log say what was wrong and where; yesterday's snapshot stays in force.
`ArchiveUnavailable` (tried three times): put the zip into `MARQUEE_DATA__ARCHIVE_DIR`. `ServerUnreachable` (too): bring
MongoDB back. `ExpectationFailed`: look at the quarantine and the Data Docs, then mend the archive or name another
dataset. Then clear the task.
"""

from datetime import timedelta

from airflow.sdk import CronPartitionTimetable, Param, dag, task

from dags.assets import raw_tables
from dags.steps import STEP_DEFAULTS, in_words

# Without `run_immediately`, unpausing before 02:24 would start the slot that has passed.
NIGHTLY = CronPartitionTimetable(
    "0 0 * * *", timezone="UTC", key_format="%Y-%m-%d", run_immediately=timedelta(minutes=1)
)


@dag(
    schedule=NIGHTLY,
    max_active_runs=1,
    default_args=STEP_DEFAULTS,
    params={"dataset": Param(None, type=["null", "string"], description="a MovieLens name, `sample`, a zip or folder")},
    doc_md=__doc__,
    tags=["marquee", "data"],
)
def ingest_ratings():
    @task(outlets=[raw_tables])
    @in_words
    def ingest(params, outlet_events, partition_key=None):
        from pipelines import ingest_ratings

        snapshot_date = ingest_ratings.main(partition_key, params["dataset"])
        outlet_events[raw_tables].add_partitions(snapshot_date)

    ingest()


ingest_ratings()
