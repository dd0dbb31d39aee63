"""What is said of movies in a list and out of it, with a real MongoDB."""

from array import array
from dataclasses import replace

import pytest
from pymongo import MongoClient

from infra.errors import NotExplained
from infra.stores.generation_layout import Content
from infra.stores.list_records import Verdict
from infra.stores.ranked_movies import ModelVersion
from models import two_stage
from models.als import Als
from models.popularity import Popularity
from models.ratings import Ratings
from models.two_stage import AlsCatboost
from pipelines.explaining.reasons import find_reasons
from pipelines.near_line.champion import champion_on
from tests.catalogues import silent
from tests.pipelines.explained import N_LISTED, USER, fitted, listed, movies, people, publish, read, version_of
from tests.pipelines.publishing import stored


@pytest.fixture(scope="module")
def model(explained_snapshot):
    return fitted(Als(), explained_snapshot)


@pytest.fixture
def als(model, mongodb, explained_snapshot):
    """The one to be asked about the list of USER by als, and that list as stored."""
    champion = champion_on(explained_snapshot, version_of(model), model)
    return champion, listed(mongodb, publish(mongodb, explained_snapshot, model))


def test_a_movie_the_user_has_rated_is_not_in_the_list_for_that_reason(als, mongodb):
    rated = next(movie for user, movie, _ in people() if user == USER)

    reasons = find_reasons(als[0], read(mongodb, rated))

    assert (reasons.verdict, reasons.rank, reasons.disagreement) == (Verdict.RATED, None, "")


def test_a_movie_behind_the_end_of_the_list_has_its_rank(als, mongodb):
    rated = {movie for user, movie, _ in people() if user == USER}
    behind = [movie for movie, *_ in movies() if movie not in rated and movie not in als[1]]

    found = [find_reasons(als[0], read(mongodb, movie)) for movie in behind]

    assert {reasons.verdict for reasons in found} == {Verdict.BEYOND_THE_LIST}
    assert sorted(reasons.rank for reasons in found) == [*range(N_LISTED + 1, len(movies()) - len(rated) + 1)]


def test_a_movie_that_no_source_proposes_is_no_candidate(mongodb, explained_snapshot, monkeypatch):
    monkeypatch.setattr(two_stage, "MIN_CHOSEN", 1)
    model = fitted(AlsCatboost(n_candidates=N_LISTED, n_trees=5), explained_snapshot)
    champion = champion_on(explained_snapshot, version_of(model), model)
    movie_ids = listed(mongodb, publish(mongodb, explained_snapshot, model))
    rated = {movie for user, movie, _ in people() if user == USER}
    others = [movie for movie, *_ in movies() if movie not in rated and movie not in movie_ids]

    verdicts = {find_reasons(champion, read(mongodb, movie)).verdict for movie in others[:5]}

    assert verdicts == {Verdict.NOT_A_CANDIDATE}


def test_what_fills_a_list_up_is_told_from_what_the_model_says(mongodb, explained_snapshot):
    one = Ratings.of([1], [70], [4.0], [0])
    model = stored(Popularity().fit(one, silent(one)))
    champion = champion_on(explained_snapshot, version_of(model), model)
    first, second, *_ = listed(mongodb, publish(mongodb, explained_snapshot, model))

    found = [find_reasons(champion, read(mongodb, movie)) for movie in (first, second)]

    assert [reasons.verdict for reasons in found] == [Verdict.LISTED, Verdict.FILLS_UP]
    assert [reasons.disagreement for reasons in found] == ["", ""]


def test_someone_without_a_list_is_said_to_have_none(als, mongodb):
    assert find_reasons(als[0], read(mongodb, 3, user_id=999_999)).verdict is Verdict.NO_LIST


def test_a_stored_score_that_is_not_the_one_made_again_is_said_to_disagree(als, mongodb):
    champion, movie_ids = als
    with MongoClient(mongodb.address) as client:
        database = client[mongodb.database]
        generation = database.serving_state.find_one({"_id": "recommendations"})["generation"]
        lists = database[Content.USER_LISTS.of(generation)]
        stored = lists.find_one({"_id": USER})
        scores, listed = array("f", stored["scores"]), array("i", stored["movie_ids"])
        scores[0], listed[1] = 0.125, 999
        lists.update_one({"_id": USER}, {"$set": {"scores": scores.tobytes(), "movie_ids": listed.tobytes()}})

    first, second = (find_reasons(champion, read(mongodb, movie)).disagreement for movie in movie_ids[:2])
    landed_again = replace(champion, snapshot="2026-11-20/later")
    third = find_reasons(landed_again, read(mongodb, movie_ids[0])).disagreement

    assert first.startswith("the score is 0.125 as stored and ")
    assert "the inputs are the same, so code or machine must be another" in first
    assert second.startswith("the movie is in the list only as it was made again: ")
    assert third.endswith(f"made from the snapshot {champion.snapshot}, and 2026-11-20/later is there now")


def test_another_version_than_the_lists_own_is_not_asked(als, mongodb):
    champion, (best, *_) = als

    with pytest.raises(NotExplained, match="the list was made by als version 3, and als version 4 is loaded"):
        find_reasons(replace(champion, version=ModelVersion("als", 4)), read(mongodb, best))
