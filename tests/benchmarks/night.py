"""One stage of a night on a sample: `python -m tests.benchmarks.night <stage> <sample> <folder> [MongoDB address]`.

Each stage is a process of its own and leaves in the folder what the next one needs, as a real night does in its stores.
"""

import sys
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from infra.spark import create_session
from infra.stores.generations import GenerationStore
from infra.stores.lake import Lake
from infra.stores.registry import StoredModel
from infra.tables import FEATURES
from models.ials import Ials
from models.likeness import MovieLikeness
from models.splits import split_by_user
from pipelines import build_features, ingest_ratings, publish_recommendations
from pipelines.feature_arrays import read_ratings
from pipelines.publication.tonight import Publication
from pipelines.training.training_set import read_movies, read_tags

NIGHT = date(2026, 11, 20)
MEMORY_MB = 4_096


def etl(archive, folder, _):
    lake, docs = Lake(str(folder / "lake")), folder / "docs"
    spark = create_session("bench", "local[*]", MEMORY_MB, ingest_ratings.size_of(archive))
    ingest_ratings.run(NIGHT, lake, spark, archive, folder / "no actions", docs)
    build_features.run(NIGHT, lake, spark, docs)
    spark.stop()


def train(_, folder, __):
    snapshot = Lake(str(folder / "lake")).open(FEATURES)
    ratings, catalogue = read_ratings(snapshot), read_movies(snapshot).described(read_tags(snapshot))
    split_by_user(ratings)
    for model in (Ials(), MovieLikeness()):
        np.savez(folder / f"{model.name}.npz", **model.fit(ratings, catalogue).arrays())


def publish(_, folder, address):
    recommender, similar = (stored(model, folder) for model in (Ials(), MovieLikeness()))
    snapshot = Lake(str(folder / "lake")).open(FEATURES)
    with GenerationStore(address, "bench") as store:
        publication = Publication(snapshot, recommender, similar)
        publish_recommendations.run(publication, store, datetime.now(UTC), folder / "reports")


def stored(model, folder):
    with np.load(folder / f"{model.name}.npz") as kept:
        return StoredModel(
            name=model.name,
            version=1,
            run_id="bench",
            snapshot_date=str(NIGHT),
            newest_rating=0,
            parameters=model.parameters(),
            arrays=dict(kept),
        )


if __name__ == "__main__":
    stage, archive, folder, *address = sys.argv[1:]
    {"etl": etl, "train": train, "publish": publish}[stage](Path(archive), Path(folder), *(address or [""]))
