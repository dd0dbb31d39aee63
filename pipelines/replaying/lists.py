"""The lists of a past night, made again by the recorded models and hashed."""

from threadpoolctl import threadpool_limits

from infra.stores.generation_layout import MAKERS
from pipelines.publication.hashes import add_hashes, hash_lists
from pipelines.publication.lists import make_lists
from pipelines.publication.shards import SHARD_SIZE, missing_shards
from pipelines.publication.tonight import Tonight


def hash_of_lists(tonight: Tonight) -> str:
    """Return the hash of all lists, computing a shard's at a time, none of which is kept."""
    hashes = []
    with threadpool_limits(1, "blas"):
        for content in MAKERS:
            ids = tonight.ids(content)
            for shard in missing_shards(content, len(ids), (), SHARD_SIZE):
                made = make_lists(tonight, content, ids[shard.first : shard.stop])
                hashes.append(hash_lists(made.ids, made.movie_ids, made.scores))
    return add_hashes(hashes)
