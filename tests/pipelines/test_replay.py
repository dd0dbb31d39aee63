"""A small night from an archive to lists in force, made a second time, with real stores."""

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from infra.errors import NightDiffers, NoGeneration
from infra.stores.experiment import Experiment
from infra.stores.generation_records import read_generation
from infra.stores.generations import GenerationStore
from infra.stores.lake import Lake
from infra.stores.mongodb import read_once
from infra.stores.registry import RECOMMENDER, SIMILAR_MOVIES
from infra.tables import FEATURES, RAW, RAW_RATINGS, USER_FEATURES
from models.als import Als
from models.likeness import MovieLikeness
from pipelines import build_features, ingest_ratings, publish_recommendations, replay
from pipelines.feature_arrays import read_ratings
from pipelines.publication.tonight import Publication
from pipelines.replaying.models import replay_model
from pipelines.replaying.snapshots import replay_features, replay_files
from pipelines.training.training_set import read_movies, read_tags
from tests.pipelines.written_archives import DAY, write_archive
from tests.publication import NIGHT

N_USERS, N_MOVIES = 30, 40


def opinions():
    """Return what everybody rated: ten movies each, at times of their own."""
    chance = np.random.default_rng(11)
    for user in range(1, N_USERS + 1):
        for place, movie in enumerate(chance.choice(np.arange(1, N_MOVIES - 4), 10, replace=False)):
            yield f"{user},{movie},{1 + (user + place) % 9 / 2},{1_500_000_000 + 86_400 * (user + 3 * place)}"


@pytest.fixture(scope="module")
def built(spark, tmp_path_factory):
    """A lake with the raw tables and the features of one day; nobody writes to it."""
    folder = tmp_path_factory.mktemp("built")
    genres = ("Comedy", "Drama|Romance", "Sci-Fi")
    movies = [f"{movie},Movie {movie} ({1950 + movie}),{genres[movie % 3]}" for movie in range(1, N_MOVIES + 1)]
    links = [f"{movie},{movie:07},{movie}" for movie in range(1, N_MOVIES + 1)]
    archive = write_archive(folder / "archive", opinions(), movies, ["1,1,funny,1500000000"], links)
    lake = Lake(str(folder / "lake"))
    ingest_ratings.run(DAY, lake, spark, archive, folder / "no actions", folder / "docs")
    build_features.run(DAY, lake, spark, folder / "docs")
    return lake


@pytest.fixture
def lake(built, tmp_path):
    """A copy of the built lake, to be spoilt."""
    shutil.copytree(built.root, tmp_path / "lake")
    return Lake(str(tmp_path / "lake"))


@pytest.fixture
def publish(lake, registry, mlflow_server, mongodb, tmp_path):
    """Train, register and publish; `spoil` may change the fitted model before it is registered."""

    def register(role, model, snapshot):
        experiment = Experiment(mlflow_server.address, mlflow_server.experiment)
        with experiment.night(snapshot.manifest) as night:
            run_id = experiment.log_run(night, model, {})
        return registry.load(role, registry.register(role, run_id, model))

    def publish(spoil=lambda _: None):
        snapshot = lake.open(FEATURES)
        learned_from = read_ratings(snapshot), read_movies(snapshot).described(read_tags(snapshot))
        als = Als(n_factors=4, n_epochs=3).fit(*learned_from)
        spoil(als)
        recommender = register(RECOMMENDER, als, snapshot)
        alike = register(SIMILAR_MOVIES, MovieLikeness().fit(*learned_from), snapshot)
        with GenerationStore(mongodb.address, mongodb.database) as store:
            publication = Publication(snapshot, recommender, alike, n=8)
            publish_recommendations.run(publication, store, NIGHT, tmp_path / "docs")

    return publish


@pytest.fixture
def recorded(mongodb):
    """Return what is on record of the published generation."""

    def read():
        return read_once(mongodb.address, mongodb.database, partial(read_generation, snapshot_date=str(DAY)))

    return read


def differing(comparisons):
    return {each.part: each.found for each in comparisons if not each.agrees}


