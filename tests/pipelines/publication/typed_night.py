"""A night of two users and five movies, typed out."""

import numpy as np

from infra.stores.generation_layout import Content
from models.fallback import Ranking
from models.id_map import IdMap
from models.likeness import MovieLikeness
from models.popularity import Popularity
from models.ratings import Ratings
from pipelines.publication.measure import traits_of
from pipelines.publication.tonight import Tonight
from tests.catalogues import silent

RATINGS = [(30, 1, 4.0, 700), (10, 1, 4.0, 800), (10, 2, 4.0, 900)]
TOP_RATED = [4.5, 4.4, 4.3, 4.2, 4.1]
GENRES = {"Comedy": {2: 4.4, 5: 4.1}, "Drama": {4: 4.2}}
FIRST_GENRES = ["Comedy", "", "Drama", "Comedy", "Comedy"]


def ratings_of(rows):
    """Return ratings of (user_id, movie_id, rating, rated_at); movie 3 is known too."""
    return Ratings.of(*zip(*rows, strict=True), catalogue=[3])


def small_night(
    ratings=RATINGS, top_rated=TOP_RATED, genres=GENRES, first_genres=FIRST_GENRES, n=4, recommender_version=1
):
    """Return a night whose models are the same whatever is said here.

    Popularity knows the movies 1 to 3; the movies 1 and 2 are alike, and others are like none.
    """
    popularity = Popularity().fit(ratings_of(RATINGS), silent(ratings_of(RATINGS)))
    likeness = MovieLikeness()
    likeness.movies, likeness.trust = IdMap([1, 2]), np.ones(2, np.float32)
    likeness.factors = likeness.content = np.array([[1.0], [1.0]], np.float32)
    return Tonight(
        popularity,
        likeness,
        ratings_of(ratings),
        IdMap([1, 2, 3, 4, 5]),
        Ranking.of([1, 2, 3, 4, 5], top_rated),
        {genre: Ranking.of(list(liked), list(liked.values())) for genre, liked in genres.items()},
        np.array(first_genres),
        n,
        {Content.USER_LISTS: recommender_version, Content.MOVIE_LISTS: 1},
        traits_of([1, 2, 3, 4, 5], [[genre] if genre else [] for genre in first_genres], [2, 1, 0, 0, 0]),
    )
