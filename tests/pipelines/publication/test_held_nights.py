"""Nights of 120 people that end up held or in force, with a real lake and a real MongoDB."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from infra.errors import GenerationRefused
from infra.stores.lake import Lake
from models.als import Als
from models.likeness import MovieLikeness
from pipelines import publish_recommendations
from pipelines.feature_arrays import read_ratings
from pipelines.publication.tonight import Publication
from tests.catalogues import silent
from tests.feature_snapshot import write_features
from tests.pipelines.publishing import NIGHT, in_force, stored

COMEDIES, WESTERNS = range(1, 31), range(101, 131)
MOVIES = [(movie, f"Comedy & {movie}", ["Comedy"], 4.0) for movie in COMEDIES]
MOVIES += [(movie, f"Western & {movie}", ["Western"], 3.9) for movie in WESTERNS]
RATINGS = [
    (user, movie, 4.0)
    for user in range(1, 121)
    for movie in (COMEDIES if user % 2 else WESTERNS)
    if (movie * 7 + user * 3) % 4
]


@pytest.fixture(scope="module")
def snapshot(spark, tmp_path_factory):
    return write_features(Lake(str(tmp_path_factory.mktemp("lake"))), spark, RATINGS, MOVIES)


@pytest.fixture(scope="module")
def ratings(snapshot):
    return read_ratings(snapshot)


@pytest.fixture(scope="module")
def champion(ratings):
    return stored(Als(n_factors=4).fit(ratings, silent(ratings)))


@pytest.fixture(scope="module")
def astray(champion):
    """The champion, a row of its users off: who likes comedies gets what is for those who like westerns."""
    user_factors = np.roll(champion.arrays["user_factors"], 1, axis=0)
    return replace(champion, version=4, arrays={**champion.arrays, "user_factors": user_factors})


@pytest.fixture
def publish(snapshot, ratings, store, tmp_path):
    similar = stored(MovieLikeness().blend(np.ones((len(ratings.movies), 2), np.float32), ratings, silent(ratings)))

    def publish(recommender, accept=None):
        publication = Publication(snapshot, recommender, similar)
        return publish_recommendations.run(publication, store, NIGHT, tmp_path, accept)

    return publish


@pytest.fixture
def hold(publish, astray):
    """Publish lists that have gone astray, and return what the error says."""

    def hold():
        with pytest.raises(GenerationRefused) as refused:
            publish(astray)
        return str(refused.value)

    return hold


def newest(database):
    return database.generations.find_one(sort=[("_id", -1)])


def test_the_same_lists_pass_a_second_night(publish, champion, database):
    publish(champion)

    second = publish(champion)

    record = newest(database)
    assert in_force(database) == second == record["_id"]
    assert {check["expectation"]: check["figure"] for check in record["comparisons"]}[
        "overlap at 10 with last night"
    ] == 1
    assert (record["report"], record["is_held"], "accepted" in record) == (None, False, False)


def test_lists_that_go_to_others_are_held_and_those_in_force_stay(publish, champion, hold, database):
    old = publish(champion)

    error = hold()

    assert "user_recommendations: personal lift: -" in error
    assert 'make publish ACCEPT="why"' in error
    assert in_force(database) == old
    record = newest(database)
    assert (record["state"], record["is_held"]) == ("refused", True)
    assert database[f"user_recommendations_{record['_id']}"].count_documents({}) == 120


def test_the_report_shows_the_worst_examples_by_title(publish, champion, hold, database, tmp_path):
    publish(champion)

    error = hold()

    report = newest(database)["report"]
    assert report in error
    page = Path(report).read_text()
    failed = page[: page.index("checks passed")]
    assert "<td>user_recommendations</td><td>personal lift</td>" in failed
    worst = re.search(r"who liked (\w+) &amp; .*?<td>1</td><td>(\w+) &amp; .*?<td>(\w+) &amp; ", page)
    liked, last_night, tonight = worst.groups()
    assert liked == last_night != tonight
    assert newest(database)["_id"] in (tmp_path / "index.html").read_text()


def test_who_knows_better_accepts_on_record_and_nothing_is_made_again(
    publish, champion, astray, hold, database, monkeypatch
):
    publish(champion)
    hold()
    held = newest(database)["_id"]
    finished = list(database.shards.find({"generation": held}))

    assert publish(astray, accept="tastes were swapped for a day") == held

    record = newest(database)
    assert in_force(database) == held
    assert record["accepted"]["why"] == "tastes were swapped for a day"
    assert "user_recommendations: personal lift" in record["accepted"]["checks"]
    assert "@" in record["accepted"]["who"]
    assert list(database.shards.find({"generation": held})) == finished


def test_what_was_accepted_is_what_the_next_night_is_compared_with(publish, champion, astray, hold, database):
    publish(champion)
    hold()
    publish(astray, accept="tastes were swapped for a day")

    assert publish(replace(astray, version=5)) == in_force(database)


def test_a_model_that_learned_what_is_no_number_is_refused_whatever_a_person_says(publish, champion, database):
    old = publish(champion)
    user_factors = champion.arrays["user_factors"].copy()
    user_factors[0] = np.nan
    spoilt = replace(champion, version=4, arrays={**champion.arrays, "user_factors": user_factors})

    with pytest.raises(GenerationRefused, match="als: learned numbers that are not finite: 4 instead of 0"):
        publish(spoilt, accept="it is meant")

    assert in_force(database) == old


def test_nobody_can_accept_lists_that_are_wrong(publish, champion, database):
    old = publish(champion)
    movie_ids = champion.arrays["movie_ids"] + 5000
    stranger = replace(champion, version=4, arrays={**champion.arrays, "movie_ids": movie_ids})

    with pytest.raises(GenerationRefused, match="user_recommendations: unknown movies: "):
        publish(stranger, accept="it is meant")

    assert in_force(database) == old
    assert newest(database)["is_held"] is False
