"""Try every model on one snapshot, compare them, and decide who is champion.

- **Reads** `feature_tables` of the partition key's date, or the newest features without a key.
- **Writes** `champion`: runs side by side in MLflow, every decision in the promotion log, the alias `champion`.

**When it is red**, the last lines of the task's log say why; champions and published lists stay in force. A model that
breaks is left out. `ServerUnreachable`: start MLflow, the object store or MongoDB. `SnapshotMissing`: run
`build_features` for that date first. Then clear the DAG from `plan` on.
"""

from importlib import import_module

from airflow.sdk import PartitionedAssetTimetable, TriggerRule, dag, task

from dags.assets import champion, feature_tables
from dags.steps import STEP_DEFAULTS, in_words
from infra.parallelism import models_at_once

PIPELINE = "pipelines.train_models"  # imported by the tasks: it takes seconds
WHEN = PartitionedAssetTimetable(assets=feature_tables)


@dag(schedule=WHEN, max_active_runs=1, default_args=STEP_DEFAULTS, doc_md=__doc__, tags=["marquee", "models"])
def train_models():
    @task
    @in_words
    def plan(partition_key=None):
        return import_module(PIPELINE).plan(partition_key)

    @task(max_active_tis_per_dagrun=models_at_once(), map_index_template="{{ task.op_kwargs['contestant'][1] }}")
    @in_words
    def try_model(night, contestant):
        return import_module(PIPELINE).try_model(night, contestant)

    @task(outlets=[champion], trigger_rule=TriggerRule.ALL_DONE)
    @in_words
    def conclude(planned, outcomes, outlet_events):
        snapshot_date = import_module(PIPELINE).conclude(planned[0]["night"], list(outcomes))
        outlet_events[champion].add_partitions(snapshot_date)

    conclude(planned := plan(), try_model.expand_kwargs(planned))


train_models()
