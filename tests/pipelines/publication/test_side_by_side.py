import numpy as np

from infra.stores.generation_layout import Content
from infra.stores.list_encoding import decode_lists
from pipelines.publication.lists import make_lists
from pipelines.publication.side_by_side import figures_of
from tests.pipelines.publication.typed_night import small_night

NIGHT = small_night()
NOTHING = decode_lists([], 4)


def made(content, *ids):
    return make_lists(NIGHT, content, np.array(ids))


def test_lists_that_are_sound_have_no_faults():
    figures = figures_of(Content.USER_LISTS, made(Content.USER_LISTS, 10, 30), NOTHING, NIGHT)

    assert figures.n_lists == 2
    assert set(figures.faults.values()) == {0}
    assert figures.n_compared == 0


def test_each_list_is_compared_with_the_one_of_the_same_id():
    lists = made(Content.USER_LISTS, 10, 30)
    last = lists.where(np.array([1]))

    figures = figures_of(Content.USER_LISTS, lists, last, NIGHT)

    assert (figures.n_compared, figures.overlap, figures.changed_share) == (1, 1.0, 0.0)


def test_which_movies_come_first_counts_and_their_order_does_not():
    lists = made(Content.USER_LISTS, 30)
    turned = lists._replace(movie_ids=lists.movie_ids[:, ::-1])
    others = lists._replace(movie_ids=lists.movie_ids + 100)

    assert figures_of(Content.USER_LISTS, lists, turned, NIGHT).overlap == 1
    assert figures_of(Content.USER_LISTS, lists, others, NIGHT).overlap == 0


def test_a_list_that_was_only_filled_up_is_one_the_model_left_empty():
    figures = figures_of(Content.MOVIE_LISTS, made(Content.MOVIE_LISTS, 1, 2, 4), NOTHING, NIGHT)

    assert (figures.n_lists, figures.n_silent) == (3, 1)  # nothing is like movie 4


def test_movies_are_for_themselves_and_users_for_what_they_rated():
    of_movies = figures_of(Content.MOVIE_LISTS, made(Content.MOVIE_LISTS, 1, 4), NOTHING, NIGHT)
    of_users = figures_of(Content.USER_LISTS, made(Content.USER_LISTS, 10), NOTHING, NIGHT)

    assert [example.liked for example in of_movies.worst] == [[1], [4]]
    assert of_users.worst[0].liked == [1, 2]
