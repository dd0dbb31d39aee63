"""A comparison as one table."""

from collections.abc import Sequence

from models.bootstrap import Interval, intervals
from models.evaluation import DECIDING_METRIC
from models.promotion import paired
from pipelines.training.trials import Trial

HEADS = ("model", "NDCG@10", "95 % interval", "to champion", "95 % interval", "fit s", "peak MB", "users/s")


def as_table(trials: Sequence[Trial], split: str, champion: Trial | None) -> str:
    """Return the trials on one split, best first, as a Markdown table; without a champion, the first is the measure."""
    best_first = sorted(trials, key=lambda trial: -trial.on(split).means[DECIDING_METRIC])
    measure = champion or best_first[0]
    rows = [list(HEADS), *([*_row(trial, split, measure)] for trial in best_first)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * width for width in widths])
    title = f"{split}: {best_first[0].on(split).n_users:,} users\n\n"
    return title + "\n".join("| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows)


def _row(trial: Trial, split: str, measure: Trial) -> list[str]:
    (mean,) = intervals(trial.on(split).deciding[:, None])
    difference = paired(trial.on(split), measure.on(split))
    return [
        trial.model,
        f"{mean.mean:.4f}",
        _bounds(mean, ""),
        "" if trial is measure else f"{difference.mean:+.4f}",
        "" if trial is measure else _bounds(difference, "+"),
        f"{trial.fit_seconds:.1f}",
        f"{trial.peak_memory_mb:,.0f}",
        f"{trial.users_per_second:,.0f}",
    ]


def _bounds(interval: Interval, sign: str) -> str:
    return f"{interval.low:{sign}.4f} to {interval.high:{sign}.4f}"
