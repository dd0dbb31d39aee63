"""What users did to a movie decides which lists show it, and what those without a list are shown."""

from datetime import timedelta

import pytest

from tests.publication import publish
from tests.serving.routers.shown import LATER, movie_ids, told


@pytest.mark.parametrize(("thing", "more"), [("watch", {}), ("rate", {"rating": 3.0}), ("hide", {})])
def test_what_the_user_watched_rated_or_hid_is_left_out_on_every_rung(client, did, thing, more):
    did[thing](6, **more)

    assert movie_ids(told(client)) == [541, 1, 1214]


@pytest.mark.parametrize(
    ("thing", "more", "first"), [("watch", {}, 6), ("rate", {"rating": 3.0}, 6), ("hide", {}, 541)]
)
def test_what_was_watched_or_rated_can_be_wanted_but_what_was_hidden_stays_out(client, did, thing, more, first):
    did[thing](6, **more)

    assert movie_ids(told(client, exclude_watched=False))[0] == first


def test_a_user_without_a_list_gets_what_is_like_the_movies_liked_last(mongodb, start_api, did):
    publish(mongodb, {}, {541: [1214], 6: [1]})
    did["rate"](541, rating=4.0)

    answer = told(start_api())

    assert movie_ids(answer) == [1214, 6, 1]
    assert (answer["source"], answer["filled_from"]) == ("similar", [{"rank": 2, "source": "popular"}])


def test_movies_like_several_liked_ones_take_turns_the_newest_first(mongodb, start_api, did):
    publish(mongodb, {}, {541: [1214, 999], 6: [1]})
    did["rate"](541, rating=4.0, at=LATER)
    did["rate"](6, rating=5.0, at=LATER + timedelta(minutes=1))

    assert movie_ids(told(start_api())) == [1, 1214, 999]


def test_a_movie_that_was_not_liked_brings_nothing(mongodb, start_api, did):
    publish(mongodb, {}, {541: [1214]})
    did["rate"](541, rating=3.5)

    assert told(start_api())["source"] == "popular"


def test_without_lists_of_the_liked_movies_their_genre_answers(mongodb, start_api, did):
    publish(mongodb, {})
    did["rate"](541, rating=4.0)

    answer = told(start_api())

    assert (answer["source"], answer["genre"]) == ("genre", "Sci-Fi")
    assert movie_ids(answer) == [1214, 6, 1]
