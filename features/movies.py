"""What a movie is (`movies`) and how it is received (`movie_features`)."""

from datetime import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.window import Window

from features.ratings import days_before
from features.titles import readable_title, release_year
from infra.tables import GENRES, TAGS_PER_MOVIE, genre_column

WINDOWS = {f"n_ratings_{n_days}_days": n_days for n_days in (7, 30, 365)}
"""The windows ratings are counted in: column name and length in days."""

SHRINKAGE = 25
"""How many ratings at the global mean a movie is given before its first.

Guessing the mean of one movie best takes 3 or 4 (on MovieLens, ratings of one movie have a variance of 0.85 and the
means of movies one of 0.25; the best number is their ratio). A list shows the extremes of thousands of guesses, and
with 4 a handful of fans can lead it; from 25 on its head hardly changes.
"""

NO_GENRES = "(no genres listed)"


def catalogue(raw_movies: DataFrame, raw_links: DataFrame, tags: DataFrame) -> DataFrame:
    """Return one row per movie_id, with a readable title, year, genres, links and most used tags.

    `year`, `imdb_id` (such as tt0114709) and `tmdb_id` are null where unknown; `genres`, in the order published, and
    `tags` are empty where there are none.
    """
    links = raw_links.select("movie_id", F.concat(F.lit("tt"), "imdb_id").alias("imdb_id"), "tmdb_id")
    return (
        raw_movies.join(links, "movie_id", "left")
        .join(top_tags(tags), "movie_id", "left")
        .select(
            "movie_id",
            readable_title(F.col("title")).alias("title"),
            release_year(F.col("title")).alias("year"),
            genre_names(F.col("genres")).alias("genres"),
            "imdb_id",
            "tmdb_id",
            F.coalesce("tags", F.array().cast("array<string>")).alias("tags"),
        )
    )


def genre_names(published: Column) -> Column:
    """Return `Comedy|Romance` as an array, empty for "(no genres listed)"; ml-1m's Children's is named as elsewhere."""
    names = F.split(F.regexp_replace(published, "Children's", "Children"), r"\|")
    return F.array_remove(F.array_remove(names, NO_GENRES), "")


def top_tags(tags: DataFrame) -> DataFrame:
    """Return one row per tagged movie_id: `tags`, most used first, ties by name."""
    used = tags.groupBy("movie_id", "tag").agg((-F.count("*")).alias("rarity"))
    most_used_first = F.sort_array(F.collect_list(F.struct("rarity", "tag")))
    return used.groupBy("movie_id").agg(F.slice(most_used_first, 1, TAGS_PER_MOVIE)["tag"].alias("tags"))


def movie_features(movies: DataFrame, ratings: DataFrame, tags: DataFrame, horizon: datetime) -> DataFrame:
    """Return one row per movie_id of `movies`: how much, how well and since when it is rated, its age and genres.

    Windows, days and `age_years` (the horizon's year less the release year, null without one) count back from the
    horizon. A movie nobody rated counts 0, has neither mean_rating nor days_since_first_rating, and the global mean
    as its shrunk_rating.
    """
    n_tags = tags.groupBy("movie_id").agg(F.count("*").alias("n_tags"), F.count_distinct("user_id").alias("n_taggers"))
    return (
        movies.join(reception(ratings, horizon), "movie_id", "left")
        .join(n_tags, "movie_id", "left")
        .fillna(0, [*WINDOWS, "n_ratings", "sum_of_ratings", "n_tags", "n_taggers"])
        .withColumn("shrunk_rating", shrunk_rating())
        .withColumn("age_years", horizon.year - F.col("year"))
        .withColumns({f"is_{genre_column(genre)}": F.array_contains("genres", genre) for genre in GENRES})
    )


def reception(ratings: DataFrame, horizon: datetime) -> DataFrame:
    """Return one row per rated movie_id: ratings counted (all, and per window) and summed up, and since when."""
    days = days_before(horizon)
    return ratings.groupBy("movie_id").agg(
        *(F.count_if(days < n_days).alias(name) for name, n_days in WINDOWS.items()),
        F.count("*").alias("n_ratings"),
        F.sum("rating").alias("sum_of_ratings"),
        F.mean("rating").alias("mean_rating"),
        F.max(days).alias("days_since_first_rating"),
    )


def shrunk_rating() -> Column:
    """Return the mean rating drawn towards the global mean m, the more the fewer ratings: (sum + C m) / (n + C).

    C is SHRINKAGE. Known as the Bayesian mean, or IMDb's "weighted rating". A movie nobody rated has m itself; a single
    five-star vote moves it by a 26th of the way.
    """
    everything = Window.partitionBy()
    global_mean = F.sum("sum_of_ratings").over(everything) / F.sum("n_ratings").over(everything)
    return (F.col("sum_of_ratings") + SHRINKAGE * global_mean) / (F.col("n_ratings") + SHRINKAGE)
