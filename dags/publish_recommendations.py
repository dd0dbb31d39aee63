"""Compute a list for every user and every movie with the champion, check them, and make them the ones people get.

- **Reads** `champion`, and the features of the partition key's date, or the newest ones without a key.
- **Writes** `generation`: a new generation in MongoDB, in force once the pointer moves to it.

**When it is red**, the last lines of the task's log say why; yesterday's generation stays in force. `GenerationRefused`
names the checks that failed, and a page that shows whose lists look worst: mend the cause. Where it ends with `make
publish ACCEPT="why"`, the lists are unlike last night's, and that command puts them in force if they are meant to be
(docs/howto/gate.md); then mark the task as success. `NoChampion`: run `train_models` first. `ServerUnreachable` (tried
three times): start MongoDB or MLflow. Then clear the task. Green, but lists are bad: `python -m pipelines rollback`.
"""

from airflow.sdk import PartitionedAssetTimetable, dag, task

from dags.assets import champion, generation
from dags.steps import STEP_DEFAULTS, in_words


@dag(
    schedule=PartitionedAssetTimetable(assets=champion),
    max_active_runs=1,
    default_args=STEP_DEFAULTS,
    doc_md=__doc__,
    tags=["marquee", "serving"],
)
def publish_recommendations():
    @task(outlets=[generation])
    @in_words
    def publish(outlet_events, partition_key=None):
        from pipelines import publish_recommendations

        snapshot_date = publish_recommendations.main(partition_key)
        outlet_events[generation].add_partitions(snapshot_date)

    publish()


publish_recommendations()
