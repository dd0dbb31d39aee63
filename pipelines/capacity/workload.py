"""How large a night is, and what that makes it do."""

from typing import NamedTuple

from pipelines.publication.local import N_WORKERS
from pipelines.publication.shards import BYTES_PER_LISTED_MOVIE, SHARD_SIZE

BYTES_PER_RATING_READ = 90
"""What publication holds of a rating while it reads: 28 in columns, the same as arrays, 34 to find their places."""

BYTES_PER_RATING_KEPT = 40
"""What publication holds of a rating while it lists: 20 in arrays, 8 in the matrix of ratings, 12 in that of times."""


class Workload(NamedTuple):
    """So many users, movies and interactions, and lists of `n` movies."""

    users: int
    movies: int
    interactions: int
    n: int

    @property
    def places(self) -> int:
        """How many places the lists of all users and of all movies have together."""
        return (self.users + self.movies) * self.n

    @property
    def scores(self) -> int:
        """How many pairs of a user and a movie there are."""
        return self.users * self.movies

    @property
    def publication_bytes(self) -> int:
        """What publication holds at the worst: when all ratings are read, or later, when every worker has a shard."""
        lists_at_work = min(self.users + self.movies, N_WORKERS * SHARD_SIZE)
        listing = BYTES_PER_RATING_KEPT * self.interactions + BYTES_PER_LISTED_MOVIE * lists_at_work * self.n
        return max(BYTES_PER_RATING_READ * self.interactions, listing)


NOTHING = Workload(0, 0, 0, 0)

ONCE, PER_INTERACTION, PER_PLACE, PER_SCORE = "once", "per interaction", "per place in a list", "per user and movie"
PER_BYTE_PUBLISHED = "per byte held by publication"


def amounts(workload: Workload) -> dict[str, int]:
    """Return what the cost of a stage can grow with, by name."""
    return {
        ONCE: 1,
        PER_INTERACTION: workload.interactions,
        PER_PLACE: workload.places,
        PER_SCORE: workload.scores,
        PER_BYTE_PUBLISHED: workload.publication_bytes,
    }
