"""How many users a second get their 100 best movies, beside Spark's recommendForAllUsers; at least 10 times as many.

Run `python -m tests.benchmarks.bench_spark_lists`. Both list from the same factors, which Spark learned of a million
generated ratings, on all cores. Spark leaves no seen movie out; ours does.
"""

from time import perf_counter

import numpy as np
from pyspark.ml.recommendation import ALS
from threadpoolctl import threadpool_limits

from infra.spark import create_session
from models.ratings import Ratings
from models.top_k import top_by_factors
from tests.benchmarks.figures import Figure
from tests.benchmarks.samples import sample

N_FACTORS, LENGTH, MEMORY_MB = 64, 100, 4_096


def by_id(rows):
    """Return ids, ascending, and their factors (n, N_FACTORS), of Spark's rows."""
    table = rows.orderBy("id").toArrow()
    return table["id"].to_numpy(), np.stack(table["features"].to_pylist()).astype(np.float32)


def seconds(work):
    start = perf_counter()
    work()
    return perf_counter() - start


def measure(size="1m"):
    """Return the one figure."""
    spark = create_session("bench", "local[*]", MEMORY_MB)
    schema = "userId int, movieId int, rating float, timestamp int"
    rows = spark.read.csv(str((sample(size) / "ratings.csv").absolute()), schema, header=True).cache()
    model = ALS(rank=N_FACTORS, maxIter=2, implicitPrefs=True, seed=0, userCol="userId", itemCol="movieId").fit(rows)
    of_spark = seconds(lambda: model.recommendForAllUsers(LENGTH).write.format("noop").mode("overwrite").save())
    user_ids, users = by_id(model.userFactors)
    movie_ids, movies = by_id(model.itemFactors)
    known = rows.toArrow()
    ratings = Ratings.of(*(known[name].to_numpy() for name in known.column_names))
    spark.stop()
    with threadpool_limits(1, "blas"):
        top_by_factors(users[:1], movies, ratings.matrix[:1], LENGTH, movie_ids)  # compiles
        ours = seconds(lambda: top_by_factors(users, movies, ratings.matrix, LENGTH, movie_ids))
    n = len(user_ids)
    return [Figure(f"top {LENGTH} of {size}", "users a second", n / ours, "recommendForAllUsers", n / of_spark, 10)]


def main():
    print(*measure(), sep="\n")


if __name__ == "__main__":
    main()
