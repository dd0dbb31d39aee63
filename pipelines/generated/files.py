"""The files of a generated dataset, in MovieLens' own form."""

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from infra.tables import GENRES
from pipelines.generated.movies import Movies
from pipelines.generated.opinions import Opinions

NO_GENRES = "(no genres listed)"
NO_TMDB_SHARE = 0.001
STARS = pa.array([str(half_stars / 2) for half_stars in range(11)])
RATINGS_SCHEMA = pa.schema(
    {"userId": pa.int64(), "movieId": pa.int64(), "rating": pa.string(), "timestamp": pa.int64()}
)
UNQUOTED = arrow_csv.WriteOptions(quoting_style="none", quoting_header="none")


def write_movies(path: Path, movies: Movies, titles: list[str]) -> None:
    """Write one line per movie, its genres in alphabetical order."""
    genres = ("|".join(np.array(GENRES)[has_genre]) or NO_GENRES for has_genre in movies.has_genre)
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(("movieId", "title", "genres"))
        lines.writerows(zip(movies.ids.tolist(), titles, genres, strict=True))


def write_links(path: Path, movies: Movies, rng: np.random.Generator) -> None:
    """Write one line per movie; no foreign id is used twice, and a few movies have none at TMDB."""
    n = len(movies.ids)
    imdb_ids = rng.choice(9_000_000, n, replace=False) + 1
    tmdb_ids = rng.choice(9_000_000, n, replace=False) + 1
    is_at_tmdb = rng.random(n) >= NO_TMDB_SHARE
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("movieId,imdbId,tmdbId\n")
        for movie_id, imdb_id, tmdb_id, known in zip(movies.ids, imdb_ids, tmdb_ids, is_at_tmdb, strict=True):
            file.write(f"{movie_id},{imdb_id:07d},{tmdb_id if known else ''}\n")


def write_opinions(
    ratings_path: Path, tags_path: Path, blocks: Iterable[tuple[Opinions, Opinions]], movies: Movies
) -> None:
    """Write ratings and tags as they come, a block of each at a time; user ids are positions counted from 1."""
    with (
        arrow_csv.CSVWriter(ratings_path, RATINGS_SCHEMA, write_options=UNQUOTED) as rating_lines,
        tags_path.open("w", encoding="utf-8", newline="") as tags_file,
    ):
        tag_lines = csv.writer(tags_file, lineterminator="\n")
        tag_lines.writerow(("userId", "movieId", "tag", "timestamp"))
        for ratings, tags in blocks:
            stars = STARS.take(pa.array((ratings.value * 2).astype(np.int8)))
            columns = [ratings.person + 1, movies.ids[ratings.movie], stars, ratings.given_at]
            rating_lines.write_table(pa.table(columns, schema=RATINGS_SCHEMA))
            columns = [tags.person + 1, movies.ids[tags.movie], tags.value, tags.given_at]
            tag_lines.writerows(zip(*(column.tolist() for column in columns), strict=True))
