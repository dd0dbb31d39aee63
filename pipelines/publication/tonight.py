"""Everything the lists of one generation are made from."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infra.revision import git_commit, lock_hash
from infra.stores.generation_layout import MAKERS, Content
from infra.stores.registry import RECOMMENDER, SIMILAR_MOVIES, StoredModel
from infra.stores.snapshot import Snapshot
from infra.tables import EVERY_GENRE, MOVIES
from models.fallback import Ranking
from models.id_map import IdMap
from models.ratings import Ratings
from models.recommender import Recommender, SimilarMovies
from models.zoo import restore
from pipelines.feature_arrays import read_popular_lists, read_ratings, read_top_rated
from pipelines.publication.measure import Traits, traits_of

LIST_LENGTH = 100


@dataclass(frozen=True)
class Publication:
    """What is to be published: lists of `n` movies, from a feature snapshot, by the stored model of each role."""

    snapshot: Snapshot
    recommender: StoredModel
    similar_movies: StoredModel
    n: int = LIST_LENGTH

    @property
    def models(self) -> dict[str, StoredModel]:
        """The models by role."""
        return {RECOMMENDER: self.recommender, SIMILAR_MOVIES: self.similar_movies}

    @property
    def versions(self) -> dict[str, dict[str, Any]]:
        """What the document of a generation says of the models, by role."""
        return {
            role: {"name": model.name, "version": model.version, "snapshot_date": model.snapshot_date}
            for role, model in self.models.items()
        }

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """All that decides what a generation holds; where it is equal, so are the lists."""
        manifest = self.snapshot.manifest
        return {
            "snapshot": {"date": manifest.snapshot_date, "attempt": manifest.attempt, "tables": manifest.hashes},
            "models": {
                role: {"name": model.name, "version": model.version, "run_id": model.run_id}
                for role, model in self.models.items()
            },
            "git_commit": git_commit(),
            "requirements": lock_hash(),
            "n": self.n,
        }


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


def read_tonight(publication: Publication, inputs: Mapping[str, Any]) -> Tonight:
    """Read what lists are made from out of the feature snapshot, and make the models list again.

    `inputs` are those of the publication, or of the past one that it repeats.
    """
    snapshot = publication.snapshot
    movies = snapshot.read_arrow(MOVIES, ["movie_id", "genres"]).sort_by("movie_id")
    popular = read_popular_lists(snapshot)
    genres = {scope: Ranking.of(*best) for scope, best in popular.items() if scope != EVERY_GENRE}
    movie_ids, named = movies["movie_id"].to_numpy(), movies["genres"].to_pylist()
    first_genres = [next(filter(genres.__contains__, of_movie), "") for of_movie in named]
    ratings = read_ratings(snapshot)
    n_ratings = np.bincount(ratings.movie_index, minlength=len(ratings.movies))[ratings.movies.positions(movie_ids)]
    return Tonight(
        _restored(publication.recommender),
        _restored(publication.similar_movies),
        ratings,
        IdMap(movie_ids),
        read_top_rated(snapshot),
        genres,
        np.array(first_genres, np.str_),
        publication.n,
        {content: _maker(inputs, role) for content, role in MAKERS.items()},
        traits_of(movie_ids, named, n_ratings),
    )


def _maker(inputs: Mapping[str, Any], role: str) -> int:
    made_by = [inputs["models"][role], *(inputs[name] for name in ("git_commit", "requirements", "n"))]
    return int(hashlib.sha256(json.dumps(made_by).encode()).hexdigest()[:16], 16)


def _restored(model: StoredModel) -> Any:
    return restore(model.name, model.parameters, model.arrays)
