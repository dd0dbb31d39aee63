"""Where a model learns: in this process, or, `ials` for more ratings than its memory holds, on the Spark cluster."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from infra.parallelism import free_memory
from infra.settings import LakeSettings, SparkSettings
from infra.spark import create_session, is_cluster
from infra.stores.lake import Lake
from infra.stores.lake_files import Scratch
from models.catalogue import Catalogue
from models.ials import Ials
from models.ratings import Ratings
from models.recommender import Model
from pipelines.training.ials_on_cluster import fit_on_cluster

BYTES_PER_RATING = 70
"""What `Ials.fit` takes at the peak beside the ratings and its factors: 70 for 4 million ratings, 56 for 16."""

ROWS_AT_ONCE = 2**20
COLUMNS = pa.schema({"user_id": pa.int64(), "movie_id": pa.int64(), "rating": pa.float32()})

Fit = Callable[[Model, Ratings, Catalogue], None]
"""Lets a model learn from ratings and a catalogue."""


def fit_here(model: Model, ratings: Ratings, catalogue: Catalogue) -> None:
    """Let a model learn in this process."""
    model.fit(ratings, catalogue)


def where_configured(spark: SparkSettings, lake: LakeSettings) -> Fit:
    """Return what lets models learn: this process, and a cluster if the master's address is that of one."""
    return partial(fit_where_it_fits, spark, Lake(lake.root)) if is_cluster(spark.master) else fit_here


def fit_where_it_fits(spark: SparkSettings, lake: Lake, model: Model, ratings: Ratings, catalogue: Catalogue) -> None:
    """Let a model learn in this process, or on Spark if it is `ials` and would take more memory than is free here.

    The ratings are in a folder of the lake, which all machines see, while Spark learns.
    """
    free = free_memory()
    if not isinstance(model, Ials) or (needed := memory_to_fit(model, ratings)) <= free:
        fit_here(model, ratings, catalogue)
        return
    told = f"ials takes {needed / 2**30:.1f} GB to learn, and {free / 2**30:.1f} GB are free"
    print(f"{told}: it learns on {spark.master}", flush=True)
    session = create_session("train_models", spark.master, spark.driver_memory_mb)
    with lake.scratch() as scratch:
        table = session.read.parquet(_stored(ratings, scratch))
        fit_on_cluster(model, table, ratings.movies, f"{scratch.location}/checkpoints")


def memory_to_fit(model: Ials, ratings: Ratings) -> int:
    """Return about how many bytes `fit` takes at the peak, beside the ratings."""
    n_factors = model.n_factors * (len(ratings.users) + len(ratings.movies))
    return BYTES_PER_RATING * len(ratings) + np.dtype(np.float32).itemsize * n_factors


def _stored(ratings: Ratings, scratch: Scratch) -> str:
    """Write ratings into a folder, a part of them at a time, and return where Spark finds them."""
    with pq.ParquetWriter(f"{scratch.path}/ratings.parquet", COLUMNS, filesystem=scratch.system) as file:
        for first in range(0, len(ratings), ROWS_AT_ONCE):
            part = slice(first, first + ROWS_AT_ONCE)
            user_ids = ratings.users.ids[ratings.user_index[part]]
            movie_ids = ratings.movies.ids[ratings.movie_index[part]]
            file.write_table(pa.table([user_ids, movie_ids, ratings.rating[part]], schema=COLUMNS))
    return f"{scratch.location}/ratings.parquet"
