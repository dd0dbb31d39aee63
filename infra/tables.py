"""The lake's tables: what each is called, what its columns are, what makes a row unique."""

from dataclasses import dataclass, field

GENRES = (
    "Action",
    "Adventure",
    "Animation",
    "Children",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "IMAX",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
)
"""MovieLens' genres, in its own spelling; any other stays in `movies.genres` but gets no feature column."""


TAGS_PER_MOVIE = 20
"""How many tags describe a movie: enough to tell it from its neighbours, few enough to show."""


def genre_column(genre: str) -> str:
    """Return a genre as part of a column name: `Sci-Fi` becomes `sci_fi`."""
    return genre.lower().replace("-", "_")


@dataclass(frozen=True)
class Table:
    """A Parquet table, written one snapshot at a time; `columns` maps each name to its Spark SQL type."""

    name: str
    columns: dict[str, str] = field(hash=False)
    key: tuple[str, ...]

    @property
    def schema(self) -> str:
        """The columns as a Spark SQL schema string."""
        return ", ".join(f"`{name}` {kind}" for name, kind in self.columns.items())


@dataclass(frozen=True)
class Layer:
    """Tables that one pipeline writes together and one manifest makes visible together."""

    name: str
    tables: tuple[Table, ...]


_LANDED = {"source": "string", "line": "bigint"}

RAW_RATINGS = Table(
    "raw_ratings",
    {"user_id": "bigint", "movie_id": "bigint", "rating": "float", "rated_at": "timestamp", **_LANDED},
    key=("user_id", "movie_id", "rated_at"),
)
RAW_MOVIES = Table(
    "raw_movies", {"movie_id": "bigint", "title": "string", "genres": "string", **_LANDED}, key=("movie_id",)
)
RAW_LINKS = Table(
    "raw_links", {"movie_id": "bigint", "imdb_id": "string", "tmdb_id": "bigint", **_LANDED}, key=("movie_id",)
)
RAW_TAGS = Table(
    "raw_tags",
    {"user_id": "bigint", "movie_id": "bigint", "tag": "string", "tagged_at": "timestamp", **_LANDED},
    key=("user_id", "movie_id", "tag", "tagged_at"),
)
RAW_ACTIONS = Table(
    "raw_actions",
    {
        "user_id": "bigint",
        "movie_id": "bigint",
        "kind": "string",
        "rating": "float",
        "happened_at": "timestamp",
        **_LANDED,
    },
    key=("user_id", "movie_id", "kind"),
)
"""What profiles did and did not undo, as MongoDB held it when the snapshot was landed."""

QUARANTINE = Table(
    "quarantine",
    {"table": "string", "source": "string", "line": "bigint", "reason": "string", "row": "string"},
    key=("table", "source", "line"),
)

INTERACTIONS = Table(
    "interactions",
    {"user_id": "bigint", "movie_id": "bigint", "kind": "string", "rating": "float", "happened_at": "timestamp"},
    key=("user_id", "movie_id", "kind"),
)
RATINGS = Table(
    "ratings",
    {"user_id": "bigint", "movie_id": "bigint", "rating": "float", "rated_at": "timestamp"},
    key=("user_id", "movie_id"),
)
TAGS = Table(
    "tags",
    {"user_id": "bigint", "movie_id": "bigint", "tag": "string", "tagged_at": "timestamp"},
    key=("user_id", "movie_id", "tag"),
)
MOVIES = Table(
    "movies",
    {
        "movie_id": "bigint",
        "title": "string",
        "year": "int",
        "genres": "array<string>",
        "imdb_id": "string",
        "tmdb_id": "bigint",
        "tags": "array<string>",
    },
    key=("movie_id",),
)
MOVIE_FEATURES = Table(
    "movie_features",
    {
        "movie_id": "bigint",
        "n_ratings_7_days": "bigint",
        "n_ratings_30_days": "bigint",
        "n_ratings_365_days": "bigint",
        "n_ratings": "bigint",
        "mean_rating": "double",
        "shrunk_rating": "double",
        "days_since_first_rating": "int",
        "age_years": "int",
        "n_tags": "bigint",
        "n_taggers": "bigint",
        **{f"is_{genre_column(genre)}": "boolean" for genre in GENRES},
    },
    key=("movie_id",),
)
USER_FEATURES = Table(
    "user_features",
    {
        "user_id": "bigint",
        "n_ratings": "bigint",
        "mean_rating": "double",
        "rating_spread": "double",
        "days_since_last_rating": "int",
        "popularity_lean": "double",
        **{f"{genre_column(genre)}_share": "double" for genre in GENRES},
    },
    key=("user_id",),
)
USER_IN_PAIR = ("n_ratings", "mean_rating", "rating_spread", "days_since_last_rating", "popularity_lean")
"""What a pair of user and movie has of `user_features`, its columns there named `user_...`."""

MOVIE_IN_PAIR = (
    "n_ratings_7_days",
    "n_ratings_30_days",
    "n_ratings_365_days",
    "n_ratings",
    "mean_rating",
    "shrunk_rating",
    "days_since_first_rating",
    "age_years",
)
"""What a pair of user and movie has of `movie_features`, its columns there named `movie_...`."""

PAIR_FEATURES = (
    *(f"user_{name}" for name in USER_IN_PAIR),
    *(f"movie_{name}" for name in MOVIE_IN_PAIR),
    "genre_affinity",
    "content_affinity",
    "popularity_gap",
    "rating_gap",
    "age_gap",
    "days_known_at_last_rating",
    "age_at_last_rating",
)
"""What the second stage knows of a user and a movie; `features/pairs.py` and `models/pair_features.py` define it."""

POPULARITY = Table(
    "popularity",
    {"scope": "string", "movie_id": "bigint", "score": "double", "rank": "int"},
    key=("scope", "movie_id"),
)
EVERY_GENRE = "all"
"""The scope of the popularity list that is not limited to one genre."""

RAW = Layer("raw", (RAW_RATINGS, RAW_MOVIES, RAW_LINKS, RAW_TAGS, RAW_ACTIONS, QUARANTINE))
FEATURES = Layer("features", (INTERACTIONS, RATINGS, TAGS, MOVIES, MOVIE_FEATURES, USER_FEATURES, POPULARITY))
