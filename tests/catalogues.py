"""A catalogue for tests that are about ratings."""

from models.catalogue import Catalogue, describe
from models.ratings import Ratings


def silent(ratings: Ratings) -> Catalogue:
    """Return a catalogue that holds the movies of `ratings` and says nothing of them."""
    n = len(ratings.movies)
    return describe(ratings.movies.ids, [""] * n, [None] * n, [[]] * n, [[]] * n)
