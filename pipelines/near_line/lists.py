"""Lists for some users by all they ever did."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from infra.stores.generation_layout import FROM_POPULAR
from infra.stores.histories import Done
from infra.stores.ranked_movies import RankedMovies
from infra.stores.user_layout import FIRST_PROFILE_USER_ID, Kind
from models.fallback import fill, lengths
from models.folding import fold_in
from models.next_movie import without
from models.ratings import Ratings
from pipelines.near_line.champion import Champion
from pipelines.publication.lists import by_source

WATCHED_STARS = 3.5
"""What a movie that was watched and not rated counts: the usual rating. Someone chose it, and said no more."""


class Entries(NamedTuple):
    """Ratings as parallel arrays of (n_ratings)."""

    user_ids: NDArray[np.int64]
    movie_ids: NDArray[np.int64]
    rating: NDArray[np.float32]
    rated_at: NDArray[np.int64]


def make_lists(
    champion: Champion, user_ids: Sequence[int], done: Sequence[Done], generated_at: datetime, n: int
) -> dict[int, RankedMovies]:
    """Return a list of `n` for each of the users, who are all different.

    It leaves out what they rated, watched or hid, and is filled up with the top rated movies.
    """
    asked = np.array(user_ids, np.int64)
    history = history_of(asked, done, champion.ratings)
    hidden = hidden_by(done)
    n_most_hidden = int(np.bincount(hidden.user_index).max(initial=0))
    model, top_rated = champion.recommender, champion.top_rated
    own = fold_in(model, history).recommend(asked, n + n_most_hidden, history)
    own = without(own, hidden, asked, n)
    left_out = history.of_users(asked, top_rated.movies) + hidden.of_users(asked, top_rated.movies)
    filled = fill(own, top_rated, sparse.csr_array(left_out))
    counts = by_source((model.name, own), (FROM_POPULAR, filled))
    listed = zip(filled.movie_ids.tolist(), filled.scores.tolist(), lengths(filled).tolist(), strict=True)
    return {
        user_id: RankedMovies(
            movie_ids[:length],
            scores[:length],
            {source: int(n_movies[row]) for source, n_movies in counts.items() if n_movies[row]},
            generated_at,
            model=champion.version,
        )
        for row, (user_id, (movie_ids, scores, length)) in enumerate(zip(user_ids, listed, strict=True))
    }


def history_of(user_ids: NDArray[np.int64], done: Iterable[Done], ratings: Ratings) -> Ratings:
    """Return what these users rated or watched, by the record and, for users of the dataset, by the snapshot.

    What the snapshot says of a profile is a copy of an earlier record, and may have been undone since.
    """
    of_dataset = user_ids[user_ids < FIRST_PROFILE_USER_ID]
    parts = [
        _of_snapshot(of_dataset, ratings),
        of_record([each._replace(rating=WATCHED_STARS) for each in done if each.kind is Kind.WATCH]),
        of_record([each for each in done if each.kind is Kind.RATING]),
    ]
    every = Entries(*map(np.concatenate, zip(*parts, strict=True)))
    pairs = np.column_stack([every.user_ids, every.movie_ids])[::-1]
    _, newest_first = np.unique(pairs, axis=0, return_index=True)
    last = len(pairs) - 1 - newest_first  # what stands later counts: a rating before that one was watched
    chosen = every.user_ids[last], every.movie_ids[last], every.rating[last], every.rated_at[last]
    return Ratings.of(*chosen, ratings.movies.ids)


def hidden_by(done: Iterable[Done]) -> Ratings:
    """Return the pairs of users and movies that they want to see no more; the ratings mean nothing."""
    hides = of_record([each._replace(rating=WATCHED_STARS) for each in done if each.kind is Kind.HIDE])
    return Ratings.of(hides.user_ids, hides.movie_ids, hides.rating, hides.rated_at)


def _of_snapshot(user_ids: NDArray[np.int64], ratings: Ratings) -> Entries:
    stars = ratings.of_users(user_ids, ratings.movies).tocoo()
    rated_at = ratings.times_of_users(user_ids, ratings.movies).tocoo()
    return Entries(user_ids[stars.row], ratings.movies.ids[stars.col], stars.data, rated_at.data)


def of_record(done: Sequence[Done]) -> Entries:
    """Return what users did as arrays."""
    return Entries(
        np.array([each.user_id for each in done], np.int64),
        np.array([each.movie_id for each in done], np.int64),
        np.array([each.rating for each in done], np.float32),
        np.array([each.happened_at.timestamp() for each in done], np.int64),
    )
