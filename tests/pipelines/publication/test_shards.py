import pytest

from infra.stores.generation_layout import Content
from infra.stores.ledger import Shard
from pipelines.publication.shards import SHARD_SIZE, fitting_size, missing_shards

USERS, MOVIES = Content.USER_LISTS, Content.MOVIE_LISTS


def test_shards_cover_every_row_once():
    assert missing_shards(USERS, 5, [], size=2) == [(USERS, 0, 2), (USERS, 2, 4), (USERS, 4, 5)]


def test_what_is_made_is_left_out_whatever_size_it_had():
    made = [Shard(USERS, 7, 10), Shard(MOVIES, 0, 10), Shard(USERS, 0, 3)]

    assert missing_shards(USERS, 12, made, size=2) == [(USERS, 3, 5), (USERS, 5, 7), (USERS, 10, 12)]


@pytest.mark.parametrize("made", [[Shard(USERS, 0, 3)], [Shard(USERS, 2, 3), Shard(USERS, 0, 2)]])
def test_nothing_is_missing_when_all_is_made(made):
    assert missing_shards(USERS, 3, made, size=2) == []


def test_shards_are_smaller_where_memory_is_short_and_that_is_said(capsys):
    assert fitting_size(n=100, n_workers=2, free_bytes=10**11) == SHARD_SIZE
    assert capsys.readouterr().out == ""

    assert fitting_size(n=100, n_workers=2, free_bytes=10**8) == 1_000
    assert "so shards have 1,000 lists instead of 10,000" in capsys.readouterr().out


def test_a_shard_has_a_list_at_least():
    assert fitting_size(n=100, n_workers=2, free_bytes=0) == 1
