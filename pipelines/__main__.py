"""The same runs as Airflow's, from a terminal: `python -m pipelines <name>`."""

import argparse
import sys
from datetime import date
from importlib import import_module

from infra.errors import MarqueeError

NEEDS_DATE = ("ingest_ratings", "build_features", "train_models", "publish_recommendations", "etl", "night")
NEEDS_DATASET = ("ingest_ratings", "etl", "night")
PIPELINES = (*NEEDS_DATE, "rollback", "ship_popular")


def day(text: str) -> str:
    """Return `text` when it is a date such as 2026-11-20; argparse turns the ValueError into a usage message."""
    return date.fromisoformat(text).isoformat()


def parse(arguments: list[str]) -> tuple[str, dict[str, str | None]]:
    """Return the pipeline to run and the keyword arguments of its `main`."""
    parser = argparse.ArgumentParser(prog="python -m pipelines", description=__doc__)
    commands = parser.add_subparsers(dest="pipeline", required=True, metavar="|".join(PIPELINES))
    for name in PIPELINES:
        command = commands.add_parser(name)
        if name in NEEDS_DATE:
            command.add_argument("--date", dest="snapshot_date", type=day, help="the snapshot, such as 2026-11-20")
        if name in NEEDS_DATASET:
            command.add_argument("--dataset", help="a MovieLens name, `sample`, or the path of a zip or folder")
        if name == "rollback":
            command.add_argument("--why", help="the reason, kept with the generation")
    options = vars(parser.parse_args(arguments))
    return options.pop("pipeline"), options


def main() -> None:
    """Run one pipeline; what is wrong with the input is said in words, without a trace."""
    name, options = parse(sys.argv[1:])
    try:
        import_module(f"pipelines.{name}").main(**options)
    except MarqueeError as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
