import re
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from infra.errors import SampleImpossible
from infra.stores.archives import ArchiveStore
from infra.tables import GENRES
from models.als import Als
from models.metrics import find_hits, ndcg
from models.popularity import Popularity
from models.ratings import Ratings
from models.splits import split_by_user
from pipelines import sample
from pipelines.sample import write_sample
from tests.catalogues import silent

FILES = ["README.txt", "links.csv", "movies.csv", "ratings.csv", "tags.csv"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_sample(tmp_path_factory.mktemp("sample"), n_users=600, n_movies=9_000, n_ratings=100_000, seed=42)


@pytest.fixture(scope="module")
def ratings(folder):
    return pd.read_csv(folder / "ratings.csv")


@pytest.fixture(scope="module")
def movies(folder):
    return pd.read_csv(folder / "movies.csv")


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_files_look_as_movielens_writes_them(folder):
    assert sorted(contents(folder)) == FILES
    patterns = {
        "ratings.csv": r"userId,movieId,rating,timestamp\n(\d+,\d+,[0-5]\.[05],\d{9,10}\n)+",
        "movies.csv": r'movieId,title,genres\n(\d+,("([^"\n]|"")+"|[^",\n]+),[^,\n]+\n)+',
        "tags.csv": r'userId,movieId,tag,timestamp\n(\d+,\d+,("([^"\n]|"")+"|[^",\n]+),\d{9,10}\n)+',
        "links.csv": r"movieId,imdbId,tmdbId\n(\d+,\d{7},\d*\n)+",
    }
    for name, pattern in patterns.items():
        assert re.fullmatch(pattern, (folder / name).read_text()), name
    assert "generated" in (folder / "README.txt").read_text()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path):
    first, again, other = (
        contents(write_sample(tmp_path / name, 50, 300, 2_000, seed)) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )

    assert first == again
    assert all(first[name] != other[name] for name in FILES)


def test_writing_again_replaces_the_files_and_touches_no_other(tmp_path):
    (tmp_path / "mine.txt").write_text("kept")
    write_sample(tmp_path, 50, 300, 2_000, seed=1)

    write_sample(tmp_path, 10, 40, 200, seed=1)

    assert len(pd.read_csv(tmp_path / "ratings.csv")) == 200
    assert sorted(contents(tmp_path)) == sorted([*FILES, "mine.txt"])


def test_a_zip_is_an_archive_with_the_same_files(tmp_path):
    folder = write_sample(tmp_path / "folder", 50, 300, 2_000, seed=1)
    archive = write_sample(tmp_path / "sample.zip", 50, 300, 2_000, seed=1)
    written = archive.read_bytes()
    store = ArchiveStore(tmp_path, download_url="http://127.0.0.1:1")

    unpacked = store.extract(store.fetch(str(archive)), tmp_path / "unpacked")

    assert contents(unpacked).items() <= contents(folder).items()
    assert write_sample(archive, 50, 300, 2_000, seed=1).read_bytes() == written


def test_there_are_exactly_as_many_as_asked_for(ratings, movies):
    assert (len(ratings), ratings.userId.nunique(), len(movies)) == (100_000, 600, 9_000)
    assert sorted(ratings.userId.unique()) == list(range(1, 601))


def test_nobody_rates_a_movie_twice_nor_one_that_does_not_exist(ratings, movies):
    assert not ratings.duplicated(["userId", "movieId"]).any()
    assert ratings.movieId.isin(movies.movieId).all()
    assert movies.movieId.is_unique
    assert movies.movieId.iloc[0] == 1


def test_ratings_lie_between_1996_and_2025_and_not_before_the_movie(ratings, movies):
    rated_in = pd.to_datetime(ratings.timestamp, unit="s").dt.year
    year = ratings.movieId.map(movies.set_index("movieId").title.str.extract(r"\((\d{4})\)$")[0].astype(float))

    assert ratings.timestamp.max() <= datetime(2025, 12, 31, tzinfo=UTC).timestamp()
    assert (rated_in.min(), rated_in.nunique()) == (1996, 30)
    assert not (rated_in < year).any()


def test_stars_are_spread_as_in_movielens(ratings):
    share = ratings.rating.value_counts(normalize=True)

    assert sorted(share.index) == [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5]
    assert 3.35 < ratings.rating.mean() < 3.65
    assert all(share[whole] > share[whole - 0.5] for whole in (1, 2, 3, 4, 5))


def test_activity_is_as_uneven_as_in_movielens(ratings):
    n_ratings = ratings.groupby("userId").size()

    assert n_ratings.min() >= 20
    assert 55 <= n_ratings.median() <= 85  # ml-latest-small: 70
    assert 1_500 <= n_ratings.max() <= 3_200  # 2,698


