"""How large a night is, and what that makes it do."""

from typing import NamedTuple


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


ONCE, PER_INTERACTION, PER_PLACE, PER_SCORE = "once", "per interaction", "per place in a list", "per user and movie"


def amounts(workload: Workload) -> dict[str, int]:
    """Return what the cost of a stage can grow with, by name."""
    return {
        ONCE: 1,
        PER_INTERACTION: workload.interactions,
        PER_PLACE: workload.places,
        PER_SCORE: workload.scores,
    }
