"""Compare models on one snapshot, register them all fitted on everything, and name the best one champion."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from infra.errors import ModelRefused
from infra.settings import get_settings
from infra.stores.lake import Lake, Snapshot
from infra.stores.registry import RECOMMENDER, SIMILAR_MOVIES, ModelRegistry, Night
from infra.tables import FEATURES, MOVIES
from models.als import Als
from models.catalogue import Catalogue, describe
from models.likeness import MovieLikeness
from models.popularity import Popularity
from models.ratings import Ratings
from models.recommender import Recommender
from models.splits import split_by_time, split_by_user
from pipelines.feature_arrays import read_ratings
from pipelines.model_checks import register_checked
from pipelines.model_comparison import Trial, as_table, best_trial, deciding_split, hold_trial, reason
from pipelines.model_lists import show_lists
from pipelines.model_plots import plot_metrics, plot_popularity

LIST_LENGTH = 100
SAMPLE = 1_000
"""For about so many users or movies lists are made, to check a model and to draw it."""


def challengers(seed: int) -> list[Recommender]:
    """Return the models every night compares; of equals, the first is preferred."""
    return [Popularity(), Als(seed=seed)]


def run(snapshot: Snapshot, registry: ModelRegistry, models: Sequence[Recommender]) -> None:
    """Compare, refit and register `models`; promote the best, and the newest model of similar movies.

    Running it again for the same snapshot adds an attempt to the night's run, and new versions. Aliases move last of
    all: until then the champions in force stay. Raises ModelRefused when none passes its checks.
    """
    ratings, catalogue = read_ratings(snapshot), read_catalogue(snapshot)
    by_user, by_time = split_by_user(ratings), split_by_time(ratings)
    decides = deciding_split(by_user, by_time)
    with registry.night(snapshot.manifest) as night:
        trials = [hold_trial(model, (by_user, by_time), catalogue) for model in models]
        print(table := as_table(trials))
        versions = keep_recommenders(registry, night, trials, ratings, catalogue)
        sound = [trial for trial in trials if trial.model.name in versions]
        best = best_trial(sound, decides)
        similar_version = keep_similar_movies(registry, night, ratings, catalogue)
        registry.attach(night.run_id, draw(trials, sound, ratings, read_titles(snapshot)))
        registry.promote(RECOMMENDER, versions[best.model.name])
        registry.promote(SIMILAR_MOVIES, similar_version)
        version = versions[best.model.name]
        verdict = f"champion: {best.model.name} version {version}, for {reason(best, decides, by_time)}"
        registry.describe(night.run_id, f"{verdict}\n\n{table}")
    print(f"{verdict}\nside by side: {registry.comparison_page}")


def keep_recommenders(
    registry: ModelRegistry, night: Night, trials: Sequence[Trial], ratings: Ratings, catalogue: Catalogue
) -> dict[str, int]:
    """Fit every model to all ratings and keep it; return versions by model name, without those that were refused."""
    user_ids = sample(ratings.users.ids)
    versions = {}
    for trial in trials:
        trial.model.fit(ratings, catalogue)
        run_id = registry.log_run(night, trial.model, trial.figures())
        try:
            versions[trial.model.name] = register_checked(
                registry,
                RECOMMENDER,
                run_id,
                trial.model,
                lambda model: model.recommend(user_ids, LIST_LENGTH, ratings),
            )
        except ModelRefused as refusal:
            print(f"refused: {refusal}")
    return versions


def keep_similar_movies(registry: ModelRegistry, night: Night, ratings: Ratings, catalogue: Catalogue) -> int:
    """Fit and keep the model of similar movies, and return its version; raises ModelRefused when its checks fail."""
    movie_ids = sample(ratings.movies.ids)
    model = MovieLikeness().fit(ratings, catalogue)
    run_id = registry.log_run(night, model, {"n_movies": len(ratings.movies)})
    return register_checked(
        registry, SIMILAR_MOVIES, run_id, model, lambda model: model.similar_movies(movie_ids, LIST_LENGTH)
    )


def draw(
    trials: Sequence[Trial], sound: Sequence[Trial], ratings: Ratings, titles: dict[int, str]
) -> dict[str, str | bytes]:
    """Return what a person would look at, by file name."""
    models = [trial.model for trial in sound]
    return {
        "metrics.png": plot_metrics(list(zip(*(trial.evaluations for trial in trials), strict=True))),
        "popularity.png": plot_popularity(models, sample(ratings.users.ids), ratings),
        "lists.html": show_lists(models, ratings, titles),
    }


def sample(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return about SAMPLE of the ids, in even steps."""
    return ids[:: max(1, len(ids) // SAMPLE)]


def read_catalogue(snapshot: Snapshot) -> Catalogue:
    """Return what is said of every movie."""
    movies = snapshot.read_arrow(MOVIES, ["movie_id", "title", "year", "genres", "tags"])
    return describe(*(movies[name].to_pylist() for name in movies.column_names))


def read_titles(snapshot: Snapshot) -> dict[int, str]:
    """Return the title of every movie, with its year where known."""
    movies = snapshot.read_arrow(MOVIES, ["movie_id", "title", "year"]).to_pylist()
    return {movie["movie_id"]: movie["title"] + (f" ({movie['year']})" if movie["year"] else "") for movie in movies}


def main(snapshot_date: str | None = None) -> str:
    """Train on the configured stores, on the features of a date such as 2026-11-20 or the newest; return the date."""
    settings = get_settings()
    snapshot = Lake(settings.lake.root).open(FEATURES, date.fromisoformat(snapshot_date) if snapshot_date else None)
    registry = ModelRegistry(settings.mlflow.address, settings.mlflow.experiment)
    run(snapshot, registry, challengers(settings.seed))
    return str(snapshot.snapshot_date)
