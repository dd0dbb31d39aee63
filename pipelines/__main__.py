"""The same runs as Airflow's, from a terminal, and what people decide: `python -m pipelines <name>`."""

import argparse
import sys
from datetime import UTC, date, datetime
from importlib import import_module
from math import inf
from pathlib import Path
from typing import Any

from infra.errors import MarqueeError


def day(text: str) -> str:
    """Return `text` when it is a date such as 2026-11-20; argparse turns the ValueError into a usage message."""
    return date.fromisoformat(text).isoformat()


def minute(text: str) -> datetime:
    """Return the moment that a text such as 2026-11-20T12:00 names, in UTC unless it says otherwise."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def ids(text: str) -> list[int]:
    """Return the users that a text names: `1-600`, `7,9`, or a file with an id per line; ValueError if it is nobody."""
    if Path(text).is_file():
        named = [int(line) for line in Path(text).read_text().split()]
    else:
        ranges = [[int(end) for end in part.split("-")] for part in text.split(",")]
        named = [user_id for ends in ranges for user_id in range(ends[0], ends[-1] + 1)]
    if not named:
        raise ValueError(f"{text} names nobody")
    return named


def positive(text: str) -> int:
    """Return a whole number from 1 on."""
    if int(text) < 1:
        raise ValueError
    return int(text)


def above_zero(text: str) -> float:
    """Return a number above 0."""
    if not 0 < float(text) < inf:
        raise ValueError
    return float(text)


def share(text: str) -> float:
    """Return a number from 0 to 1."""
    if not 0 <= float(text) <= 1:
        raise ValueError
    return float(text)


OPTIONS: dict[str, dict[str, Any]] = {
    "--date": {"dest": "snapshot_date", "type": day, "help": "the snapshot, such as 2026-11-20"},
    "--dataset": {"help": "a MovieLens name, `sample`, or the path of a zip or folder"},
    "--accept": {"metavar": "WHY", "help": "publish lists that are unlike last night's; the reason is kept on record"},
    "--why": {"default": "", "help": "the reason, kept on record"},
    "--of": {
        "dest": "registered_name",
        "choices": ("recommender", "similar_movies"),
        "default": "recommender",
        "help": "the registered model, the one for users if not said",
    },
    "--version": {"type": int, "required": True, "help": "a version of the registered model"},
    "--model": {"required": True, "help": "the name of a model, such as als"},
    "--trials": {"dest": "n_trials", "type": int, "default": 50, "help": "how many, those of earlier runs included"},
    "--at": {"type": minute, "required": True, "help": "a moment such as 2026-11-20T12:00, in UTC if not said"},
    "--users": {
        "dest": "user_ids",
        "type": ids,
        "required": True,
        "help": "ids such as 1-600 or 7,9, or a file with one per line",
    },
    "--repeat": {"dest": "n_times", "type": positive, "default": 1, "help": "how often each user is asked for"},
    "--callers": {"dest": "n_callers", "type": positive, "default": 16, "help": "how many ask at the same time"},
    "--csv": {"dest": "file", "type": Path, "default": Path("var/client.csv"), "help": "where the answers go"},
    "--hours": {"type": float, "default": 36.0, "help": "how old a list may be, 36 if not said"},
    "--per-second": {"type": positive, "default": 20, "help": "how many lists to ask for in a second, 20 if not said"},
    "--last": {"dest": "n_last", "type": positive, "default": 1_000, "help": "how many ratings, the newest"},
    "--speed": {"type": above_zero, "default": 1.0, "help": "60 replays an hour in a minute"},
    "--rate": {"type": above_zero, "help": "so many ratings a second, instead of the intervals they came in"},
    "--password": {"default": "marquee-local-only", "help": "of the accounts that stand for the users"},
    "--user": {"dest": "user_id", "type": positive, "required": True, "help": "whose list"},
    "--movie": {"dest": "movie_id", "type": positive, "required": True, "help": "a movie of the catalogue"},
    "--users (how many)": {"dest": "n_users", "type": positive, "required": True, "help": "how many"},
    "--movies": {"dest": "n_movies", "type": positive, "required": True, "help": "how many"},
    "--interactions": {"dest": "n_interactions", "type": positive, "required": True, "help": "how many"},
    "--n": {"type": positive, "default": 100, "help": "how long lists are, 100 if not said"},
    "--within-hours": {"dest": "hours", "type": above_zero, "default": 6.0, "help": "how long the night may take"},
    "--requests-per-second": {"dest": "rate", "type": above_zero, "default": 100.0, "help": "what the API is asked"},
    "--p99": {"dest": "p99_seconds", "type": above_zero, "default": 0.1, "help": "seconds, of 99 in 100 answers"},
    "--node-availability": {"type": share, "default": 0.995, "help": "how often one machine is up, such as 0.995"},
    "action": {"choices": ("show", "replay"), "help": "say what is there, or put dead letters back in their streams"},
}

PIPELINES: dict[str, tuple[str, ...]] = {
    "ingest_ratings": ("--date", "--dataset"),
    "build_features": ("--date",),
    "train_models": ("--date",),
    "publish_recommendations": ("--date", "--accept"),
    "etl": ("--date", "--dataset"),
    "night": ("--date", "--dataset"),
    "compare_models": ("--date",),
    "tune": ("--model", "--trials", "--date"),
    "why": ("--user", "--movie"),
    "replay": ("--date",),
    "rollback": ("--why",),
    "promote": ("--version", "--why", "--of"),
    "demote": ("--why", "--of"),
    "who_was_live": ("--at",),
    "ship_popular": (),
    "events": ("action",),
    "refresh_worker": (),
    "refresh_recommendations": (),
    "client": ("--users", "--repeat", "--callers", "--csv"),
    "simulate": ("--last", "--speed", "--rate", "--password"),
    "retrain_model": ("--why",),
    "refresh_older_than": ("--hours", "--per-second"),
    "plan": (
        *("--users (how many)", "--movies", "--interactions", "--n", "--within-hours"),
        *("--requests-per-second", "--p99", "--node-availability"),
    ),
}
"""What each pipeline's `main` takes."""


def parse(arguments: list[str]) -> tuple[str, dict[str, Any]]:
    """Return the pipeline to run and the keyword arguments of its `main`."""
    parser = argparse.ArgumentParser(prog="python -m pipelines", description=__doc__)
    commands = parser.add_subparsers(dest="pipeline", required=True, metavar="|".join(PIPELINES))
    for name, taken in PIPELINES.items():
        command = commands.add_parser(name)
        for option in taken:
            command.add_argument(option.split()[0], **OPTIONS[option])
    options = vars(parser.parse_args(arguments))
    return options.pop("pipeline"), options


def main() -> None:
    """Run one pipeline; what is wrong with the input is said in words, without a trace."""
    name, options = parse(sys.argv[1:])
    try:
        import_module(f"pipelines.{name}").main(**options)
    except MarqueeError as error:
        sys.exit(f"{type(error).__name__}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"\n{name} was stopped: running it again is safe, and goes on where that is possible")


if __name__ == "__main__":
    main()
