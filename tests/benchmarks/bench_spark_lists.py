"""How many users a second get their 100 best movies, beside Spark's recommendForAllUsers; at least 10 times as many.

Run `python -m tests.benchmarks.bench_spark_lists`. Both list from the same factors, which Spark learned of a million
generated ratings: on all cores of this process, then on a cluster of two workers. Spark leaves no seen movie out; ours
does.
"""

import os
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter

import numpy as np
from pyspark.ml.recommendation import ALS
from threadpoolctl import threadpool_limits

from infra.spark import create_session
from models.ratings import Ratings
from models.top_k import top_by_factors
from tests.benchmarks.figures import Figure
from tests.benchmarks.samples import sample
from tests.benchmarks.world import running
from tests.stack import spark_cluster

N_FACTORS, LENGTH, MEMORY_MB = 64, 100, 4_096
USERS_PER_TASK = 1_024


def by_id(rows):
    """Return ids, ascending, and their factors (n, N_FACTORS), of Spark's rows."""
    table = rows.orderBy("id").toArrow()
    return table["id"].to_numpy(), np.stack(table["features"].to_pylist()).astype(np.float32)


def seconds(work):
    start = perf_counter()
    work()
    return perf_counter() - start


def list_here(users, movies, seen, movie_ids):
    with threadpool_limits(1, "blas"):
        top_by_factors(users, movies, seen, LENGTH, movie_ids)


def list_on_cluster(spark, *factors):
    """Make the lists of some users a task, with factors that every process has once."""
    shared = spark.sparkContext.broadcast(factors)

    def make(firsts):
        users, movies, seen, movie_ids = shared.value
        for first in firsts:
            block = slice(first, first + USERS_PER_TASK)
            list_here(users[block], movies, seen[block], movie_ids)

    firsts = range(0, len(factors[0]), USERS_PER_TASK)
    spark.sparkContext.parallelize(firsts, len(firsts)).foreachPartition(make)


def compare(master, size, where):
    """Return the figure of one master."""
    spark = create_session("bench", master, MEMORY_MB)
    schema = "userId int, movieId int, rating float, timestamp int"
    rows = spark.read.csv(str((sample(size) / "ratings.csv").absolute()), schema, header=True).cache()
    model = ALS(rank=N_FACTORS, maxIter=2, implicitPrefs=True, seed=0, userCol="userId", itemCol="movieId").fit(rows)
    of_spark = seconds(lambda: model.recommendForAllUsers(LENGTH).write.format("noop").mode("overwrite").save())
    user_ids, users = by_id(model.userFactors)
    movie_ids, movies = by_id(model.itemFactors)
    known = rows.toArrow()
    ratings = Ratings.of(*(known[name].to_numpy() for name in known.column_names))
    factors = users, movies, ratings.matrix, movie_ids

    def make_lists():
        list_here(*factors) if master.startswith("local") else list_on_cluster(spark, *factors)

    make_lists()  # compiles, and starts the Python processes of a cluster
    ours, n = seconds(make_lists), len(user_ids)
    spark.stop()
    name = f"top {LENGTH} of {size} {where}"
    return Figure(name, "users a second", n / ours, "recommendForAllUsers", n / of_spark, 10)


@contextmanager
def cluster():
    """Run a master and two workers, and yield the address of the master."""
    os.environ |= spark_cluster.ON_LOOPBACK
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:

        def start(server):
            [command] = server.programs.values()
            opened.enter_context(running(command, server.folder, server.environment, server.answers))
            return server

        master = start(spark_cluster.master(Path(folder) / "master"))
        for name in ("first", "second"):
            start(spark_cluster.worker(master, Path(folder) / name))
        yield master.address


def measure(size="1m"):
    """Return both figures."""
    here = compare("local[*]", size, "in one process")
    with cluster() as master:
        return [here, compare(master, size, "on a cluster")]


def main():
    print(*measure(), sep="\n")


if __name__ == "__main__":
    main()
