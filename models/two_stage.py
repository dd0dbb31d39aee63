"""Candidates from one or several models, put in order by a ranker that saw what users chose among them."""

from abc import ABC, abstractmethod
from copy import copy
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from models.als import Als
from models.blend import every_kind
from models.candidates import Candidates, best_first, chosen, gather, recall_ceiling
from models.catalogue import Catalogue
from models.fallback import append, lengths
from models.ials import Ials
from models.pair_features import MovieFacts, UserFacts, pair_features
from models.ranker import Trees, load, predict, telling, train
from models.ratings import Ratings
from models.recommender import Arrays, Parameters, Recommender, TopLists, constructor_arguments, empty_lists
from models.splits import split_by_user
from models.stage_one import StageOne, within

MIN_CHOSEN = 300
"""From fewer candidates that users went on to choose, a ranker would learn accidents, and there is none."""

MOST_TRAINING_USERS = 5_000
"""The ranker learns from about so many users, in even steps: more cost time and teach it nothing new."""

USERS_PER_BLOCK = 1_024
"""So many users have their candidates' features in memory at a time."""

LOOK_BEYOND = 3
"""A model's list is this many times as long as what it proposes, for what it says of the others' candidates."""


class TwoStage(ABC):
    """Stage one proposes each model's first `n_candidates` movies; stage two orders them.

    Stage two is trained on the last 20 % of each user's ratings, with stage one fitted on the earlier part: what was
    chosen is told from the candidates that were not, by features of the earlier part alone. Then stage one is fitted
    again, on everything. Users without a history, and everyone when too little was chosen to learn from, get stage
    one's own order (`StageOne.blend`); so does what a list holds beyond the candidates, with scores that count down.
    """

    name: ClassVar[str]

    # NDCG@10 on ml-latest-small's validation part by user, where seeds differ by .002: ensemble .213, with 60
    # candidates .207, without LOOK_BEYOND about .005 less; Ials or Neighbours added .210, .211; als_catboost .156, with
    # 200 candidates .159. Depth 4 and 5 give .205, .207; 200 trees at .08 as much as 300 at .05.
    def __init__(
        self,
        n_candidates: int = 100,
        n_trees: int = 300,
        depth: int = 6,
        learning_rate: float = 0.05,
        regularization: float = 5.0,
        seed: int = 42,
    ) -> None:
        self.n_candidates = n_candidates
        self.n_trees = n_trees
        self.depth = depth
        self.learning_rate = learning_rate
        self.regularization = regularization
        self.seed = seed
        self.stage_one = StageOne(self.models(seed))

    @staticmethod
    @abstractmethod
    def models(seed: int) -> dict[str, Recommender]:
        """Return the models of stage one, each under its own name."""

    def fit(self, ratings: Ratings, catalogue: Catalogue) -> Self:
        """Train stage two on later ratings than stage one saw, then fit stage one on all."""
        split = split_by_user(ratings)
        self._learn_candidates(split.train, catalogue)
        self.trees = self._train(split.train, split.test)
        return self._learn_candidates(ratings, catalogue)

    def fold_in_users(self, history: Ratings) -> Self:
        """Return a model that knows the users of `history` as it shows them; this one stays as it is."""
        model = copy(self)
        model.stage_one = self.stage_one.fold_in_users(history)
        return model

    def recommend(self, user_ids: NDArray[np.int64], n: int, history: Ratings) -> TopLists:
        """Return each user's candidates in the ranker's order, then whatever stage one lists behind them."""
        lists = empty_lists(len(user_ids), n)
        told = np.flatnonzero(np.diff(history.of_users(user_ids, self.stage_one.movies).indptr))
        for first in range(0, len(told) if self.trees.size else 0, USERS_PER_BLOCK):
            rows = told[first : first + USERS_PER_BLOCK]
            lists.movie_ids[rows], lists.scores[rows] = self._rank(user_ids[rows], n, history)
        short = np.flatnonzero(lengths(lists) < n)
        ranked = TopLists(lists.movie_ids[short], lists.scores[short])
        behind = self.stage_one.blend(user_ids[short], n, history)
        lists.movie_ids[short], lists.scores[short] = append(ranked, behind)
        return lists

    def candidates(self, user_ids: NDArray[np.int64], history: Ratings) -> Candidates:
        """Return what stage one proposes to users, rows in the order asked for."""
        lists = self.stage_one.lists(user_ids, LOOK_BEYOND * self.n_candidates, history)
        return gather(lists, self.stage_one.movies, self.n_candidates)

    def recall_ceiling(self, later: Ratings, history: Ratings) -> float:
        """Return the share of the ratings in `later` that are among their users' candidates; NaN if it has none."""
        choosers = later.users.ids[np.unique(later.user_index)]
        return recall_ceiling(self.candidates(choosers, history), later.of_users(choosers, self.stage_one.movies))

    def features(self, candidates: Candidates, user_ids: NDArray[np.int64], history: Ratings) -> NDArray[np.float32]:
        """Return (n_pairs, n_features): each model's scores, its ranks, then PAIR_FEATURES."""
        stars = history.of_users(user_ids, self.stage_one.movies)
        users = UserFacts.of(stars, history.times_of_users(user_ids, self.stage_one.movies), self.movies)
        return np.vstack([candidates.scores, candidates.ranks, pair_features(candidates, users, self.movies).T]).T

    def parameters(self) -> Parameters:
        """Return the constructor arguments; the models of stage one have their own defaults."""
        return constructor_arguments(self)

    def arrays(self) -> Arrays:
        """Return the arrays of stage one, the ranker's bytes as `trees` and of the movies' facts as `movies.<fact>`."""
        facts = {f"movies.{name}": array for name, array in self.movies.arrays().items()}
        return {**self.stage_one.arrays(), **facts, "trees": self.trees}

    @classmethod
    def restore(cls, parameters: Parameters, arrays: Arrays) -> Self:
        """Rebuild the fitted model."""
        model = cls(**parameters)
        model.stage_one.restore(arrays)
        model.movies = MovieFacts.restore(within(arrays, "movies"))
        model.trees = arrays["trees"]
        return model

    def _learn_candidates(self, ratings: Ratings, catalogue: Catalogue) -> Self:
        self.stage_one.fit(ratings, catalogue)
        self.movies = MovieFacts.of(ratings, catalogue)
        return self

    def _train(self, earlier: Ratings, later: Ratings) -> Trees:
        """Return trees that tell what is in `later` from other candidates; no bytes if hardly any candidate is."""
        choosers = later.users.ids[np.unique(later.user_index)]
        user_ids = choosers[:: len(choosers) // MOST_TRAINING_USERS + 1]
        candidates = self.candidates(user_ids, earlier)
        is_chosen = chosen(candidates, later.of_users(user_ids, later.movies))
        if np.count_nonzero(is_chosen) < MIN_CHOSEN:
            return np.empty(0, np.uint8)
        kept = telling(is_chosen, candidates.row, self.seed)
        return train(
            self.features(candidates, user_ids, earlier)[kept],
            is_chosen[kept],
            candidates.row[kept],
            iterations=self.n_trees,
            depth=self.depth,
            learning_rate=self.learning_rate,
            l2_leaf_reg=self.regularization,
            random_seed=self.seed,
        )

    def _rank(self, user_ids: NDArray[np.int64], n: int, history: Ratings) -> TopLists:
        candidates = self.candidates(user_ids, history)
        scores = predict(load(self.trees), self.features(candidates, user_ids, history))
        return best_first(candidates, scores, len(user_ids), n, self.stage_one.movies.ids)


class AlsCatboost(TwoStage):
    """The candidates of matrix factorisation alone, in a better order."""

    name: ClassVar[str] = "als_catboost"

    @staticmethod
    def models(seed: int) -> dict[str, Recommender]:
        """Return Als."""
        return {"als": Als(seed=seed)}


class IalsCatboost(TwoStage):
    """The candidates of matrix factorisation with frequency-scaled regularisation alone, in a better order."""

    name: ClassVar[str] = "ials_catboost"

    @staticmethod
    def models(seed: int) -> dict[str, Recommender]:
        """Return Ials."""
        return {"ials": Ials(seed=seed)}


class Ensemble(TwoStage):
    """The candidates of every kind of model there is."""

    name: ClassVar[str] = "ensemble"

    @staticmethod
    def models(seed: int) -> dict[str, Recommender]:
        """Return what `Blend` blends."""
        return every_kind(seed)
