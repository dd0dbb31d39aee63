"""What models learn from in one night, and the questions they are compared by."""

from typing import NamedTuple

from infra.errors import ModelRefused
from infra.stores.snapshot import Snapshot
from infra.tables import MOVIES, TAGS
from models.catalogue import Catalogue, describe
from models.ratings import Ratings
from models.splits import (
    DECIDING_USERS,
    NEVER,
    Split,
    deciding_splits,
    split_by_time,
    split_by_user,
    splits_by_time,
)
from models.tags import Tags
from pipelines.feature_arrays import read_ratings


class Question(NamedTuple):
    """A split, and what could be known of the movies before its test begins."""

    split: Split
    catalogue: Catalogue


class TrainingSet(NamedTuple):
    """Everything a snapshot teaches, the titles to show it by, and the questions, those that decide among them."""

    ratings: Ratings
    catalogue: Catalogue
    titles: dict[int, str]
    questions: tuple[Question, ...]
    decides: str

    @property
    def newest_rating(self) -> int:
        """When the newest rating was given, in seconds since 1970."""
        return int(self.ratings.rated_at.max(initial=0))

    @property
    def why(self) -> str:
        """Why the split by time does not decide, in brackets, or nothing if it does."""
        n_warm = min(question.split.n_users for question in self.questions if question.split.name == "by_time")
        if self.decides == "by_time":
            return ""
        return f" (by_time has {n_warm:,} warm users and decides from {DECIDING_USERS})"


def read_training_set(snapshot: Snapshot) -> TrainingSet:
    """Read a feature snapshot and split it.

    Raises ModelRefused when nobody has ratings enough to compare models by.
    """
    ratings, tags, movies = read_ratings(snapshot), read_tags(snapshot), read_movies(snapshot)
    by_user, by_time = split_by_user(ratings), splits_by_time(ratings)
    if not by_user.n_users:
        raise ModelRefused(
            "models cannot be compared: no user of this snapshot has the five ratings a comparison needs"
        )
    questions = tuple(_question(split, movies, tags) for split in (by_user, *by_time))
    titles = dict(zip(movies.movie_ids, map(_with_year, movies.titles, movies.years), strict=True))
    return TrainingSet(ratings, movies.described(tags), titles, questions, deciding_splits(by_user, by_time))


def read_validation_questions(snapshot: Snapshot) -> tuple[Question, ...]:
    """Return what parameters may be chosen by: a last fifth, and once more before it, split as it is that decides.

    They are made of what every question lets models learn from, so nothing that models are compared by is in them, nor
    what was said after that began. Raises ModelRefused when nobody has ratings enough for it.
    """
    ratings, tags, movies = read_ratings(snapshot), read_tags(snapshot), read_movies(snapshot)
    by_user, by_time = split_by_user(ratings), splits_by_time(ratings)
    common = by_user.train.where(by_user.train.rated_at < by_time[0].begins_at.min(initial=NEVER))
    said = by_time[0].known(by_user.known(tags))
    if deciding_splits(by_user, by_time) == by_user.name:
        last = split_by_user(common)
        splits = last, split_by_user(last.train)
    else:
        splits = split_by_time(common), split_by_time(common, 0.6, 0.8)
    if not all(split.n_users for split in splits):
        raise ModelRefused("parameters cannot be chosen: too few users of this snapshot have enough ratings for it")
    return tuple(_question(split, movies, said) for split in splits)


class Movies(NamedTuple):
    """What is published of every movie, in one order."""

    movie_ids: list[int]
    titles: list[str]
    years: list[int | None]
    genres: list[list[str]]

    def described(self, tags: Tags) -> Catalogue:
        """Return the catalogue as these tags complete it."""
        return describe(self.movie_ids, self.titles, self.years, self.genres, tags.of_movies(self.movie_ids))


def read_movies(snapshot: Snapshot) -> Movies:
    """Return all movies of a snapshot."""
    return Movies(*snapshot.read_arrow(MOVIES, ["movie_id", "title", "year", "genres"]).to_pydict().values())


def read_tags(snapshot: Snapshot) -> Tags:
    """Return every tag, and when it was given."""
    tags = snapshot.read_arrow(TAGS)
    tagged_at = tags["tagged_at"].to_numpy().astype("datetime64[s]").astype("int64")
    return Tags(
        tags["user_id"].to_numpy(), tags["movie_id"].to_numpy(), tags["tag"].to_numpy(zero_copy_only=False), tagged_at
    )


def _question(split: Split, movies: Movies, tags: Tags) -> Question:
    return Question(split, movies.described(split.known(tags)))


def _with_year(title: str, year: int | None) -> str:
    return f"{title} ({year})" if year else title
