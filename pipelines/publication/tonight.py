"""Everything the lists of one generation are made from."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infra.revision import git_commit, lock_hash
from infra.stores.generation_layout import MAKERS, Content
from infra.stores.lake import Snapshot
from infra.stores.registry import RECOMMENDER, SIMILAR_MOVIES, StoredModel
from infra.tables import EVERY_GENRE, MOVIES
from models.fallback import Ranking
from models.id_map import IdMap
from models.ratings import Ratings
from models.recommender import Recommender, SimilarMovies
from models.zoo import restore
from pipelines.feature_arrays import read_popular_lists, read_ratings, read_top_rated
from pipelines.publication.measure import Traits, traits_of


@dataclass(frozen=True)
class Tonight:
    """Models that are ready to list, and what they list from; lists are `n` movies long.

    `first_genres` (n_movies of the catalogue) names one of `genres` each, or is empty for a movie of none of them.
    `makers` has 64 bits for what makes each kind of lists: model version, code and length. `traits` are of the movies
    of the catalogue.
    """

    recommender: Recommender
    similar_movies: SimilarMovies
    ratings: Ratings
    catalogue: IdMap
    top_rated: Ranking
    genres: Mapping[str, Ranking]
    first_genres: NDArray[np.str_]
    n: int
    makers: Mapping[Content, int]
    traits: Traits

    def ids(self, content: Content) -> NDArray[np.int64]:
        """Return, ascending, whose lists make up a content: users with a rating, or movies."""
        return self.ratings.users.ids if content is Content.USER_LISTS else self.catalogue.ids


def read_tonight(
    snapshot: Snapshot, recommender: StoredModel, similar_movies: StoredModel, inputs: Mapping[str, Any]
) -> Tonight:
    """Read what lists are made from out of a feature snapshot, and make the models list again.

    `inputs` are what `inputs_of` says of the same.
    """
    movies = snapshot.read_arrow(MOVIES, ["movie_id", "genres"]).sort_by("movie_id")
    popular = read_popular_lists(snapshot)
    genres = {scope: Ranking.of(*best) for scope, best in popular.items() if scope != EVERY_GENRE}
    movie_ids, named = movies["movie_id"].to_numpy(), movies["genres"].to_pylist()
    first_genres = [next(filter(genres.__contains__, of_movie), "") for of_movie in named]
    ratings = read_ratings(snapshot)
    n_ratings = np.bincount(ratings.movie_index, minlength=len(ratings.movies))[ratings.movies.positions(movie_ids)]
    return Tonight(
        _restored(recommender),
        _restored(similar_movies),
        ratings,
        IdMap(movie_ids),
        read_top_rated(snapshot),
        genres,
        np.array(first_genres, np.str_),
        inputs["n"],
        {content: _maker(inputs, role) for content, role in MAKERS.items()},
        traits_of(movie_ids, named, n_ratings),
    )


def inputs_of(snapshot: Snapshot, recommender: StoredModel, similar_movies: StoredModel, n: int) -> dict[str, Any]:
    """Return all that decides what a generation holds; where it is equal, so are the lists."""
    manifest = snapshot.manifest
    return {
        "snapshot": {"date": manifest.snapshot_date, "attempt": manifest.attempt, "tables": manifest.hashes},
        "models": {
            role: {"name": model.name, "version": model.version, "run_id": model.run_id}
            for role, model in ((RECOMMENDER, recommender), (SIMILAR_MOVIES, similar_movies))
        },
        "git_commit": git_commit(),
        "requirements": lock_hash(),
        "n": n,
    }


def _maker(inputs: Mapping[str, Any], role: str) -> int:
    made_by = [inputs["models"][role], *(inputs[name] for name in ("git_commit", "requirements", "n"))]
    return int(hashlib.sha256(json.dumps(made_by).encode()).hexdigest()[:16], 16)


def _restored(model: StoredModel) -> Any:
    return restore(model.name, model.parameters, model.arrays)
