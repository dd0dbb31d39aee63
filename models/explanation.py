"""Why a model lists a movie for a user, or does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infra.tables import PAIR_FEATURES
from models.blend import Blend
from models.candidates import best_first, ranks_of
from models.ranker import contributions, load, predict
from models.ratings import Ratings
from models.recommender import NO_MOVIE, TopLists
from models.stage_one import BLENDED, RANK_OFFSET, StageOne
from models.two_stage import LOOK_BEYOND, TwoStage


@dataclass(frozen=True)
class Opinion:
    """What one source of candidates says of a movie; rank, from 1, and score are None where its list ends before.

    Equal scores share the best of their ranks. `proposes` tells whether the source makes the movie a candidate.
    """

    source: str
    rank: int | None
    score: float | None
    proposes: bool


@dataclass(frozen=True)
class Contribution:
    """What one feature adds to a score; `value` is None where the feature is unknown."""

    feature: str
    value: float | None
    contribution: float


@dataclass(frozen=True)
class Explanation:
    """What a model says of one movie for one user.

    `rank`, from 1, is among the `n_ranked` movies that it puts in order by `score`; both are None for a movie that is
    not among them. Where the score is made of others or of features, their contributions, the largest first, and `base`
    add up to it.
    """

    rank: int | None
    n_ranked: int
    score: float | None
    opinions: tuple[Opinion, ...]
    contributions: tuple[Contribution, ...] = ()
    base: float = 0.0


def explain(model: Any, user_id: int, movie_id: int, history: Ratings) -> Explanation:
    """Return what any recommender says of a movie for a user; most are their own and only source.

    `history` knows the whole catalogue, as that of a snapshot does.
    """
    if isinstance(model, TwoStage) and _is_ranked(model, user_id, history):
        return _explain_ranking(model, user_id, movie_id, history)
    if isinstance(model, TwoStage | Blend):
        return _explain_blend(model.stage_one, user_id, movie_id, history)
    lists = model.recommend(np.array([user_id]), len(history.movies), history)
    return _explained(lists, movie_id, (_opinion(model.name, lists, movie_id, len(history.movies)),))


def _is_ranked(model: TwoStage, user_id: int, history: Ratings) -> bool:
    return bool(model.trees.size and history.of_users([user_id], model.stage_one.movies).nnz)


def _explain_ranking(model: TwoStage, user_id: int, movie_id: int, history: Ratings) -> Explanation:
    """Return what each feature of a candidate adds to what the trees say of it."""
    asked, trees, movie_ids = np.array([user_id]), load(model.trees), model.stage_one.movies.ids
    n_looked_at = LOOK_BEYOND * model.n_candidates
    opinions = _opinions(model.stage_one, user_id, movie_id, n_looked_at, model.n_candidates, history)
    candidates = model.candidates(asked, history)
    features = model.features(candidates, asked, history)
    ranked = best_first(candidates, predict(trees, features), 1, len(candidates.movie), movie_ids)
    its_own = features[movie_ids[candidates.movie] == movie_id]
    if not len(its_own):
        return _explained(ranked, movie_id, opinions)
    names = [f"{name}_{told}" for told in ("score", "rank") for name in model.stage_one.models]
    *added, base = contributions(trees, its_own)[0].tolist()
    return _explained(ranked, movie_id, opinions, _largest_first([*names, *PAIR_FEATURES], its_own[0], added), base)


def _explain_blend(stage_one: StageOne, user_id: int, movie_id: int, history: Ratings) -> Explanation:
    """Return what the rank in each model's list adds to a blended score."""
    opinions = _opinions(stage_one, user_id, movie_id, BLENDED, BLENDED, history)
    ranks = np.array([np.nan if each.rank is None else each.rank for each in opinions])
    added = np.nan_to_num(1 / (RANK_OFFSET + ranks)).tolist()
    of_ranks = _largest_first([f"{each.source}_rank" for each in opinions], ranks, added)
    return _explained(stage_one.blend(np.array([user_id]), BLENDED, history), movie_id, opinions, of_ranks)


def _opinions(
    stage_one: StageOne, user_id: int, movie_id: int, n: int, n_proposed: int, history: Ratings
) -> tuple[Opinion, ...]:
    lists = stage_one.lists(np.array([user_id]), n, history)
    named = zip(stage_one.models, lists, strict=True)
    return tuple(_opinion(name, listed, movie_id, n_proposed) for name, listed in named)


def _opinion(source: str, lists: TopLists, movie_id: int, n_proposed: int) -> Opinion:
    place = _place(lists, movie_id)
    if place is None:
        return Opinion(source, None, None, proposes=False)
    rank, score = ranks_of(lists.scores)[0, place], lists.scores[0, place]
    return Opinion(source, int(rank), float(score), proposes=place < n_proposed)


def _largest_first(
    features: Sequence[str], values: NDArray[np.floating], added: Sequence[float]
) -> tuple[Contribution, ...]:
    known = [None if np.isnan(value) else float(value) for value in values]
    every = map(Contribution, features, known, added)
    return tuple(sorted(every, key=lambda each: -abs(each.contribution)))


def _explained(
    ranked: TopLists,
    movie_id: int,
    opinions: tuple[Opinion, ...],
    of_features: tuple[Contribution, ...] = (),
    base: float = 0.0,
) -> Explanation:
    """Return the explanation of a movie's place in `ranked` (1, n), all that the model puts in order for the user."""
    place, n_ranked = _place(ranked, movie_id), int(np.count_nonzero(ranked.movie_ids[0] != NO_MOVIE))
    if place is None:
        return Explanation(None, n_ranked, None, opinions)
    return Explanation(place + 1, n_ranked, float(ranked.scores[0, place]), opinions, of_features, base)


def _place(lists: TopLists, movie_id: int) -> int | None:
    place = np.flatnonzero(lists.movie_ids[0] == movie_id)
    return int(place[0]) if len(place) else None
