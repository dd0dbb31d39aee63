"""Feature tables as the arrays that lists are made of; no Spark."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from infra.stores.snapshot import Snapshot
from infra.tables import MOVIE_FEATURES, MOVIES, POPULARITY, RATINGS
from models.fallback import Ranking
from models.ratings import Ratings


class PopularList(NamedTuple):
    """The movies liked best, of all or of a genre, best first; scores are shrunk ratings."""

    movie_ids: NDArray[np.int64]
    scores: NDArray[np.float64]


def read_ratings(snapshot: Snapshot) -> Ratings:
    """Return every user's latest opinions; movies nobody rated are known too."""
    opinions = snapshot.read_arrow(RATINGS)
    user_ids, movie_ids, rating = (opinions[name].to_numpy() for name in ("user_id", "movie_id", "rating"))
    rated_at = opinions["rated_at"].to_numpy().astype("datetime64[s]")
    catalogue = snapshot.read_arrow(MOVIES, ["movie_id"])["movie_id"].to_numpy()
    return Ratings.of(user_ids, movie_ids, rating, rated_at, catalogue)


def read_top_rated(snapshot: Snapshot) -> Ranking:
    """Return every movie of the catalogue with its shrunk rating."""
    features = snapshot.read_arrow(MOVIE_FEATURES, ["movie_id", "shrunk_rating"])
    return Ranking.of(features["movie_id"].to_numpy(), features["shrunk_rating"].to_numpy())


def read_popular_lists(snapshot: Snapshot) -> dict[str, PopularList]:
    """Return the popular list of each scope: `all`, and every genre with a rated movie."""
    table = snapshot.read_arrow(POPULARITY).sort_by([("scope", "ascending"), ("rank", "ascending")])
    scopes, starts = np.unique(table["scope"].to_numpy(), return_index=True)
    movie_ids, scores = (np.split(table[name].to_numpy(), starts[1:]) for name in ("movie_id", "score"))
    return {scope: PopularList(*best) for scope, *best in zip(scopes, movie_ids, scores, strict=True)}
