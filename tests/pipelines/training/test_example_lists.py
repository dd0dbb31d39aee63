import re

from models.popularity import Popularity
from models.ratings import Ratings
from pipelines.training.example_lists import choose_users, show_lists
from tests.catalogues import silent

TITLES = {1: "Toy Story (1995)", 2: "Fast & Furious (2009)", 3: "Heat (1995)"}


def test_the_users_shown_reach_from_the_least_to_the_most_active():
    user_ids = [user_id for user_id in range(1, 10) for _ in range(user_id)]
    ratings = Ratings.of(user_ids, range(len(user_ids)), [4.0] * len(user_ids), range(len(user_ids)))

    assert choose_users(ratings).tolist() == [1, 3, 5, 7, 9]


def test_fewer_users_than_asked_for_are_each_shown_once():
    assert choose_users(Ratings.of([7, 8, 8], [1, 1, 2], [4.0, 4.0, 4.0], [0, 0, 0])).tolist() == [7, 8]


def test_a_page_shows_what_was_liked_last_first_and_what_is_recommended_by_title():
    ratings = Ratings.of([7, 7, 7, 8], [1, 3, 2, 2], [4.0, 5.0, 3.5, 4.0], [100, 200, 300, 0])

    page = show_lists([Popularity().fit(ratings, silent(ratings))], ratings, TITLES)

    of_user_8, of_user_7 = page.split("<h2>User ")[1:]
    liked, recommended = re.findall("<ol>(.*?)</ol>", of_user_7)
    assert "<th>liked last</th><th>recommended by popularity</th>" in of_user_8
    assert liked == "<li>Heat (1995)</li><li>Toy Story (1995)</li>"
    assert recommended == ""


def test_a_title_cannot_break_the_page():
    ratings = Ratings.of([7], [1], [4.0], [0], catalogue=[2])

    page = show_lists([Popularity().fit(ratings, silent(ratings))], ratings, TITLES)

    assert "<li>Fast &amp; Furious (2009)</li>" in page
