"""Asking why of a list that was really published."""

import re

from infra.stores.registry import RECOMMENDER
from models import two_stage
from models.two_stage import AlsCatboost
from pipelines import why
from pipelines.feature_arrays import read_ratings
from tests.catalogues import silent
from tests.pipelines.explained import USER, listed, publish


def test_the_command_tells_it_by_the_configured_stores(
    explained_lake, explained_snapshot, mongodb, mlflow_server, registry, experiment, configure, monkeypatch, capsys
):
    monkeypatch.setattr(two_stage, "MIN_CHOSEN", 1)
    ratings = read_ratings(explained_snapshot)
    model = AlsCatboost(n_trees=5).fit(ratings, silent(ratings))
    with experiment.night(explained_snapshot.manifest) as night:
        run_id = experiment.log_run(night, model, {})
    champion = registry.load(RECOMMENDER, registry.register(RECOMMENDER, run_id, model))
    best, *_ = listed(mongodb, publish(mongodb, explained_snapshot, champion))
    configure(LAKE__ROOT=explained_lake.root, MLFLOW__URL=mlflow_server.address)
    configure(MONGODB__URL=mongodb.address, MONGODB__DATABASE=mongodb.database)

    why.main(USER, best)

    told = capsys.readouterr().out
    assert f"Movie {best} (1999), movie {best}, for user {USER}:" in told
    assert "it is in the list by what als_catboost says of it" in told
    assert "place         1, score " in told
    assert re.search(r"^  als +rank +\d+ score .*, a candidate$", told, re.MULTILINE)
    assert "als_score" in told
    assert "made again    it agrees with what is stored" in told
    assert re.search(r"^checks        (\d+) of \1 passed$", told, re.MULTILINE)
    assert f"snapshot      {explained_snapshot.name}, requirements.lock " in told
    assert re.search(rf"^  ratings +{explained_snapshot.manifest.hashes['ratings']}$", told, re.MULTILINE)
