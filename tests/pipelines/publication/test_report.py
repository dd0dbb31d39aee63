import numpy as np
import pytest
from scipy import sparse

from infra.stores.generation_layout import Content
from infra.stores.manifest import Check
from pipelines.publication.figures import FIRST
from pipelines.publication.generation_figures import GenerationFigures, MadeFrom
from pipelines.publication.measure import SideBySide, measure, traits_of
from pipelines.publication.report import render

GENERATION = "2026-11-20T003105Z"
TITLES = {1: "Alien (1979)", 2: "Fast & Furious (2001)"}
CHECKS = [
    Check("ratings", "number of users", 2, "at least 1.99", passed=True),
    Check("user_recommendations", "personal lift", -0.1, "at least 0.3", passed=False),
]


def night(tonight, last_night):
    """Return the figures of a list for the user 7, who liked the movie 1."""
    padding = [-1] * (FIRST - 1)
    lists = SideBySide(
        np.array([7]),
        np.array([[tonight, *padding]]),
        np.array([[last_night, *padding]]),
        np.array([False]),
        sparse.csr_array(np.array([[5.0, 0, 0]])),
        np.array([0]),
    )
    figures = measure(lists, {}, traits_of([1, 2, 3], [["Horror"], ["Action"], ["Drama"]], [3, 2, 1]))
    made_from = MadeFrom(n_ratings=1_234, n_users=2, n_movies=3, newest_rating=1_795_132_740, n_repeated=0)
    return GenerationFigures({Content.USER_LISTS: ("als", 4)}, made_from, {Content.USER_LISTS: figures})


@pytest.fixture
def page():
    return render(GENERATION, CHECKS, night(tonight=3, last_night=2), night(tonight=2, last_night=-1), TITLES)


def test_what_failed_comes_first_and_what_passed_is_folded_away(page):
    failed = page.index("<td>user_recommendations</td><td>personal lift</td><td>-0.1</td><td>at least 0.3</td>")

    assert failed < page.index("<summary>1 checks passed</summary>") < page.index("<td>number of users</td>")


def test_both_nights_stand_side_by_side(page):
    assert "<tr><td>ratings</td><td>1,234</td><td>1,234</td></tr>" in page
    assert "<tr><td>newest rating</td><td>2026-11-19 23:59</td><td>2026-11-19 23:59</td></tr>" in page
    assert "<tr><td>Action</td><td>100.0%</td><td>0.0%</td></tr>" in page


def test_the_worst_examples_tell_by_title_what_was_liked_and_listed(page):
    assert "User 7, who liked Alien (1979)" in page
    assert "<tr><td>1</td><td>Fast &amp; Furious (2001)</td><td>movie 3</td></tr>" in page


def test_without_a_night_before_tonight_stands_alone():
    page = render(GENERATION, CHECKS, night(tonight=2, last_night=-1), None, TITLES)

    assert "<tr><td>ratings</td><td>1,234</td></tr>" in page
    assert "<tr><td>Action</td><td>100.0%</td></tr>" in page
