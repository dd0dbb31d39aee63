"""Nights in memory: a generated world whose ratings grow, a model that lists, and what the gate says of it."""

from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow.csv as arrow_csv

from infra.stores.generation_layout import Content
from models.als import Als
from models.catalogue import describe
from models.ease import Ease
from models.fallback import Ranking, fill, lengths, only_itself
from models.ratings import Ratings
from models.recommender import NO_MOVIE
from pipelines.publication.figures import FIRST
from pipelines.publication.generation_figures import GenerationFigures, MadeFrom
from pipelines.publication.measure import SideBySide, measure, segments_of_movies, segments_of_users, traits_of
from pipelines.sample import write_sample

LAST_NIGHT, TONIGHT = 20_000, 20_100
"""How many of a world's ratings there are by then."""


class World:
    """400 people, 800 movies, and 24,000 ratings in the order in which they are given."""

    def __init__(self, folder: Path) -> None:
        write_sample(folder, n_users=400, n_movies=800, n_ratings=24_000, seed=7)
        movies = arrow_csv.read_csv(folder / "movies.csv").to_pydict()
        given = arrow_csv.read_csv(folder / "ratings.csv").sort_by("timestamp")
        self.movie_ids, self.titles = np.array(movies["movieId"]), movies["title"]
        self.genres = [genres.split("|") for genres in movies["genres"]]
        self._given = [given[name].to_numpy() for name in ("userId", "movieId", "rating", "timestamp")]

    def ratings(self, n: int) -> Ratings:
        """Return the first `n` ratings that were given."""
        return Ratings.of(*(column[:n] for column in self._given), self.movie_ids)

    @cached_property
    def catalogue(self):
        """What is said of the movies, which does not change."""
        n = len(self.movie_ids)
        return describe(self.movie_ids, self.titles, [None] * n, self.genres, [[]] * n)


class Maker(NamedTuple):
    """A fitted model for each content, and its name and version."""

    recommender: object
    similar_movies: object
    version: int

    @property
    def models(self):
        return {
            Content.USER_LISTS: (self.recommender.name, self.version),
            Content.MOVIE_LISTS: (self.similar_movies.name, self.version),
        }


class Night(NamedTuple):
    """The figures of a generation, and its lists by content: their ids, and the movie ids."""

    figures: GenerationFigures
    lists: dict[Content, tuple[np.ndarray, np.ndarray]]


def learn(world, ratings, model=Ease, version=1):
    """Fit a model for users; movies are always Ease's."""
    similar = Ease().fit(ratings, world.catalogue)
    recommender = similar if model is Ease else model().fit(ratings, world.catalogue)
    return Maker(recommender, similar, version)


def small_als() -> Als:
    """Return a model that is fitted in a moment."""
    return Als(n_factors=16)


def with_rows(ratings, rows):
    """Return what Ratings makes of some rows, in which one may be twice; the catalogue stays."""
    columns = ratings.users.ids[ratings.user_index], ratings.movies.ids[ratings.movie_index]
    return Ratings.of(
        *(column[rows] for column in (*columns, ratings.rating, ratings.rated_at)), catalogue=ratings.movies.ids
    )


def make_night(maker, ratings, genres, last_night=None, n=20):
    """Make lists of `n`, filled up by the most rated, and their figures; `genres` are those of the catalogue."""
    movies = ratings.movies
    n_ratings = np.bincount(ratings.movie_index, minlength=len(movies))
    most_rated, traits = Ranking.of(movies.ids, n_ratings), traits_of(movies.ids, genres, n_ratings)
    users = maker.recommender.recommend(ratings.users.ids, n, ratings)
    similar = maker.similar_movies.similar_movies(movies.ids, n)
    history, itself = ratings.matrix, only_itself(movies.ids, movies)
    contents = {
        Content.USER_LISTS: (ratings.users.ids, users, history, segments_of_users(history)),
        Content.MOVIE_LISTS: (movies.ids, similar, itself, segments_of_movies(movies.ids, traits)),
    }
    figures = {
        content: measure(
            SideBySide(
                ids,
                fill(lists, most_rated, history).movie_ids[:, :FIRST],
                first_movies(last_night, content, ids),
                lengths(lists) == 0,
                history,
                segments,
            ),
            {},
            traits,
        )
        for content, (ids, lists, history, segments) in contents.items()
    }
    listed = {
        content: (ids, fill(lists, most_rated, history).movie_ids)
        for content, (ids, lists, history, _) in contents.items()
    }
    return Night(GenerationFigures(maker.models, MadeFrom.of(ratings), figures), listed)


def first_movies(last_night, content, ids):
    """Return what last night's lists of these ids begin with."""
    if last_night is None:
        return np.full((len(ids), FIRST), NO_MOVIE)
    then, movie_ids = last_night.lists[content]
    row = np.searchsorted(then, ids).clip(max=len(then) - 1)
    return np.where((then[row] == ids)[:, None], movie_ids[row, :FIRST], NO_MOVIE)
