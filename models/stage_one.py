"""Several models as one: their lists side by side, and blended into one."""

from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.candidates import best_first, gather
from models.catalogue import Catalogue
from models.folding import fold_in
from models.id_map import IdMap
from models.ratings import Ratings
from models.recommender import Arrays, Recommender, TopLists

RANK_OFFSET = 60
"""k of reciprocal rank fusion, as in the paper: the larger, the less the very first ranks matter."""

BLENDED = 300
"""So many of each model's movies are blended at least, so that the head of a list does not depend on its length."""


class StageOne:
    """Fitted together, asked together; each model by a name of its own, since two may be of one class."""

    def __init__(self, models: Mapping[str, Recommender]) -> None:
        self.models = dict(models)

    def fit(self, ratings: Ratings, catalogue: Catalogue) -> Self:
        """Fit every model."""
        self.movies = ratings.movies
        self.models = {name: model.fit(ratings, catalogue) for name, model in self.models.items()}
        return self

    def fold_in_users(self, history: Ratings) -> Self:
        """Return the models with the users of `history` folded in where they can; these stay as they are."""
        folded = type(self)({name: fold_in(model, history) for name, model in self.models.items()})
        folded.movies = self.movies
        return folded

    def lists(self, user_ids: NDArray[np.int64], n: int, history: Ratings) -> list[TopLists]:
        """Return every model's lists."""
        return [model.recommend(user_ids, n, history) for model in self.models.values()]

    def blend(self, user_ids: NDArray[np.int64], n: int, history: Ratings) -> TopLists:
        """Return lists by reciprocal rank fusion (Cormack et al. 2009).

        A movie's score is the sum over the models whose list holds it of 1 / (RANK_OFFSET + rank); ties by movie id.
        """
        depth = max(n, BLENDED)
        candidates = gather(self.lists(user_ids, depth, history), self.movies, depth)
        listed = ~np.isnan(candidates.ranks)
        scores = np.sum(1 / (RANK_OFFSET + candidates.ranks), axis=0, where=listed).astype(np.float32)
        return best_first(candidates, scores, len(user_ids), n, self.movies.ids)

    def arrays(self) -> Arrays:
        """Return `movie_ids` and every model's arrays as `<model>.<array>`."""
        learned = {
            f"{name}.{key}": array for name, model in self.models.items() for key, array in model.arrays().items()
        }
        return {"movie_ids": self.movies.ids, **learned}

    def restore(self, arrays: Arrays) -> Self:
        """Fill the models, which are as they were constructed, with what `arrays` returned."""
        self.movies = IdMap(arrays["movie_ids"])
        for name, model in self.models.items():
            self.models[name] = type(model).restore(model.parameters(), within(arrays, name))
        return self


def within(arrays: Arrays, name: str) -> Arrays:
    """Return what is stored as `<name>.<array>`, by the array's own name."""
    prefix = f"{name}."
    return {key.removeprefix(prefix): array for key, array in arrays.items() if key.startswith(prefix)}
