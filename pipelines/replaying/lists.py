"""The lists of a past night, made again by the recorded models and hashed."""

from threadpoolctl import threadpool_limits

from pipelines.publication.hashes import add_hashes, hash_lists
from pipelines.publication.lists import make_lists
from pipelines.publication.shards import SHARD_SIZE
from pipelines.publication.tonight import Tonight
from pipelines.publish_recommendations import LISTS


def hash_of_lists(tonight: Tonight) -> str:
    """Return the hash of all lists, computing a shard's at a time, none of which is kept."""
    hashes = []
    with threadpool_limits(1, "blas"):
        for content in LISTS:
            ids = tonight.ids(content)
            for first in range(0, len(ids), SHARD_SIZE):
                made = make_lists(tonight, content, ids[first : first + SHARD_SIZE])
                hashes.append(hash_lists(made.ids, made.movie_ids, made.scores))
    return add_hashes(hashes)
