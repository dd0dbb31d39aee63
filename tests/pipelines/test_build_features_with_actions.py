"""What users did is built into features beside the archive, but for those who deleted their account."""

import pytest
from pymongo import MongoClient

from infra.errors import ServerUnreachable, SnapshotMissing
from infra.stores import mongodb as mongodb_line
from infra.stores.lake import Lake
from infra.tables import FEATURES, INTERACTIONS, RATINGS, USER_FEATURES
from pipelines import build_features
from tests.pipelines.landed import DAY, RATING_ROWS, land

ADA, EVE = 1_000_000_000, 1_000_000_001
ACTIONS = [
    (ADA, 1, "rating", 1.0, 7),
    (ADA, 2, "watch", None, 8),
    (ADA, 3, "hide", None, 8),
    (EVE, 2, "rating", 5.0, 8),
]


@pytest.fixture
def lake_with_actions(spark, tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    land(lake, spark, DAY, RATING_ROWS, ACTIONS)
    return lake


@pytest.fixture
def configured(lake_with_actions, mongodb, configure, tmp_path):
    """Point `main` to the lake and to a MongoDB."""
    configure(LAKE__ROOT=lake_with_actions.root, LAKE__DATA_DOCS_DIR=tmp_path / "docs")
    configure(MONGODB__URL=mongodb.address, MONGODB__DATABASE=mongodb.database)


def test_what_users_did_is_among_ratings_and_interactions(lake_with_actions, spark, tmp_path):
    build_features.run(DAY, lake_with_actions, spark, tmp_path / "docs")

    built = lake_with_actions.open(FEATURES, DAY)
    ratings, users = built.read_arrow(RATINGS, ["user_id", "rating"]), built.read_arrow(USER_FEATURES, ["user_id"])
    interactions = built.read_arrow(INTERACTIONS, ["user_id", "movie_id", "kind"]).to_pylist()
    assert list(zip(*ratings.to_pydict().values(), strict=True))[-2:] == [(ADA, 1.0), (EVE, 5.0)]
    assert users["user_id"].to_pylist() == [10, 20, ADA, EVE]
    assert [tuple(row.values()) for row in interactions if row["user_id"] in (ADA, EVE)] == [
        (ADA, 1, "rating"),
        (EVE, 2, "rating"),
        (ADA, 2, "watch"),
    ]
    repeated = {check.table: check.figure for check in built.manifest.checks if "repeated key" in check.expectation}
    assert set(repeated.values()) == {0}
    assert {"ratings", "interactions"} < repeated.keys()


def test_who_was_deleted_after_the_landing_is_in_no_table(configured, lake_with_actions, mongodb):
    with MongoClient(mongodb.address) as client:
        client[mongodb.database].deleted_users.insert_one({"_id": ADA})

    build_features.main()

    built = lake_with_actions.open(FEATURES, DAY)
    for table in (RATINGS, INTERACTIONS, USER_FEATURES):
        assert set(built.read_arrow(table)["user_id"].to_pylist()) == {10, 20, EVE}


def test_without_mongodb_nobody_knows_who_was_deleted_so_nothing_is_built(
    configured, configure, lake_with_actions, monkeypatch
):
    monkeypatch.setattr(mongodb_line, "PATIENCE_MS", 100)
    configure(MONGODB__URL="mongodb://127.0.0.1:9/?replicaSet=rs0")

    with pytest.raises(ServerUnreachable):
        build_features.main()

    with pytest.raises(SnapshotMissing):
        lake_with_actions.open(FEATURES)
