"""A comparison of what was tried on one snapshot, told to a real MLflow."""

import pytest

from infra.stores.registry import RECOMMENDER, SIMILAR_MOVIES
from models.popularity import Popularity
from pipelines.compare_models import hold, report
from tests.pipelines.kept_models import keep
from tests.pipelines.training.entered import NIGHT


@pytest.fixture(scope="module")
def compared(snapshot):
    """Three contestants with what they showed."""
    return [(contestant, hold(snapshot, contestant)) for contestant in NIGHT]


def cells(text):
    """Return the rows of the tables of a text by the split and the model, of each its cells."""
    rows, split = {}, ""
    for line in text.splitlines():
        split = line.split(":")[0] if line.startswith("by_") else split
        found = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if len(found) == 8 and found[0] != "model" and not found[0].startswith("-"):
            rows[split, found[0]] = found
    return rows


def test_there_is_a_table_for_each_registered_name_and_split(snapshot, registry, experiment, compared, capsys):
    report(experiment, registry, snapshot.manifest, compared)

    told = capsys.readouterr().out
    personal, similar = told.split("## recommender")[1].split("## similar_movies")
    assert list(cells(personal))[:2] == [("by_user", "als"), ("by_user", "popularity")]
    assert set(list(cells(personal))[2:]) == {("by_time", "als"), ("by_time", "popularity")}
    assert list(cells(similar)) == [("by_user", "likeness"), ("by_time", "likeness")]
    assert f"side by side: {experiment.comparison_page}" in told


def test_differences_are_to_the_champion(snapshot, registry, experiment, compared, capsys):
    registry.promote(RECOMMENDER, keep(registry, experiment, Popularity().half_life_days))

    report(experiment, registry, snapshot.manifest, compared)

    rows, (_, popularity), (_, als) = cells(capsys.readouterr().out), *compared[:2]
    ndcg = [trial.on("by_user").means["ndcg_at_10"] for trial in (popularity, als)]
    assert rows["by_user", "popularity"][3:5] == ["", ""]
    assert rows["by_user", "als"][3] == f"{ndcg[1] - ndcg[0]:+.4f}"


def test_every_contestant_is_a_run_below_the_comparison_with_its_pictures(
    snapshot, registry, experiment, compared, client, runs
):
    report(experiment, registry, snapshot.manifest, compared)

    comparison = runs()["comparison 2026-11-20"]
    assert sorted(file.path for file in client.list_artifacts(comparison.info.run_id)) == [
        "recommender_by_time.png",
        "recommender_by_user.png",
        "recommender_metrics.png",
        "similar_movies_by_time.png",
        "similar_movies_by_user.png",
        "similar_movies_metrics.png",
    ]
    assert "## similar_movies" in comparison.data.tags["mlflow.note.content"]
    assert comparison.info.status == "FINISHED"
    below = {name: run.data for name, run in runs().items() if "mlflow.parentRunId" in run.data.tags}
    assert below.keys() == {
        "popularity for recommender 2026-11-20",
        "als for recommender 2026-11-20",
        "likeness for similar_movies 2026-11-20",
    }
    assert {run.tags["mlflow.parentRunId"] for run in below.values()} == {comparison.info.run_id}
    als = below["als for recommender 2026-11-20"]
    assert als.metrics["by_user/ndcg_at_10"] == compared[1][1].on("by_user").means["ndcg_at_10"]
    assert als.params["n_factors"] == "8"


def test_a_comparison_keeps_and_promotes_nothing(snapshot, registry, experiment, compared, client):
    champion = keep(registry, experiment, 100)
    registry.promote(RECOMMENDER, champion)

    report(experiment, registry, snapshot.manifest, compared)

    assert [(version.name, int(version.version)) for version in client.search_model_versions()] == [
        (RECOMMENDER, champion)
    ]
    assert registry.champion_version(RECOMMENDER) == champion
    assert registry.champion_version(SIMILAR_MOVIES) is None
