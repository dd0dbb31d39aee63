import asyncio

import pytest

from infra.stores.ranked_movies import Movie
from serving.ladder import Candidate, climb_down
from serving.rungs import at_once
from serving.schemas import Source


def rung(source, *movie_ids):
    return at_once([Candidate(Movie(movie_id, "", None, [], None, None), 1.0, source) for movie_id in movie_ids])


def climb(rungs, n, keeps=bool):
    return [(each.movie.movie_id, each.source) for each in asyncio.run(climb_down(rungs, keeps, n))]


def test_a_lower_rung_gives_only_what_is_missing():
    rungs = [rung(Source.PERSONAL, 1, 2), rung(Source.GENRE, 3), rung(Source.POPULAR, 4, 5)]

    assert climb(rungs, 4) == [(1, "personal"), (2, "personal"), (3, "genre"), (4, "popular")]


def test_a_movie_stays_at_its_best_place():
    assert climb([rung(Source.PERSONAL, 1), rung(Source.POPULAR, 1, 2)], 2) == [(1, "personal"), (2, "popular")]


def test_what_is_not_wanted_is_left_out_on_every_rung():
    rungs = [rung(Source.PERSONAL, 1, 2), rung(Source.POPULAR, 3, 4)]

    assert climb(rungs, 2, keeps=lambda movie: movie.movie_id % 2 == 0) == [(2, "personal"), (4, "popular")]


def test_a_rung_that_is_not_needed_is_not_asked():
    async def costly():
        pytest.fail("asked")

    assert climb([rung(Source.PERSONAL, 1, 2), costly], 2) == [(1, "personal"), (2, "personal")]


def test_when_no_rung_has_more_the_list_is_shorter():
    assert climb([rung(Source.PERSONAL, 1), rung(Source.POPULAR)], 3) == [(1, "personal")]
