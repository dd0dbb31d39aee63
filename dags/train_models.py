"""Train every model on one snapshot, compare them, and name the best one champion.

- **Reads** `feature_tables` of the partition key's date, or the newest features without a key.
- **Writes** `champion`: runs side by side in MLflow, and the alias `champion` on the best model.

**When it is red**, the last lines of the task's log say why; yesterday's champion and published lists stay in force.
`ServerUnreachable` (tried three times): start MLflow or the object store. `SnapshotMissing`: `build_features` has not
finished for that date, so run it first. Then clear the task.
"""

from airflow.sdk import PartitionedAssetTimetable, dag, task

from dags.assets import champion, feature_tables
from dags.steps import STEP_DEFAULTS, in_words


@dag(
    schedule=PartitionedAssetTimetable(assets=feature_tables),
    max_active_runs=1,
    default_args=STEP_DEFAULTS,
    doc_md=__doc__,
    tags=["marquee", "models"],
)
def train_models():
    @task(outlets=[champion])
    @in_words
    def train(outlet_events, partition_key=None):
        from pipelines import train_models

        snapshot_date = train_models.main(partition_key)
        outlet_events[champion].add_partitions(snapshot_date)

    train()


train_models()
