"""Try every model on one snapshot, keep them fitted on everything, and decide who is champion.

The steps hand on plain JSON, so that Airflow can run the middle one for many models side by side.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from infra.settings import get_settings
from infra.stores.experiment import Experiment, Night
from infra.stores.registry import ModelRegistry
from infra.stores.snapshot import Snapshot
from pipelines.configured import open_features, open_promotion_log
from pipelines.training import steps
from pipelines.training.contestants import Contestant, Outcome, contestants, those_of_a_first_night
from pipelines.training.engines import where_configured
from pipelines.training.side_by_side import side_by_side
from pipelines.training.training_set import read_training_set

Json = dict[str, Any]


def run(snapshot: Snapshot, stores: steps.Stores, entered: Sequence[Contestant]) -> None:
    """Try the contestants in this process, one after another, and decide.

    Running it again for the same snapshot adds an attempt to the night's run, and new versions.
    """
    night = steps.open_night(snapshot, stores)
    training_set = read_training_set(snapshot)
    outcomes = [steps.try_model(contestant, training_set, stores, night) for contestant in entered]
    steps.conclude(outcomes, training_set, stores, night)


def plan(snapshot_date: str | None = None) -> list[Json]:
    """Open the night of a date such as 2026-11-20, or of the newest features; return what `try_model` takes, each."""
    with _configured(snapshot_date) as (snapshot, stores):
        night = steps.open_night(snapshot, stores)
        everyone = contestants(stores.registry, get_settings().seed, snapshot.manifest)
        entered = those_of_a_first_night(everyone, stores.registry)
    opened = {"snapshot_date": str(snapshot.snapshot_date), "run_id": night.run_id, "attempt": night.attempt}
    return [{"night": opened, "contestant": list(contestant)} for contestant in entered]


def try_model(night: Json, contestant: Sequence) -> list:
    """Try one contestant of a plan, and return what became of it."""
    with _configured(night["snapshot_date"]) as (snapshot, stores):
        opened = Night(night["run_id"], snapshot.manifest, night["attempt"])
        fit = where_configured(get_settings().spark, get_settings().lake)
        return list(steps.try_model(Contestant(*contestant), read_training_set(snapshot), stores, opened, fit))


def conclude(night: Json, outcomes: Sequence[Sequence | None]) -> str:
    """Decide by what became of the contestants, None where a task broke, and return the snapshot's date."""
    with _configured(night["snapshot_date"]) as (snapshot, stores):
        opened = Night(night["run_id"], snapshot.manifest, night["attempt"])
        tried = [Outcome.from_json(*outcome) for outcome in outcomes if outcome]
        steps.conclude(tried, read_training_set(snapshot), stores, opened)
    return night["snapshot_date"]


def main(snapshot_date: str | None = None) -> str:
    """Train on the configured stores, on the features of a date such as 2026-11-20 or the newest; return the date.

    Every model has a process of its own, as many at once as the machine has room for. One that breaks is left out.
    """
    planned = plan(snapshot_date)
    titled = [(Contestant(*each["contestant"]).title, each) for each in planned]
    return conclude(planned[0]["night"], side_by_side(_try_planned, titled))


def _try_planned(task: Json) -> list:
    return try_model(**task)


@contextmanager
def _configured(snapshot_date: str | None) -> Iterator[tuple[Snapshot, steps.Stores]]:
    """Open the snapshot and the stores that the settings name."""
    settings = get_settings()
    snapshot, mlflow = open_features(settings, snapshot_date), settings.mlflow
    with open_promotion_log(settings) as log:
        log.ensure_indexes()
        yield snapshot, steps.Stores(Experiment(mlflow.address, mlflow.experiment), ModelRegistry(mlflow.address), log)
