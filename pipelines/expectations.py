"""Stops a run whose tables are not what they must be, before readers see them."""

from collections.abc import Mapping
from pathlib import Path

from infra.errors import ExpectationFailed
from infra.stores.manifest import Check
from infra.tables import Layer, Table
from pipelines.data_docs import judge
from pipelines.suites import SUITES
from pipelines.table_figures import Figures, Tables, measured


def check(layer: Layer, tables: Tables, docs_dir: Path, known: Mapping[Table, Figures] | None = None) -> list[Check]:
    """Return how every expectation about the tables of a layer came out, all of them passed.

    Figures that are `known` of these very tables, by table and name, are judged without being measured again.

    Raises ExpectationFailed, which names each that did not with its figure and limit. Either way pages that show them
    all are left in `docs_dir`, those of the last run of each layer: open its index.html.
    """
    figures = {table: measured(table, SUITES[table], tables, (known or {}).get(table, {})) for table in layer.tables}
    checks = judge(layer, SUITES, figures, docs_dir)
    failed = [check for check in checks if not check.passed]
    if failed:
        raise ExpectationFailed(
            f"{'; '.join(map(in_words, failed))}. The `{layer.name}` snapshot in force stays: "
            f"look at {(docs_dir.absolute() / 'index.html').as_uri()}"
        )
    return checks


def in_words(check: Check) -> str:
    """Return an outcome as a phrase, such as `raw_ratings: highest rating is 7 but must be at most 5.0`."""
    figure = f"{check.figure:.4g}" if isinstance(check.figure, float) else check.figure
    return f"{check.table}: {check.expectation} is {figure} but must be {check.limit}"
