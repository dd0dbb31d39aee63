"""Models of every kind, blended by rank alone."""

from copy import copy
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from models.als import Als
from models.catalogue import Catalogue
from models.ease import Ease
from models.popularity import Popularity, PopularityAllTime
from models.ratings import Ratings
from models.recommender import Arrays, Parameters, Recommender, TopLists, constructor_arguments
from models.stage_one import StageOne
from models.transitions import Transitions


def every_kind(seed: int) -> dict[str, Recommender]:
    """Return models that differ in what they look at: all a user rated, the last few movies, or everyone's ratings."""
    return {
        "als": Als(seed=seed),
        "ease": Ease(),
        "transitions": Transitions(),
        "near_transitions": Transitions(n_recent=3, n_steps=10, shrinkage=10.0),
        "popularity": Popularity(),
        "popularity_all_time": PopularityAllTime(),
    }


class Blend:
    """The stage one of `Ensemble` without its stage two (see `StageOne.blend`)."""

    name: ClassVar[str] = "blend"

    def __init__(self, seed: int = 42) -> None:
        self.seed = seed
        self.stage_one = StageOne(every_kind(seed))

    def fit(self, ratings: Ratings, catalogue: Catalogue) -> Self:
        """Fit every model."""
        self.stage_one.fit(ratings, catalogue)
        return self

    def fold_in_users(self, history: Ratings) -> Self:
        """Return a model that knows the users of `history` as it shows them; this one stays as it is."""
        model = copy(self)
        model.stage_one = self.stage_one.fold_in_users(history)
        return model

    def recommend(self, user_ids: NDArray[np.int64], n: int, history: Ratings) -> TopLists:
        """Return the movies that rank best over all models; for a stranger, by popularity."""
        return self.stage_one.blend(user_ids, n, history)

    def parameters(self) -> Parameters:
        """Return the constructor arguments; the models have their own defaults."""
        return constructor_arguments(self)

    def arrays(self) -> Arrays:
        """Return every model's arrays as `<model>.<array>`, and `movie_ids`."""
        return self.stage_one.arrays()

    @classmethod
    def restore(cls, parameters: Parameters, arrays: Arrays) -> Self:
        """Rebuild the fitted model."""
        model = cls(**parameters)
        model.stage_one.restore(arrays)
        return model
