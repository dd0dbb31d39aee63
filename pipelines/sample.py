"""The dataset `sample`: generated, of MovieLens' form and habits, for when the real one cannot be had.

What people like shows in what they rated, so that a personal model can beat popularity on it.
"""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from infra.errors import SampleImpossible
from infra.stores.space import require_space
from pipelines.generated.choices import choose_movies, discover_movies
from pipelines.generated.files import write_links, write_movies, write_opinions
from pipelines.generated.movies import Movies, generate_movies, n_announced
from pipelines.generated.opinions import Opinions, rate, tag
from pipelines.generated.people import generate_people, share_out_ratings
from pipelines.generated.titles import generate_titles

RATINGS_PER_BLOCK = 100_000
"""Keeps memory flat; another number gives other data for the same seed, as each block has its own chance."""
RATINGS_PER_DISCOVERY = 10  # so many at least, for each movie that is made sure to be rated
BYTES_PER_RATING = 30
README = """\
This dataset is generated. It has the form of MovieLens (https://grouplens.org/datasets/movielens) and nothing of its
content: {} ratings that nobody gave, by {} users and of {} movies that do not exist.

The seed is {}; the same sizes and seed give the same bytes.
"""


def write_sample(folder_or_zip: Path, n_users: int, n_movies: int, n_ratings: int, seed: int) -> Path:
    """Write ratings.csv, movies.csv, tags.csv, links.csv and README.txt, and return the path given.

    A path that ends in `.zip` becomes an archive, any other a folder. Each file appears whole; writing again replaces
    it by the same bytes. Ratings lie between 1996 and 2025. Memory grows with users and movies, hardly with ratings.
    Raises SampleImpossible when the sizes contradict each other.
    """
    _require_possible(n_users, n_movies, n_ratings)
    is_zip = folder_or_zip.suffix == ".zip"
    home = folder_or_zip.parent if is_zip else folder_or_zip
    home.mkdir(parents=True, exist_ok=True)
    require_space(home, n_ratings * BYTES_PER_RATING, "generating a sample")
    with tempfile.TemporaryDirectory(dir=home, prefix=".generating-") as draft:
        folder = Path(draft)
        (folder / "README.txt").write_text(README.format(n_ratings, n_users, n_movies, seed))
        _write_files(folder, n_users, n_movies, n_ratings, seed)
        written = [_zip(folder, folder_or_zip.name)] if is_zip else sorted(folder.iterdir())
        for path in written:
            path.replace(home / path.name)
    return folder_or_zip


def _require_possible(n_users: int, n_movies: int, n_ratings: int) -> None:
    most = n_users * (n_movies - n_announced(n_movies))
    if min(n_users, n_movies) < 1 or not n_users <= n_ratings <= most:
        raise SampleImpossible(
            f"{n_users} users and {n_movies} movies allow {n_users} to {most} ratings (one at least by each user, none "
            f"twice), not {n_ratings}: change MARQUEE_DATA__SAMPLE_USERS, ..._MOVIES or ..._RATINGS"
        )


def _write_files(folder: Path, n_users: int, n_movies: int, n_ratings: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    movies = generate_movies(n_movies, rng)
    write_movies(folder / "movies.csv", movies, generate_titles(movies.year, rng))
    write_links(folder / "links.csv", movies, rng)
    given = share_out_ratings(n_users, n_ratings, movies.n_rateable, rng)
    discoveries = rng.permutation(movies.n_rateable)[: n_ratings // RATINGS_PER_DISCOVERY]
    blocks = _opinions(given, discoveries, movies, rng)
    write_opinions(folder / "ratings.csv", folder / "tags.csv", blocks, movies)


def _opinions(
    n_ratings: NDArray[np.int64], discoveries: NDArray[np.int64], movies: Movies, rng: np.random.Generator
) -> Iterator[tuple[Opinions, Opinions]]:
    """Yield the ratings and the tags of one block of users after the other, the blocks of about the same size."""
    total = int(n_ratings.sum())
    block_of_user = (np.cumsum(n_ratings) - 1) * ceil(total / RATINGS_PER_BLOCK) // total
    bounds = np.flatnonzero(np.diff(block_of_user, prepend=-1, append=-1)).tolist()
    n_blocks = len(bounds) - 1
    found_in = np.array_split(discoveries, n_blocks)
    with tqdm(total=total, unit=" ratings", unit_scale=True, desc="generating") as progress:
        for (first, end), found, chance in zip(pairwise(bounds), found_in, rng.spawn(n_blocks), strict=True):
            people = generate_people(n_ratings[first:end], movies, chance)
            choices = discover_movies(choose_movies(people, movies, chance), found, people, chance)
            ratings = rate(choices, people, movies, chance)
            tags = tag(ratings, movies, chance)
            yield replace(ratings, person=ratings.person + first), replace(tags, person=tags.person + first)
            progress.update(len(ratings.person))


def _zip(folder: Path, name: str) -> Path:
    """Pack the files into `<folder>/<name>` and return its path; without their dates, so the bytes stay the same."""
    files = sorted(folder.iterdir())
    packed = folder / name
    with zipfile.ZipFile(packed, "w") as archive:
        for path in files:
            member = zipfile.ZipInfo(f"{packed.stem}/{path.name}")
            member.compress_type = zipfile.ZIP_DEFLATED
            with path.open("rb") as source, archive.open(member, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target)
    return packed
