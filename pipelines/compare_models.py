"""Train every model on one snapshot and compare them, without keeping or promoting any."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from infra.settings import get_settings
from infra.stores.experiment import Experiment
from infra.stores.manifest import Manifest
from infra.stores.registry import ModelRegistry
from infra.stores.snapshot import Snapshot
from pipelines.configured import open_features
from pipelines.training.contestants import Contestant, contestants, find_champion
from pipelines.training.plots import plot_intervals, plot_metrics
from pipelines.training.side_by_side import side_by_side
from pipelines.training.table import as_table
from pipelines.training.training_set import read_training_set
from pipelines.training.trials import Trial, hold_trial

NIGHT = "comparison"


def hold(snapshot: Snapshot, contestant: Contestant) -> Trial:
    """Hold one contestant's trial on a snapshot."""
    questions = read_training_set(snapshot).questions
    return hold_trial(contestant.build(), contestant.title, questions, contestant.as_recommender)


def report(
    experiment: Experiment, registry: ModelRegistry, manifest: Manifest, compared: Sequence[tuple[Contestant, Trial]]
) -> None:
    """Print a table for each registered name and split, and log them with pictures and a run for each model."""
    with experiment.night(manifest, NIGHT) as night:
        for contestant, trial in compared:
            title = f"{contestant.title} for {contestant.registered_name}"
            experiment.log_run(night, contestant.build(), trial.figures(), name=title)
        tables = []
        for registered_name in dict.fromkeys(contestant.registered_name for contestant, _ in compared):
            champion = find_champion(registry, registered_name)
            mine = [pair for pair in compared if pair[0].registered_name == registered_name]
            measure = next((trial for contestant, trial in mine if champion and contestant.is_now(champion)), None)
            trials = [trial for _, trial in mine]
            splits = [evaluation.split for evaluation in trials[0].evaluations]
            tables += [f"## {registered_name}", *(as_table(trials, split, measure) for split in splits)]
            pictures = {f"{registered_name}_{split}.png": plot_intervals(trials, split) for split in splits}
            experiment.attach(night.run_id, {**pictures, f"{registered_name}_metrics.png": plot_metrics(trials)})
        print(text := "\n\n".join(tables))
        experiment.describe(night.run_id, text)
    print(f"\nside by side: {experiment.comparison_page}")


def main(snapshot_date: str | None = None) -> str:
    """Compare on the features of a date such as 2026-11-20, or the newest, and return the date.

    The champions' own configurations take part too. A model that breaks is left out.
    """
    settings = get_settings()
    snapshot, registry = open_features(settings, snapshot_date), ModelRegistry(settings.mlflow.address)
    experiment = Experiment(settings.mlflow.address, settings.mlflow.experiment)
    everyone = contestants(registry, settings.seed, snapshot.manifest)
    entered = [contestant for contestant in everyone if contestant.only_until is None]
    day = str(snapshot.snapshot_date)
    files = side_by_side(partial(_hold_configured, day), [(each.title, list(each)) for each in entered])
    held = [(each, Trial.from_bytes(file)) for each, file in zip(entered, files, strict=True) if file]
    report(experiment, registry, snapshot.manifest, held)
    return day


def _hold_configured(snapshot_date: str, contestant: Sequence[Any]) -> bytes:
    return hold(open_features(get_settings(), snapshot_date), Contestant(*contestant)).to_bytes()
