"""From a feature snapshot and two champions to lists in force, with a real lake and a real MongoDB."""

import numpy as np
import pytest

from infra.errors import GenerationRefused
from infra.stores.registry import RECOMMENDER, SIMILAR_MOVIES
from pipelines import publish_recommendations
from tests.pipelines.publishing import fit_neighbours, fit_popularity, in_force, lists, popularity


def test_the_record_tells_models_counts_and_figures(publish, database):
    generation = publish()

    record = database.generations.find_one({"_id": generation})
    assert record["state"] == "published"
    assert record["models"]["recommender"] == {"name": "popularity", "version": 3, "snapshot_date": "2026-11-20"}
    assert record["models"]["similar_movies"]["name"] == "likeness"
    assert record["counts"] == {
        "user_recommendations": 3,
        "movie_recommendations": 6,
        "movies": 6,
        "popular": len(lists(database, "popular")),
    }
    figures = {(check["table"], check["expectation"]): check["figure"] for check in record["checks"]}
    assert figures["user_recommendations", "movies the user has rated"] == 0
    assert figures["movie_recommendations", "documents"] == 6


def test_a_champion_with_broken_scores_is_refused_and_the_lists_in_force_stay(publish, typed_snapshot, database):
    first = publish()
    broken = popularity(typed_snapshot)
    broken.arrays["scores"] = np.full(6, np.nan, np.float32)

    with pytest.raises(GenerationRefused, match="user_recommendations: scores that are not finite: 12 instead of 0"):
        publish(broken)

    assert in_force(database) == first
    assert database.generations.count_documents({"state": "refused"}) == 1


def test_a_champion_that_lists_unknown_movies_is_refused(publish, typed_snapshot):
    stranger = popularity(typed_snapshot)
    stranger.arrays["movie_ids"] = stranger.arrays["movie_ids"] + 5000

    with pytest.raises(GenerationRefused, match="user_recommendations: unknown movies: "):
        publish(stranger)


def test_a_document_that_is_missing_in_mongodb_refuses_the_generation(publish, database, monkeypatch):
    made = publish_recommendations.make_missing

    def make_and_lose_one(tonight, store, generation, *how):
        records = made(tonight, store, generation, *how)
        database[f"user_recommendations_{generation}"].delete_one({"_id": 20})
        return records

    monkeypatch.setattr(publish_recommendations, "make_missing", make_and_lose_one)

    with pytest.raises(GenerationRefused, match="user_recommendations: documents: 2 instead of 3"):
        publish()


def test_the_record_tells_what_lists_were_made_from_and_what_it_took(publish, database, typed_snapshot):
    record = database.generations.find_one({"_id": publish(n=5)})

    assert record["inputs"]["snapshot"]["tables"] == typed_snapshot.manifest.hashes
    assert record["inputs"]["models"]["recommender"] == {"name": "popularity", "version": 3, "run_id": "run"}
    assert record["inputs"]["n"] == 5
    assert {stage: took["rows"] for stage, took in record["actuals"].items()} == {
        "catalogue": 6,
        "read": 6,
        "user_recommendations": 3,
        "movie_recommendations": 6,
    }
    assert all(took["peak_memory_bytes"] > 0 <= took["seconds"] for took in record["actuals"].values())


def test_main_takes_the_champions_of_the_registry_and_the_newest_snapshot(
    typed_lake, typed_snapshot, mongodb, mlflow_server, registry, experiment, database, configure
):
    champions = {RECOMMENDER: fit_popularity(typed_snapshot), SIMILAR_MOVIES: fit_neighbours(typed_snapshot)}
    with experiment.night(typed_snapshot.manifest) as night:
        for role, champion in champions.items():
            run_id = experiment.log_run(night, champion, {})
            registry.promote(role, registry.register(role, run_id, champion))
    configure(LAKE__ROOT=typed_lake.root, MONGODB__URL=mongodb.address, MONGODB__DATABASE=mongodb.database)
    configure(MLFLOW__URL=mlflow_server.address, MLFLOW__EXPERIMENT=mlflow_server.experiment)

    assert publish_recommendations.main() == "2026-11-20"
    assert sorted(lists(database, "user_recommendations")) == [10, 20, 30]