def edit(lake, layer, table, column, is_sealed=True):
    """Raise one number in the first file of a table, without a trace in Spark's checksums unless `is_sealed`."""
    part = next(Path(lake.open(layer).location(table)).glob("part-*.parquet"))
    rows = pq.read_table(part)
    numbers = rows[column].to_pylist()
    numbers[0] += 1
    field = rows.schema.get_field_index(column)
    pq.write_table(rows.set_column(field, column, pa.array(numbers, rows.schema.field(column).type)), part)
    if not is_sealed:
        part.with_name(f".{part.name}.crc").unlink()


@pytest.fixture
def configured(lake, mlflow_server, mongodb, configure):
    configure(LAKE__ROOT=lake.root, MLFLOW__URL=mlflow_server.address)
    configure(MONGODB__URL=mongodb.address, MONGODB__DATABASE=mongodb.database)


def test_a_night_that_nobody_touched_comes_out_the_same(publish, configured, lake, capsys):
    publish()
    before = lake.open(FEATURES).manifest
    capsys.readouterr()

    replay.main(str(DAY))

    told = capsys.readouterr().out
    assert "the night comes out the same" in told
    rows = told.splitlines()[2:-1]
    assert len(rows) == 1 + len(RAW.tables) + 2 * len(FEATURES.tables) + 4 + 1
    assert all(" agrees " in row for row in rows)
    assert lake.open(FEATURES).manifest == before


def test_an_edited_snapshot_is_detected_and_named(publish, configured, lake):
    publish()
    edit(lake, RAW, RAW_RATINGS, "user_id", is_sealed=False)

    with pytest.raises(NightDiffers, match="look first at raw files, raw_ratings, which differs; so do"):
        replay.main(str(DAY))


def test_a_file_that_does_not_fit_its_checksum_is_said_to_be_unreadable(lake, spark, tmp_path):
    edit(lake, RAW, RAW_RATINGS, "user_id")
    raw, hashes = lake.open(RAW), lake.open(FEATURES).manifest

    of_files = differing(replay_files(raw, RAW, hashes.inputs, spark))
    built = differing(replay_features(raw, lake, hashes.hashes, spark, tmp_path / "scratch", deleted_users=()))

    assert of_files.keys() == {"raw_ratings"}
    assert of_files["raw_ratings"].startswith("SnapshotBroken: the files of raw_ratings cannot be read: ")
    assert "the files of the raw tables cannot be read: " in built["ratings"]


def test_edited_features_are_named(lake, spark):
    edit(lake, FEATURES, USER_FEATURES, "n_ratings", is_sealed=False)
    features = lake.open(FEATURES)

    assert differing(replay_files(features, FEATURES, features.manifest.hashes, spark)).keys() == {"user_features"}


def test_a_model_that_its_parameters_do_not_lead_to_is_detected(publish, registry, lake):
    def change_seed(als):
        als.seed = 7

    publish(change_seed)

    files, fitted = replay_model(RECOMMENDER, registry.load(RECOMMENDER, 1), registry, lake)
    assert (files.agrees, fitted.agrees) == (True, False)


def test_a_model_whose_features_were_replaced_since_cannot_be_fitted_again(publish, registry, lake):
    publish()
    manifest = Path(lake.root, "features", str(DAY), "manifest.json")
    manifest.write_text(manifest.read_text().replace(lake.open(FEATURES).manifest.hashes["ratings"], "0" * 16))

    _, fitted = replay_model(RECOMMENDER, registry.load(RECOMMENDER, 1), registry, lake)

    assert fitted.found == "SnapshotMissing: the features of 2026-11-20 were replaced since: ratings"


def test_another_lock_file_is_the_first_suspect(publish, recorded, registry, lake, spark, tmp_path):
    publish()
    generation = recorded()

    inputs = replace(generation.inputs, requirements="0" * 64)
    first = next(replay.run(generation, inputs, replay.Place(lake, registry, spark, tmp_path)))

    assert (first.part, first.agrees) == ("requirements.lock", False)
    with pytest.raises(NightDiffers, match=r"look first at code, requirements\.lock, which differs$"):
        replay.judge(iter([first]))


def test_a_date_that_was_never_published_cannot_be_replayed(configured):
    with pytest.raises(NoGeneration, match="no generation of the snapshot of 2026-11-20 was ever published"):
        replay.main(str(DAY))
