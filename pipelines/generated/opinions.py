"""What people of a generated dataset say of the movies they chose: stars, when, and tags."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from infra.tables import GENRES
from pipelines.generated.calendar import CLOSING, DAY
from pipelines.generated.choices import Choices, affinity
from pipelines.generated.movies import Movies
from pipelines.generated.people import People

TAGGERS_SHARE = 0.1  # of the people
TAGS_PER_RATING = 0.3  # of a tagger
GENERAL_TAGS = (
    "atmospheric", "based on a book", "classic", "dark", "great soundtrack", "in my queue", "predictable", "quirky",
    "slow, but worth it", "stylized", "surreal", "thought-provoking", "too long", "twist ending", "visually appealing",
    '"must see"',
)  # fmt: skip
"""Tags that fit any movie; the others a movie gets are its genres in lower case."""
ALL_TAGS = np.array([*GENERAL_TAGS, *(genre.lower() for genre in GENRES)])


@dataclass(frozen=True)
class Opinions:
    """One entry per rating or tag, ordered by person and movie (positions both); `value` is the stars or the tag."""

    person: NDArray[np.int64]
    movie: NDArray[np.int64]
    value: NDArray
    given_at: NDArray[np.int64]


def rate(choices: Choices, people: People, movies: Movies, rng: np.random.Generator) -> Opinions:
    """Return a rating of 0.5 to 5 stars, in half stars, for every choice; none is given before the movie appears."""
    person, movie = choices
    stars = (
        3.3
        + 0.48 * people.mildness[person]
        + 0.42 * movies.quality[movie]
        + 0.45 * affinity(people.tastes[person], movies.tastes[movie])
        + 0.8 * rng.standard_normal(len(person))
    )
    steps_per_star = np.where(people.gives_halves[person], 2, 1)
    stars = np.round(stars * steps_per_star) / steps_per_star
    stars = np.clip(stars, 1 / steps_per_star, 5)
    noticed_at = movies.appears_at[movie] + rng.exponential(30 * DAY, len(movie)).astype(np.int64)
    is_new = people.rated_at < movies.appears_at[movie]
    given_at = np.minimum(np.where(is_new, noticed_at, people.rated_at), CLOSING)
    order = np.argsort(person * len(movies.ids) + movie)
    return Opinions(person[order], movie[order], stars[order], given_at[order])


def tag(ratings: Opinions, movies: Movies, rng: np.random.Generator) -> Opinions:
    """Return tags some people gave to some of the movies they rated, half of them a genre of the movie."""
    is_tagger = rng.random(ratings.person.max() + 1) < TAGGERS_SHARE
    tagged = np.flatnonzero(is_tagger[ratings.person] & (rng.random(len(ratings.person)) < TAGS_PER_RATING))
    movie = ratings.movie[tagged]
    general = rng.integers(0, len(GENERAL_TAGS), len(tagged))
    one_of_its_genres = (rng.random((len(tagged), len(GENRES))) * movies.has_genre[movie]).argmax(axis=1)
    says_genre = movies.has_genre[movie].any(axis=1) & (rng.random(len(tagged)) < 0.5)
    given_at = np.minimum(ratings.given_at[tagged] + rng.integers(1, 90, len(tagged)), CLOSING)
    tags = ALL_TAGS[np.where(says_genre, len(GENERAL_TAGS) + one_of_its_genres, general)]
    return Opinions(ratings.person[tagged], movie, tags, given_at)
