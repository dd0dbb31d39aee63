"""Every 15 minutes: what users did since reaches the hybrid model, and the lists that have not seen it.

- **Reads** what users did (MongoDB), the champion, the newest version of `hybrid`, and the newest features.
- **Writes** lists of users into the generation in force, and a version of `hybrid` that takes the last one's place.
- **Removes** what a near-line worker that was killed left of someone who deleted their account.

It is skipped when nothing has happened. **When it is red**, the last lines of the task's log say why; lists stay as
they are, and near-line workers go on. The next run does all that this one did not, so nothing needs to be cleared.
`ServerUnreachable` (tried three times): start MongoDB, Redis or MLflow. `NoChampion` or `SnapshotMissing`: run the
night first. `ModelRefused`: the model has learned what is no number, and the next night trains it anew.
"""

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.steps import STEP_DEFAULTS, in_words


@dag(
    schedule="*/15 * * * *",
    max_active_runs=1,
    default_args=STEP_DEFAULTS,
    doc_md=__doc__,
    tags=["marquee", "serving"],
)
def refresh_recommendations():
    @task
    def refresh():
        from pipelines import refresh_recommendations

        if not in_words(refresh_recommendations.main)():
            raise AirflowSkipException("nothing has happened since the last refresh")

    refresh()


refresh_recommendations()
