"""Train anew, outside the night."""

from infra.settings import get_settings
from infra.stores.training_runs import TrainingRuns


def main(why: str) -> None:
    """Start a training in the configured Airflow, unless one is under way, and print where to see it."""
    airflow = get_settings().airflow
    run = TrainingRuns(airflow.address, airflow.login, airflow.page_address).start(why or "asked for by hand")
    print(f"a training {'has started' if run.is_new else 'is under way already'}: {run.link}")
