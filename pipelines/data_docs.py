"""Great Expectations: it judges figures by their limits, and shows them on pages that a person can open."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from infra.stores.manifest import Check
from infra.tables import Layer, Table
from pipelines.table_figures import Expectation, Figure

INDEX = "index.html"
SITE = "pages"


def judge(
    layer: Layer,
    suites: Mapping[Table, Sequence[Expectation]],
    figures: Mapping[Table, Mapping[str, Figure]],
    docs_dir: Path,
) -> list[Check]:
    """Return how the expectations of every table came out; what has no figure is not judged.

    Pages that show them replace those of the layer's last run; `<docs_dir>/index.html` leads to every layer's.
    """
    pages = docs_dir.absolute() / layer.name
    shutil.rmtree(pages, ignore_errors=True)
    context = _context(pages)
    checks = [
        check
        for table in layer.tables
        for check in _validate(
            context, table.name, [e for e in suites[table] if e.figure in figures[table]], figures[table]
        )
    ]
    context.build_data_docs([SITE])
    write_index(docs_dir)
    return checks


def _context(pages: Path) -> Any:
    """Return a context that keeps nothing but pages, draws no progress bars and tells nobody that it is used."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # versions that count their users read it while they are imported
    import great_expectations as gx  # takes seconds, and only this function needs it
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    context.add_data_docs_site(
        SITE,
        {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(pages)},
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )
    return context


def _validate(context: Any, table: str, suite: Sequence[Expectation], figures: Mapping[str, Figure]) -> list[Check]:
    """Have Great Expectations judge a frame of one row, whose columns are the figures.

    On the table itself it would run a Spark job or more for each expectation, and cache the whole table.
    """
    import great_expectations as gx

    limits = [
        gx.expectations.ExpectColumnMaxToBeBetween(column=figure, min_value=at_least, max_value=at_most)
        for figure, _, at_least, at_most in suite
    ]
    definition = gx.ValidationDefinition(
        name=table,
        data=context.data_sources.add_pandas(table)
        .add_dataframe_asset(table)
        .add_batch_definition_whole_dataframe(table),
        suite=context.suites.add(gx.ExpectationSuite(name=table, expectations=limits)),
    )
    outcome = context.validation_definitions.add(definition).run(
        batch_parameters={"dataframe": pd.DataFrame([figures])}
    )
    passed = {result.expectation_config.kwargs["column"]: bool(result.success) for result in outcome.results}
    return [Check(table, e.figure, _plain(figures[e.figure]), e.limit, passed[e.figure]) for e in suite]


def _plain(figure: Figure) -> float | str:
    return figure if isinstance(figure, int | float) else str(figure)


def write_index(docs_dir: Path) -> None:
    """Write the page that leads to every folder of pages."""
    links = (
        f'<li><a href="{page.relative_to(docs_dir)}">{page.parent.name}</a>' for page in docs_dir.glob(f"*/{INDEX}")
    )
    (docs_dir / INDEX).write_text(
        f"<!doctype html><title>Data Docs</title><h1>Data Docs</h1><ul>{''.join(sorted(links))}</ul>"
    )