def test_popularity_is_as_uneven_as_in_movielens(ratings):
    n_ratings = ratings.groupby("movieId").size().sort_values(ascending=False)

    assert 0.35 * 600 < n_ratings.iloc[0] < 0.6 * 600  # ml-latest-small: 0.54
    assert 80 <= n_ratings.iloc[99] <= 140  # 112
    assert 18 <= n_ratings.iloc[999] <= 35  # 26
    assert n_ratings.median() <= 5  # 3


def test_a_few_movies_are_never_rated(ratings, movies):
    assert 0.005 <= 1 - ratings.movieId.nunique() / len(movies) <= 0.06


def test_movies_have_up_to_four_known_genres_or_none(movies):
    genres = movies.genres[movies.genres != "(no genres listed)"].str.split("|")

    assert set(genres.explode()) == set(GENRES)
    assert set(genres.str.len()) == {1, 2, 3, 4}
    assert 0 < (movies.genres == "(no genres listed)").mean() < 0.03
    assert all(listed == sorted(listed) for listed in genres)


def test_some_titles_need_quoting_and_some_have_no_year(movies):
    assert movies.title.str.contains(",").any()
    assert movies.title.str.contains('"').any()
    assert 0 < (~movies.title.str.contains(r" \(\d{4}\)$")).mean() < 0.01
    assert not all(map(str.isascii, movies.title))


def test_tags_follow_the_rating_they_go_with(folder, ratings):
    tags = pd.read_csv(folder / "tags.csv").merge(ratings, on=["userId", "movieId"], suffixes=("", "_of_rating"))

    assert len(tags) == len(pd.read_csv(folder / "tags.csv")) > 1_000
    assert (tags.timestamp >= tags.timestamp_of_rating).all()
    assert 20 < tags.userId.nunique() < 120


def test_links_cover_every_movie_and_a_few_lack_tmdb(folder, movies):
    links = pd.read_csv(folder / "links.csv")

    assert links.movieId.equals(movies.movieId)
    assert links.imdbId.is_unique
    assert 0 < links.tmdbId.isna().sum() < 50


@pytest.mark.parametrize("n_ratings_per_block", [200, 250_000])
def test_blocks_make_no_seam(tmp_path, monkeypatch, n_ratings_per_block):
    monkeypatch.setattr(sample, "RATINGS_PER_BLOCK", n_ratings_per_block)
    ratings = pd.read_csv(write_sample(tmp_path, 100, 500, 5_000, seed=3) / "ratings.csv")

    assert len(ratings) == 5_000
    assert ratings.userId.nunique() == 100
    assert ratings[["userId", "movieId"]].equals(ratings[["userId", "movieId"]].sort_values(["userId", "movieId"]))
    assert ratings.movieId.nunique() > 400


def average_ndcg(model, split):
    user_ids = split.test.users.ids[np.unique(split.test.user_index)]
    n_relevant = np.bincount(split.test.user_index)[np.unique(split.test.user_index)]
    lists = model.fit(split.train, silent(split.train)).recommend(user_ids, 10, split.train)
    return ndcg(find_hits(user_ids, lists.movie_ids, split.test), n_relevant).mean()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_personal_model_beats_popularity_clearly_but_not_absurdly(tmp_path, seed):
    folder = write_sample(tmp_path, n_users=300, n_movies=1_500, n_ratings=30_000, seed=seed)
    ratings, movies = pd.read_csv(folder / "ratings.csv"), pd.read_csv(folder / "movies.csv")
    split = split_by_user(
        Ratings.of(ratings.userId, ratings.movieId, ratings.rating, ratings.timestamp, catalogue=movies.movieId)
    )

    popularity = average_ndcg(Popularity(half_life_days=100_000), split)  # decay would only make it weaker here

    assert 1.25 * popularity < average_ndcg(Als(), split) < 3 * popularity


@pytest.mark.parametrize(
    ("n_users", "n_movies", "n_ratings"), [(1, 1, 1), (7, 30, 210), (5, 400, 5 * 398), (40, 3, 40), (30, 2_000, 31)]
)
def test_extreme_sizes_that_are_possible_come_out_exactly(tmp_path, n_users, n_movies, n_ratings):
    ratings = pd.read_csv(write_sample(tmp_path, n_users, n_movies, n_ratings, seed=5) / "ratings.csv")

    assert len(ratings) == len(ratings.drop_duplicates(["userId", "movieId"])) == n_ratings
    assert ratings.userId.nunique() == n_users


@pytest.mark.parametrize(
    ("n_users", "n_movies", "n_ratings"), [(10, 20, 201), (5, 400, 5 * 398 + 1), (10, 20, 9), (0, 20, 0), (10, 0, 10)]
)
def test_sizes_that_contradict_each_other_are_refused_in_words(tmp_path, n_users, n_movies, n_ratings):
    with pytest.raises(SampleImpossible, match=rf"not {n_ratings}: change MARQUEE_DATA__SAMPLE_USERS"):
        write_sample(tmp_path / "never", n_users, n_movies, n_ratings, seed=1)

    assert not (tmp_path / "never").exists()
