"""The same ranking for everyone: what most people rated, ever or lately."""

from abc import ABC, abstractmethod
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from models.catalogue import Catalogue
from models.id_map import IdMap
from models.ratings import Ratings
from models.recommender import Arrays, Parameters, TopLists, constructor_arguments
from models.top_k import top_by_ranking

SECONDS_PER_DAY = 86_400


class _Count(ABC):
    """A movie's score is the sum of what its ratings count by their age; their stars do not matter.

    Ages are counted from the newest rating it learns from.
    """

    name: ClassVar[str]

    @abstractmethod
    def weight(self, age_days: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what each rating counts, 0 to 1."""

    @abstractmethod
    def parameters(self) -> Parameters:
        """Return the constructor arguments."""

    def fit(self, ratings: Ratings, catalogue: Catalogue) -> Self:
        """Count the ratings of each movie."""
        age_days = (ratings.rated_at.max(initial=0) - ratings.rated_at) / SECONDS_PER_DAY
        self.movies = ratings.movies
        counts = np.bincount(ratings.movie_index, self.weight(age_days), len(ratings.movies))
        self.scores = counts.astype(np.float32)
        return self

    def recommend(self, user_ids: NDArray[np.int64], n: int, history: Ratings) -> TopLists:
        """Return the ranking without each user's own movies; for a stranger, all of it."""
        return top_by_ranking(self.scores, history.of_users(user_ids, self.movies), n, self.movies.ids)

    def arrays(self) -> Arrays:
        """Return `movie_ids` and `scores`, both (n_movies)."""
        return {"movie_ids": self.movies.ids, "scores": self.scores}

    @classmethod
    def restore(cls, parameters: Parameters, arrays: Arrays) -> Self:
        """Rebuild the fitted model."""
        model = cls(**parameters)
        model.movies, model.scores = IdMap(arrays["movie_ids"]), arrays["scores"]
        return model


class Popularity(_Count):
    """Baseline and fallback: a rating counts 0.5 ** (age / half_life_days)."""

    name: ClassVar[str] = "popularity"

    # On ml-latest-small's validation parts, NDCG@10 by user is .070 at 2 years, .088 without decay; by time it is .214
    # and .162. The first asks about users of long ago; lists are for today.
    def __init__(self, half_life_days: float = 730.0) -> None:
        self.half_life_days = half_life_days

    def weight(self, age_days: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return 1 for a rating of today, falling by half every `half_life_days`."""
        return 0.5 ** (age_days / self.half_life_days)

    def parameters(self) -> Parameters:
        """Return the constructor arguments."""
        return constructor_arguments(self)


class PopularityAllTime(_Count):
    """Every rating counts 1, however old."""

    name: ClassVar[str] = "popularity_all_time"

    def weight(self, age_days: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return 1 for every rating."""
        return np.ones_like(age_days)

    def parameters(self) -> Parameters:
        """Return the constructor arguments: there are none."""
        return {}


class PopularityRecent(_Count):
    """Ratings of the last `n_days` count 1, older ones nothing; movies without such a rating are last, by id."""

    name: ClassVar[str] = "popularity_recent"

    # NDCG@10 on ml-latest-small's validation part by time, which is only 20 users: .271; with 90 days .179, 365 .232,
    # 1095 .250. By user two years are the best window too: .074.
    def __init__(self, n_days: int = 730) -> None:
        self.n_days = n_days

    def weight(self, age_days: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return 1 for a rating younger than `n_days`, else 0."""
        return (age_days < self.n_days).astype(np.float64)

    def parameters(self) -> Parameters:
        """Return the constructor arguments."""
        return constructor_arguments(self)
