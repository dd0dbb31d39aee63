"""Factors of what describes users and movies, learned by a ranking loss and kept so that learning can go on."""

from typing import NamedTuple, Self

import numpy as np
from lightfm import LightFM
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from models.id_map import IdMap
from models.recommender import Arrays

LEARNED = ("embeddings", "embedding_gradients", "biases", "bias_gradients")


class FeatureFactors(NamedTuple):
    """What was learned of the features of users, or of movies: row by row of `features`, ids of the caller's choice.

    `embeddings` is (n_features, n_factors), `biases` (n_features). The gradients, of the same shapes, are 1 plus the
    squares of all steps' gradients so far: Adagrad (Duchi et al. 2011) divides its steps by their root.
    """

    features: IdMap
    embeddings: NDArray[np.float32]
    embedding_gradients: NDArray[np.float32]
    biases: NDArray[np.float32]
    bias_gradients: NDArray[np.float32]

    @classmethod
    def nothing(cls, n_factors: int) -> Self:
        """Return the factors of no feature."""
        return cls(IdMap([]), *(np.empty(shape, np.float32) for shape in ((0, n_factors), (0, n_factors), 0, 0)))

    def with_features(self, ids: NDArray[np.int64], embeddings: NDArray[np.float32]) -> Self:
        """Return a copy that also has `ids` (n); those that are new start from their rows of `embeddings`."""
        features = self.features.union(ids)
        known = features.positions(self.features.ids)
        start = np.zeros((len(features), self.embeddings.shape[1]), np.float32)
        start[features.positions(ids)] = embeddings
        learned = start, np.ones_like(start), np.zeros(len(features), np.float32), np.ones(len(features), np.float32)
        for new, old in zip(learned, self[1:], strict=True):
            new[known] = old
        return type(self)(features, *learned)

    def without(self, ids: ArrayLike) -> Self:
        """Return a copy that has not learned of `ids`."""
        kept = ~np.isin(self.features.ids, ids)
        return type(self)(IdMap(self.features.ids[kept]), *(learned[kept] for learned in self[1:]))

    def vectors(self, rows: sparse.csr_matrix) -> NDArray[np.float32]:
        """Return (n_rows, n_factors + 1), the bias last, of what `rows` (n_rows, n_features) describe."""
        return np.asarray(rows @ np.hstack([self.embeddings, self.biases[:, None]]), np.float32)

    def arrays(self, side: str) -> Arrays:
        """Return all of it, each name behind that of the side."""
        return {f"{side}_features": self.features.ids} | {f"{side}_{name}": getattr(self, name) for name in LEARNED}

    @classmethod
    def restore(cls, side: str, arrays: Arrays) -> Self:
        """Rebuild from what `arrays` returned."""
        return cls(IdMap(arrays[f"{side}_features"]), *(arrays[f"{side}_{name}"] for name in LEARNED))


def learn(
    users: FeatureFactors,
    movies: FeatureFactors,
    user_rows: sparse.csr_matrix,
    movie_rows: sparse.csr_matrix,
    weights: sparse.coo_array,
    *,
    n_epochs: int,
    learning_rate: float,
    regularization: float,
    seed: int,
) -> tuple[FeatureFactors, FeatureFactors]:
    """Return the factors of users and movies after more steps on the WARP loss (Weston, Bengio and Usunier 2011).

    `user_rows` (n_users, n_features) and `movie_rows` (n_movies, n_features) describe both sides. An entry of `weights`
    (n_users, n_movies), above 0, is a movie to be ranked above all without an entry for that user, and counts so much.
    """
    model = LightFM(
        no_components=users.embeddings.shape[1],
        loss="warp",
        learning_rate=learning_rate,
        item_alpha=regularization,
        user_alpha=regularization,
        random_state=seed,
    )
    _hand_over(model, "user", users)
    _hand_over(model, "item", movies)
    chosen = sparse.coo_matrix((np.ones(weights.nnz, np.float32), (weights.row, weights.col)), weights.shape)
    importance = sparse.coo_matrix(weights.astype(np.float32))
    # More threads would write over each other's steps, in another order every time.
    model.fit_partial(chosen, user_rows, movie_rows, sample_weight=importance, epochs=n_epochs, num_threads=1)
    return _take_back(model, "user", users.features), _take_back(model, "item", movies.features)


def _hand_over(model: LightFM, side: str, factors: FeatureFactors) -> None:
    for name in LEARNED:
        setattr(model, f"{side}_{name}", getattr(factors, name).copy())
    setattr(model, f"{side}_embedding_momentum", np.zeros_like(factors.embeddings))
    setattr(model, f"{side}_bias_momentum", np.zeros_like(factors.biases))


def _take_back(model: LightFM, side: str, features: IdMap) -> FeatureFactors:
    return FeatureFactors(features, *(getattr(model, f"{side}_{name}") for name in LEARNED))
