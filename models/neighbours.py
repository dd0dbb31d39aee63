"""Movies rated by the same users as what a user rated."""

from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.catalogue import Catalogue
from models.id_map import IdMap
from models.ratings import Ratings
from models.recommender import NO_MOVIE, Arrays, Parameters, TopLists, constructor_arguments, empty_lists
from models.top_k import top_by_scores

ROWS_PER_BLOCK = 256
"""So many users or movies have a dense row at a time."""


class Neighbours:
    """Movie-based nearest neighbours (Sarwar et al. 2001) of ratings weighted by BM25 (Robertson et al. 1994).

    A rating of s stars by user u of movie m weighs s * (saturation + 1) / (s + saturation * length(m)) * rarity(u) with
    length(m) = 1 - length_share + length_share * n_ratings(m) / mean n_ratings and rarity(u) = log(1 + n_movies /
    n_ratings(u)): who rates everything tells little. The similarity of two movies is the cosine of their weights times
    n_shared / (n_shared + shrinkage), with the n_shared users who rated both, so that few users make no neighbours by
    accident. Each movie keeps its `n_neighbours` most similar, and its score for a user is the sum of similarity *
    stars over those of them that the user rated.
    """

    name: ClassVar[str] = "neighbours"

    # The best NDCG@10 on the last 20 % of every user's training ratings of ml-latest-small: .130. To either side, 100
    # and 400 neighbours give .128, .127, shrinkage 0, 10 and 40 .125, .130, .128. BM25's own parameters matter little:
    # saturation .3 to 100 and length_share 0 to 1 stay within .001. With 1 for the history's stars, .125.
    def __init__(
        self, n_neighbours: int = 200, shrinkage: float = 20.0, saturation: float = 1.2, length_share: float = 0.75
    ) -> None:
        self.n_neighbours = n_neighbours
        self.shrinkage = shrinkage
        self.saturation = saturation
        self.length_share = length_share

    def fit(self, ratings: Ratings, catalogue: Catalogue) -> Self:
        """Find each movie's neighbours, block by block, so that the similarities of all pairs are never held."""
        self.movies = ratings.movies
        self.n_ratings = np.bincount(ratings.movie_index, minlength=len(self.movies))
        weights = self._unit_weights(ratings.matrix)
        rated = sparse.csr_array((np.ones_like(weights.data), weights.indices, weights.indptr), weights.shape)
        weights_of, raters_of = weights.T.tocsr(), rated.T.tocsr()
        shape = len(self.movies), min(self.n_neighbours, len(self.movies))
        self.neighbours, self.similarities = np.zeros(shape, np.int32), np.zeros(shape, np.float32)
        for first in range(0, len(self.movies), ROWS_PER_BLOCK):
            rows = slice(first, first + ROWS_PER_BLOCK)
            n_shared = raters_of[rows] @ rated
            n_shared.data /= n_shared.data + np.float32(self.shrinkage)
            pairs = (weights_of[rows] @ weights).multiply(n_shared)
            self.neighbours[rows], self.similarities[rows] = _closest(pairs, first, shape[1])
        return self

    def _unit_weights(self, stars: sparse.csr_array) -> sparse.csr_array:
        """Return the BM25 weights (n_users, n_movies), each movie's of norm 1."""
        n_by_user = np.diff(stars.indptr)
        mean = self.n_ratings[self.n_ratings > 0].mean() if stars.nnz else 1.0
        length = 1 - self.length_share + self.length_share * self.n_ratings / mean
        rarity = np.repeat(np.log1p(np.count_nonzero(self.n_ratings) / np.maximum(n_by_user, 1)), n_by_user)
        weights = stars.data * (self.saturation + 1) / (stars.data + self.saturation * length[stars.indices]) * rarity
        norm = np.sqrt(np.bincount(stars.indices, weights**2, len(self.n_ratings)))
        unit = (weights / norm[stars.indices]).astype(np.float32)
        return sparse.csr_array((unit, stars.indices, stars.indptr), stars.shape)

    def recommend(self, user_ids: NDArray[np.int64], n: int, history: Ratings) -> TopLists:
        """Return the movies whose neighbours each user rated best; movies nobody rated come last.

        Whoever rated none of the movies it learned of has an empty list.
        """
        lists = empty_lists(len(user_ids), n)
        seen = history.of_users(user_ids, self.movies)
        n_learned = (seen > 0).astype(np.int64) @ self.n_ratings
        told = np.flatnonzero(n_learned)
        neighbour_of = self._matrix().T.tocsr()
        for first in range(0, len(told), ROWS_PER_BLOCK):
            rows = told[first : first + ROWS_PER_BLOCK]
            scores = (seen[rows] @ neighbour_of).toarray()
            scores[:, self.n_ratings == 0] = -1
            lists.movie_ids[rows], lists.scores[rows] = top_by_scores(scores, seen[rows], n, self.movies.ids)
        return lists

    def similar_movies(self, movie_ids: NDArray[np.int64], n: int) -> TopLists:
        """Return for each movie its most similar, as far as its neighbours go; for an unknown one, an empty list."""
        lists = empty_lists(len(movie_ids), n)
        position = self.movies.positions(movie_ids)
        known, width = position >= 0, min(n, self.neighbours.shape[1])
        similarities = self.similarities[position[known], :width]
        ids = self.movies.ids[self.neighbours[position[known], :width]]
        lists.movie_ids[known, :width] = np.where(similarities > 0, ids, NO_MOVIE)
        lists.scores[known, :width] = np.where(similarities > 0, similarities, -np.inf)
        return lists

    def _matrix(self) -> sparse.csr_array:
        """Return the similarities (n_movies, n_movies), in each row those of a movie's neighbours."""
        row, place = np.nonzero(self.similarities)
        entries = self.similarities[row, place], (row, self.neighbours[row, place])
        return sparse.csr_array(entries, shape=(len(self.movies), len(self.movies)))

    def parameters(self) -> Parameters:
        """Return the constructor arguments."""
        return constructor_arguments(self)

    def arrays(self) -> Arrays:
        """Return `movie_ids` and `n_ratings` (n_movies), and (n_movies, n_neighbours) positions and similarities.

        `neighbours` are positions in `movie_ids`, the most similar first; where `similarities` is 0, there are no more.
        """
        return {
            "movie_ids": self.movies.ids,
            "n_ratings": self.n_ratings,
            "neighbours": self.neighbours,
            "similarities": self.similarities,
        }

    @classmethod
    def restore(cls, parameters: Parameters, arrays: Arrays) -> Self:
        """Rebuild the fitted model."""
        model = cls(**parameters)
        model.movies, model.n_ratings = IdMap(arrays["movie_ids"]), arrays["n_ratings"]
        model.neighbours, model.similarities = arrays["neighbours"], arrays["similarities"]
        return model


def _closest(similarities: sparse.csr_array, first: int, n: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return positions and similarities (n_rows, n) of the largest in each row, ties by position; 0 where they end.

    The rows are those of the movies from `first` on, and no similarity is below 0.
    """
    similarities.sort_indices()
    pairs = similarities.tocoo()
    others = pairs.col != pairs.row + first
    row, column, similarity = pairs.row[others], pairs.col[others], pairs.data[others]
    # Bits of floats that are not below 0 sort as the floats do, so that a row and its similarity are one number.
    order = np.argsort((row.astype(np.int64) << 32) - similarity.view(np.int32), kind="stable")
    n_pairs = np.bincount(row, minlength=pairs.shape[0])
    place = np.arange(len(row)) - np.repeat(np.cumsum(n_pairs) - n_pairs, n_pairs)
    kept, order = place < n, order[place < n]
    positions, largest = np.zeros((pairs.shape[0], n), np.int64), np.zeros((pairs.shape[0], n), np.float32)
    positions[row[order], place[kept]] = column[order]
    largest[row[order], place[kept]] = similarity[order]
    return positions, largest
