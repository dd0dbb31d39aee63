from infra.stores.generation_layout import Content
from pipelines.publication.hashes import add_hashes, hash_lists
from pipelines.publication.lists import make_lists
from pipelines.replaying import lists
from pipelines.replaying.lists import hash_of_lists
from tests.pipelines.publication.typed_night import small_night


def test_the_hash_is_that_of_all_shards_however_they_were_cut(monkeypatch):
    night = small_night()
    shards = [(Content.USER_LISTS, slice(0, 2)), (Content.MOVIE_LISTS, slice(0, 2)), (Content.MOVIE_LISTS, slice(2, 5))]
    made = [make_lists(night, content, night.ids(content)[rows]) for content, rows in shards]

    monkeypatch.setattr(lists, "SHARD_SIZE", 1)

    assert hash_of_lists(night) == add_hashes(hash_lists(each.ids, each.movie_ids, each.scores) for each in made)


def test_another_score_gives_another_hash():
    assert hash_of_lists(small_night()) != hash_of_lists(small_night(top_rated=[4.5, 4.4, 4.3, 4.2, 4.0]))
