"""Two nights with the same champions: what is kept of the first, and what is made anew."""

from array import array
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from infra.stores.generation_contents import GenerationContents
from infra.stores.generation_layout import Content
from infra.stores.generations import GenerationStore
from infra.stores.lake import Lake
from pipelines import publish_recommendations
from pipelines.publication.tonight import Publication
from tests.feature_snapshot import write_features
from tests.pipelines.publishing import MOVIES, NIGHT, RATINGS, in_force, lists, neighbours, popularity, tonights

HEAT = 6
TOP_RATED_ELSE = [(*movie[:3], 4.3 if movie[0] == HEAT else movie[3]) for movie in MOVIES]


@pytest.fixture(scope="module")
def write_night(spark, tmp_path_factory):
    def write_night(ratings, movies):
        return write_features(Lake(str(tmp_path_factory.mktemp("lake"))), spark, ratings, movies)

    return write_night


@pytest.fixture(scope="module")
def first(write_night):
    return write_night(RATINGS, MOVIES)


@pytest.fixture(scope="module")
def second(write_night):
    """User 10 has rated another movie, and Heat is better liked; the lists of some movies are filled up with it."""
    return write_night([*RATINGS, (10, 541, 2.0)], TOP_RATED_ELSE)


@pytest.fixture
def publish(first, store, tmp_path):
    def publish(snapshot, version=3, into=store):
        """Publish with the champions of the first night."""
        champions = replace(popularity(first), version=version), neighbours(first)
        return publish_recommendations.run(Publication(snapshot, *champions), into, NIGHT, tmp_path)

    return publish


@pytest.fixture
def all_computed(publish, second, mongodb, database):
    """Return what the second night is when nothing is kept: its lists by kind, and its document."""

    def all_computed():
        other = database.client[f"{mongodb.database}_computed"]
        with GenerationStore(mongodb.address, other.name) as store:
            generation = publish(second, into=store)
        return all_lists(other), other.generations.find_one({"_id": generation})

    return all_computed


def all_lists(database):
    return {kind: lists(database, kind) for kind in ("user_recommendations", "movie_recommendations")}


def saved(database):
    return database.generations.find_one({"_id": in_force(database)})["saved"]


def test_nothing_is_kept_on_the_first_night(publish, first, database):
    publish(first)

    assert saved(database)["user_recommendations"] == {"n_kept": 0, "n_computed": 3}


def test_lists_are_kept_but_of_who_did_something_and_what_is_filled_up(publish, first, second, database, all_computed):
    publish(first)
    publish(second)

    assert saved(database) == {
        "user_recommendations": {"n_kept": 2, "n_computed": 1},
        "movie_recommendations": {"n_kept": 0, "n_computed": 6},
    }
    computed, document = all_computed()
    assert all_lists(database) == computed
    published = database.generations.find_one({"_id": in_force(database)})
    assert (published["lists_hash"], tonights(published)) == (document["lists_hash"], tonights(document))


def test_the_saving_is_told(publish, first, second, capsys):
    publish(first)
    publish(second)

    assert "user_recommendations: 2 kept from the generation before, 1 computed" in capsys.readouterr().out


def test_everything_is_kept_when_nothing_happened(publish, first, database):
    publish(first)
    publish(first)

    assert {each["n_computed"] for each in saved(database).values()} == {0}


def test_nothing_of_another_model_version_is_kept(publish, first, database):
    publish(first)
    publish(first, version=4)

    assert saved(database) == {
        "user_recommendations": {"n_kept": 0, "n_computed": 3},
        "movie_recommendations": {"n_kept": 6, "n_computed": 0},
    }


def test_a_list_renewed_since_is_computed_anew(publish, first, second, database, all_computed):
    generation = publish(first)
    renewed = {"movie_ids": [6], "scores": [1.0], "sources": {"als": 1}, "generated_at": datetime.now(UTC)}
    database[f"user_recommendations_{generation}"].replace_one({"_id": 20}, renewed)

    publish(second)

    assert saved(database)["user_recommendations"] == {"n_kept": 1, "n_computed": 2}
    assert all_lists(database) == all_computed()[0]


def test_a_sample_that_comes_out_differently_has_everything_computed(
    publish, first, second, database, all_computed, capsys
):
    generation = publish(first)
    wrong = {"$set": {"movie_ids": array("i", [999] * 4).tobytes()}}
    database[f"user_recommendations_{generation}"].update_one({"_id": 30}, wrong)

    publish(second)

    assert saved(database)["user_recommendations"] == {"n_kept": 0, "n_computed": 3}
    assert all_lists(database) == all_computed()[0]
    assert "1 of 2 lists" in capsys.readouterr().out
    record = database.generations.find_one({"_id": in_force(database)})
    assert record["carry_over"] == {"last": generation, "n_sampled": 2, "n_differing": 1}


def test_a_list_that_is_renewed_while_others_are_copied_is_written_as_it_was_read(
    publish, first, database, monkeypatch
):
    generation = publish(first)
    before = all_lists(database)
    copy = GenerationContents.copy_lists

    def renew_and_copy(contents, content, ids, earlier):
        if content is Content.USER_LISTS:  # those of movies may be copied before these are read
            database[f"user_recommendations_{generation}"].update_one({"_id": 20}, {"$unset": {"fingerprint": True}})
        return copy(contents, content, ids, earlier)

    monkeypatch.setattr(GenerationContents, "copy_lists", renew_and_copy)
    publish(first)

    assert saved(database)["user_recommendations"] == {"n_kept": 3, "n_computed": 0}
    assert all_lists(database) == before
