"""The expectations of every table: one suite per table of the lake."""

from collections.abc import Iterable

from features.actions import RATING
from features.archive_fields import EARLIEST, HIGHEST_RATING, LOWEST_RATING
from features.popularity import LIST_LENGTH
from infra.stores.user_layout import FIRST_PROFILE_USER_ID
from infra.tables import (
    EVERY_GENRE,
    GENRES,
    INTERACTIONS,
    MOVIE_FEATURES,
    MOVIES,
    POPULARITY,
    QUARANTINE,
    RATINGS,
    RAW_ACTIONS,
    RAW_LINKS,
    RAW_MOVIES,
    RAW_RATINGS,
    RAW_TAGS,
    TAGS,
    USER_FEATURES,
    Table,
    genre_column,
)
from pipelines.table_figures import (
    REPEATED_KEYS,
    SHARE_REFUSED,
    Expectation,
    Figure,
    Orphans,
    refused_share,
    repeated_keys,
)

MOST_REFUSED = 0.05
"""The greatest share of a file's rows that may be refused; beyond it, the file is not what we take it for."""
GREATEST_SPREAD = (HIGHEST_RATING - LOWEST_RATING) / 2
"""The spread of a user who gives the lowest and the highest rating equally often."""


def none_is(fault: str, condition: str) -> Expectation:
    """Expect that no row meets a condition, where `fault` says what such rows are."""
    return Expectation(fault, f"count_if({condition})", at_most=0)


def filled(*columns: str) -> list[Expectation]:
    """Expect a value in each of these columns of every row."""
    return [none_is(f"rows without {column}", f"`{column}` IS NULL") for column in columns]


def from_on(column: str, lowest: Figure) -> Expectation:
    """Expect the values of a column, where there are any, to be at least `lowest`."""
    return Expectation(f"lowest {column}", f"min(`{column}`)", at_least=lowest)


def within(column: str, lowest: Figure, highest: Figure) -> list[Expectation]:
    """Expect the values of a column, where there are any, between two limits."""
    return [from_on(column, lowest), Expectation(f"highest {column}", f"max(`{column}`)", at_most=highest)]


def not_before_1995(column: str) -> Expectation:
    """Expect no time before MovieLens began."""
    return Expectation(f"earliest {column}", f"to_date(min(`{column}`))", at_least=EARLIEST)


def identified(table: Table, least_rows: int = 1) -> list[Expectation]:
    """Expect rows, each with a key that no other has."""
    return [
        Expectation("rows", "count(*)", at_least=least_rows),
        *filled(*table.key),
        Expectation(REPEATED_KEYS, repeated_keys(table), at_most=0),
    ]


def owned(column: str, owners: Table) -> Expectation:
    """Expect that every value of `column` is in a row of `owners`."""
    return Expectation(f"rows whose {column} is not in {owners.name}", Orphans(column, owners), at_most=0)


def mostly_usable(table: Table) -> Expectation:
    """Expect that few rows of the archive's file were refused."""
    return Expectation(SHARE_REFUSED, refused_share(table), at_most=MOST_REFUSED)


def every(columns: Iterable[str], which: str) -> str:
    """Return the SQL for the `least` or `greatest` value of several columns."""
    aggregate = {"least": "min", "greatest": "max"}[which]
    return f"{which}({', '.join(f'{aggregate}(`{column}`)' for column in columns)})"


SHARES = [f"{genre_column(genre)}_share" for genre in GENRES]
IS_GENRE = [f"is_{genre_column(genre)}" for genre in GENRES]

