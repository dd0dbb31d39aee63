"""Where the parameters of each model are searched for: wider than the best of so far, so that an edge would show."""

from collections.abc import Callable

from optuna.trial import Trial

from models.recommender import Parameters


def popularity(trial: Trial) -> Parameters:
    """Return how fast ratings lose weight."""
    return {"half_life_days": trial.suggest_float("half_life_days", 7.0, 10_000.0, log=True)}


def popularity_recent(trial: Trial) -> Parameters:
    """Return how many days count."""
    return {"n_days": trial.suggest_int("n_days", 7, 5_000, log=True)}


def content(trial: Trial) -> Parameters:
    """Return how far few ratings are trusted, and how much popularity counts."""
    return {
        "shrinkage": trial.suggest_float("shrinkage", 0.5, 50.0, log=True),
        "popularity_weight": trial.suggest_float("popularity_weight", 0.0, 1.0),
    }


def als(trial: Trial) -> Parameters:
    """Return the size of the factors, and what they are held by."""
    return {
        "n_factors": trial.suggest_int("n_factors", 16, 192, step=16),
        "n_epochs": trial.suggest_int("n_epochs", 5, 30),
        "regularization": trial.suggest_float("regularization", 1.0, 200.0, log=True),
        "confidence_per_star": trial.suggest_float("confidence_per_star", 0.05, 10.0, log=True),
    }


def ials(trial: Trial) -> Parameters:
    """Return the size of the factors, and what they are held by."""
    return {
        "n_factors": trial.suggest_int("n_factors", 32, 192, step=32),
        "n_epochs": trial.suggest_int("n_epochs", 4, 24),
        "regularization": trial.suggest_float("regularization", 1e-4, 1e-2, log=True),
        "unobserved_weight": trial.suggest_float("unobserved_weight", 0.1, 50.0, log=True),
        "confidence_per_star": trial.suggest_float("confidence_per_star", 0.05, 5.0, log=True),
    }


def ease(trial: Trial) -> Parameters:
    """Return what holds the closed form."""
    return {"regularization": trial.suggest_float("regularization", 10.0, 10_000.0, log=True)}


def neighbours(trial: Trial) -> Parameters:
    """Return how many neighbours count, and how ratings are weighed."""
    return {
        "n_neighbours": trial.suggest_int("n_neighbours", 20, 800, log=True),
        "shrinkage": trial.suggest_float("shrinkage", 0.5, 200.0, log=True),
        "saturation": trial.suggest_float("saturation", 0.1, 10.0, log=True),
        "length_share": trial.suggest_float("length_share", 0.0, 1.0),
    }


def hybrid(trial: Trial) -> Parameters:
    """Return the size of the factors, and how they are learned."""
    return {
        "n_factors": trial.suggest_int("n_factors", 16, 128, step=16),
        "n_epochs": trial.suggest_int("n_epochs", 3, 30),
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.2, log=True),
        "regularization": trial.suggest_float("regularization", 1e-7, 1e-3, log=True),
    }


def transitions(trial: Trial) -> Parameters:
    """Return how many movies lead on, how far, and how much popularity counts."""
    return {
        "n_recent": trial.suggest_int("n_recent", 1, 50, log=True),
        "n_steps": trial.suggest_int("n_steps", 2, 100, log=True),
        "shrinkage": trial.suggest_float("shrinkage", 1.0, 300.0, log=True),
        "popularity_weight": trial.suggest_float("popularity_weight", 0.0, 0.5),
    }


def ensemble(trial: Trial) -> Parameters:
    """Return how many candidates are ordered, and how the trees learn to."""
    return {
        "n_candidates": trial.suggest_int("n_candidates", 50, 300, step=50),
        "n_trees": trial.suggest_int("n_trees", 100, 600, step=100),
        "depth": trial.suggest_int("depth", 3, 8),
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.2, log=True),
        "regularization": trial.suggest_float("regularization", 0.5, 50.0, log=True),
    }


SPACES: tuple[Callable[[Trial], Parameters], ...] = (
    *(popularity, popularity_recent, content, als, ials, ease),
    *(neighbours, hybrid, transitions, ensemble),
)
SEARCH_SPACES = {
    **{space.__name__: space for space in SPACES},
    "als_catboost": ensemble,
    "ials_catboost": ensemble,
}
"""By the model's name."""
