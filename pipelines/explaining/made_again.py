"""One user's list, made a second time from what it was made from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from infra.stores.histories import Done
from infra.stores.list_records import ListRecord
from models.fallback import fill
from models.folding import fold_in
from models.id_map import IdMap
from models.ratings import Ratings
from models.recommender import Recommender
from pipelines.near_line.champion import Champion
from pipelines.near_line.lists import history_of, make_lists


@dataclass(frozen=True)
class Ingredients:
    """What one list was made from: `done` is what the record said of the user, for one that was renewed near-line."""

    model: Recommender
    history: Ratings
    done: Sequence[Done]

    def has_rated(self, user_id: int, movie_id: int) -> bool:
        """Tell whether the history shows the user rating or watching a movie."""
        return self.history.of_users([user_id], IdMap([movie_id])).nnz > 0


@dataclass(frozen=True)
class Again:
    """A movie's place in a list that was made again, from 1, and its score there."""

    rank: int
    score: float


def ingredients_of(champion: Champion, record: ListRecord) -> Ingredients:
    """Return what a list was made from, as far as it is still there.

    A list of the night knows the snapshot, one renewed near-line also what its user had done by then and not undone.
    """
    made_at = record.ranked.generated_at if record.ranked else None
    if made_at is None:
        return Ingredients(champion.recommender, champion.ratings, ())
    done = [each for each in record.done if each.happened_at <= made_at]
    history = history_of(np.array([record.user_id]), done, champion.ratings)
    return Ingredients(fold_in(champion.recommender, history), history, done)


def make_again(champion: Champion, made_from: Ingredients, record: ListRecord) -> Again | None:
    """Return the place of the record's movie in a list as long as the one on record, None if it is not there."""
    if record.ranked is None:
        return None
    n, user_ids = len(record.ranked.movie_ids), [record.user_id]
    if record.ranked.generated_at:
        again = make_lists(champion, user_ids, made_from.done, record.ranked.generated_at, n)[record.user_id]
        movie_ids, scores = again.movie_ids, again.scores
    else:
        own = made_from.model.recommend(np.array(user_ids), n, made_from.history)
        filled = fill(own, champion.top_rated, made_from.history.of_users(user_ids, champion.top_rated.movies))
        movie_ids, scores = filled.movie_ids[0].tolist(), filled.scores[0].tolist()
    if record.movie.movie_id not in movie_ids:
        return None
    before = movie_ids.index(record.movie.movie_id)
    return Again(before + 1, scores[before])