SUITES: dict[Table, list[Expectation]] = {
    RAW_RATINGS: [
        *identified(RAW_RATINGS),
        *filled("rating", "source", "line"),
        *within("rating", LOWEST_RATING, HIGHEST_RATING),
        none_is("ratings off the half-star grid", "rating * 2 != floor(rating * 2)"),
        not_before_1995("rated_at"),
        owned("movie_id", RAW_MOVIES),
        mostly_usable(RAW_RATINGS),
    ],
    RAW_MOVIES: [
        *identified(RAW_MOVIES),
        *filled("title", "genres", "source", "line"),
        from_on("movie_id", 1),
        mostly_usable(RAW_MOVIES),
    ],
    RAW_LINKS: [
        *identified(RAW_LINKS, least_rows=0),
        owned("movie_id", RAW_MOVIES),
        mostly_usable(RAW_LINKS),
    ],
    RAW_TAGS: [
        *identified(RAW_TAGS, least_rows=0),
        not_before_1995("tagged_at"),
        owned("movie_id", RAW_MOVIES),
        mostly_usable(RAW_TAGS),
    ],
    RAW_ACTIONS: [
        *identified(RAW_ACTIONS, least_rows=0),
        *filled("happened_at", "source", "line"),
        from_on("user_id", FIRST_PROFILE_USER_ID),
        none_is("actions of an unknown kind", "kind NOT IN ('rating', 'watch', 'bookmark', 'hide')"),
        none_is("ratings without a rating, or others with one", f"(kind = '{RATING}') = (rating IS NULL)"),
        *within("rating", LOWEST_RATING, HIGHEST_RATING),
        owned("movie_id", RAW_MOVIES),
    ],
    QUARANTINE: [*identified(QUARANTINE, least_rows=0), *filled("reason", "row")],
    INTERACTIONS: [
        *identified(INTERACTIONS),
        *filled("happened_at"),
        none_is("interactions of an unknown kind", "kind NOT IN ('rating', 'watch', 'bookmark', 'like')"),
        none_is("ratings without a rating, or others with one", f"(kind = '{RATING}') = (rating IS NULL)"),
        *within("rating", LOWEST_RATING, HIGHEST_RATING),
        owned("movie_id", MOVIES),
    ],
    RATINGS: [
        *identified(RATINGS),
        *filled("rating", "rated_at"),
        *within("rating", LOWEST_RATING, HIGHEST_RATING),
        owned("movie_id", MOVIES),
        owned("user_id", USER_FEATURES),
    ],
    TAGS: [
        *identified(TAGS, least_rows=0),
        *filled("tagged_at"),
        not_before_1995("tagged_at"),
        owned("movie_id", MOVIES),
    ],
    MOVIES: [*identified(MOVIES), *filled("title", "genres", "tags"), owned("movie_id", MOVIE_FEATURES)],
    MOVIE_FEATURES: [
        *identified(MOVIE_FEATURES),
        *filled("n_ratings", "shrunk_rating", *IS_GENRE),
        none_is("movies with more ratings in 7 days than in 30", "n_ratings_7_days > n_ratings_30_days"),
        none_is("movies with more ratings in 30 days than in 365", "n_ratings_30_days > n_ratings_365_days"),
        none_is("movies with more ratings in 365 days than in all", "n_ratings_365_days > n_ratings"),
        from_on("n_ratings_7_days", 0),
        *within("mean_rating", LOWEST_RATING, HIGHEST_RATING),
        *within("shrunk_rating", LOWEST_RATING, HIGHEST_RATING),
        from_on("days_since_first_rating", 0),
        none_is("movies with more taggers than tags", "n_taggers > n_tags"),
        owned("movie_id", MOVIES),
    ],
    USER_FEATURES: [
        *identified(USER_FEATURES),
        *filled("mean_rating", "rating_spread", "popularity_lean", *SHARES),
        from_on("n_ratings", 1),
        *within("mean_rating", LOWEST_RATING, HIGHEST_RATING),
        *within("rating_spread", 0, GREATEST_SPREAD),
        from_on("days_since_last_rating", 0),
        *within("popularity_lean", 0, 1),
        Expectation("lowest genre share", every(SHARES, "least"), at_least=0),
        Expectation("highest genre share", every(SHARES, "greatest"), at_most=1),
        owned("user_id", RATINGS),
    ],
    POPULARITY: [
        *identified(POPULARITY),
        Expectation("movies in the list of all", f"count_if(scope = '{EVERY_GENRE}')", at_least=1),
        *within("score", LOWEST_RATING, HIGHEST_RATING),
        *within("rank", 1, LIST_LENGTH),
        owned("movie_id", MOVIES),
    ],
}
