"""From nothing to recommendations: servers, data, and the night through Airflow."""

from datetime import UTC, datetime

import httpx

from infra.errors import ArchiveUnavailable, NightFailed
from infra.local import startup
from infra.local.airflow import Airflow
from infra.local.night import run_night
from infra.local.probes import wait_until
from infra.settings import DataSettings, Settings
from infra.stores.archives import ArchiveStore

SAMPLE = "sample"
KNOWN_USER, STRANGER, MOVIE = 1, 999_999_999, 1  # MovieLens and the sample both number from 1
PICK_UP_SECONDS = 60.0  # the API looks for a new generation every other second

ENDING = """
Everything stays up until `make down`.

    API        {api}/docs
    Airflow    {airflow}
    MLflow     {mlflow}
    Data Docs  {data_docs}

Try
    curl -s {api}/api/v1/users/{known_user}/recommendations
    curl -s {api}/api/v1/users/{stranger}/recommendations
    curl -s {api}/api/v1/movies/{movie}/recommendations
"""


def demo(settings: Settings) -> None:
    """Start the servers and run the night of today (UTC), unless its recommendations are served already.

    Raises MachineUnfit, ServerUnreachable, ArchiveUnavailable or NightFailed, each with what to do.
    """
    startup.up(settings)
    today = datetime.now(UTC).date().isoformat()
    with httpx.Client(base_url=settings.api.address, trust_env=False) as api:
        if publication_day(api) == today:
            print(
                f"the recommendations of {today} are published already: trigger ingest_ratings to run the night again"
            )
        else:
            with Airflow(settings.airflow.address) as airflow:
                run_night(airflow, today, choose_dataset(settings.data))
        _wait_for_personal_list(api)
    print(_ending(settings))


def publication_day(api: httpx.Client) -> str | None:
    """Return the UTC day of the generation that the API serves, if there is one."""
    generated_at = api.get("/health/ready").raise_for_status().json()["generated_at"]
    return datetime.fromisoformat(generated_at).astimezone(UTC).date().isoformat() if generated_at else None


def choose_dataset(data: DataSettings) -> str:
    """Return the configured dataset, or the sample where none was asked for and the default is out of reach."""
    if data.dataset == SAMPLE or ArchiveStore(data.archive_dir, data.download_url).is_within_reach(data.dataset):
        return data.dataset
    told = f"{data.dataset} is not in {data.archive_dir}, and GroupLens cannot be reached at {data.download_url}"
    if "dataset" in data.model_fields_set:
        raise ArchiveUnavailable(f"{told}: put the zip there, or set MARQUEE_DATA__DATASET={SAMPLE}")
    print(f"{told}: going on with `{SAMPLE}`, a generated dataset of the same form")
    return SAMPLE


def _wait_for_personal_list(api: httpx.Client) -> None:
    def is_personal() -> bool:
        body = api.get(f"/api/v1/users/{KNOWN_USER}/recommendations").raise_for_status().json()
        return bool(body["source"] == "personal")

    if not wait_until(is_personal, PICK_UP_SECONDS):
        raise NightFailed(
            f"a generation is published, but the API has no list of user {KNOWN_USER} after {PICK_UP_SECONDS:.0f} s: "
            f"see {api.base_url}/health/ready"
        )


def _ending(settings: Settings) -> str:
    return ENDING.format(
        api=settings.api.address,
        airflow=settings.airflow.address,
        mlflow=settings.mlflow.address,
        data_docs=(settings.lake.data_docs_dir / "index.html").absolute().as_uri(),
        known_user=KNOWN_USER,
        stranger=STRANGER,
        movie=MOVIE,
    )
