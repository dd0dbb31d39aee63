"""`ials` for more ratings than one machine's memory holds: trained by Spark MLlib's implicit ALS, listed by ours."""

import numpy as np
from numpy.typing import NDArray
from pyspark.ml.recommendation import ALS
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from models.ials import Ials
from models.id_map import IdMap

EPOCHS_PER_CHECKPOINT = 4  # a plan of more epochs than about ten is too deep for the JVM's stack


def fit_on_cluster(model: Ials, ratings: DataFrame, movies: IdMap, checkpoints: str) -> Ials:
    """Give a model factors learned from `ratings` (user_id, movie_id, rating) where they are; return the model.

    Only the factors come to this machine. Ids must fit 32 bits; movies nobody rated get zeros. `checkpoints` is a
    folder that all machines see.

    MLlib lowers (1 + r) * (1 - q)^2 over ratings, q^2 over all other pairs, and regParam * n_ratings(u) * |factors|^2
    (Hu, Koren and Volinsky 2008; Zhou et al. 2008). With r = confidence / unobserved_weight and p = share * q, share =
    confidence / (confidence + unobserved_weight), that is the loss of `Ials` divided by a constant, if all ratings and
    all numbers of ratings are as the mean; others differ a little in target and penalty.
    """
    confidence = 1 + model.confidence_per_star * F.col("rating")
    facts = ratings.agg(F.count("*"), F.countDistinct("user_id"), F.mean(confidence)).first()
    assert facts
    n_ratings, n_users, mean_confidence = facts
    engine = _engine(model, pairs_per_rating=n_users * len(movies) / n_ratings)
    ratings.sparkSession.sparkContext.setCheckpointDir(checkpoints)
    learned = engine.fit(ratings.withColumn("weight", confidence / model.unobserved_weight))
    scale = np.float32(np.sqrt(mean_confidence / (mean_confidence + model.unobserved_weight)))
    user_ids, user_factors = _collected(learned.userFactors, model.n_factors)
    movie_ids, movie_factors = _collected(learned.itemFactors, model.n_factors)
    model.users, model.movies = IdMap(user_ids), movies
    model.user_factors = scale * user_factors
    model.movie_factors = np.zeros((len(movies), model.n_factors), np.float32)
    model.movie_factors[movies.positions(movie_ids)] = scale * movie_factors
    return model


def _engine(model: Ials, pairs_per_rating: float) -> ALS:
    return ALS(
        rank=model.n_factors,
        maxIter=model.n_epochs,
        regParam=model.regularization * (1 / model.unobserved_weight + pairs_per_rating),
        implicitPrefs=True,
        alpha=1.0,
        userCol="user_id",
        itemCol="movie_id",
        ratingCol="weight",
        seed=model.seed,
        checkpointInterval=EPOCHS_PER_CHECKPOINT,
    )


def _collected(factors: DataFrame, n_factors: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return ids, ascending, and their factors (n_ids, n_factors)."""
    table = factors.toArrow().sort_by("id")
    values = table["features"].combine_chunks().flatten().to_numpy()
    return table["id"].to_numpy().astype(np.int64), values.reshape(-1, n_factors).astype(np.float32)
