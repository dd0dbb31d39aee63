"""Where the parameters of each model are searched for: wider than the best of so far, so that an edge would show."""

from collections.abc import Callable

from optuna.trial import Trial

from models.recommender import Parameters


def als(trial: Trial) -> Parameters:
    """Return parameters of the factorisation that weighs by stars."""
    return {
        "n_factors": trial.suggest_int("n_factors", 16, 192, step=16),
        "n_epochs": trial.suggest_int("n_epochs", 5, 30),
        "regularization": trial.suggest_float("regularization", 1.0, 200.0, log=True),
        "confidence_per_star": trial.suggest_float("confidence_per_star", 0.05, 10.0, log=True),
    }


def ease(trial: Trial) -> Parameters:
    """Return parameters of the closed form."""
    return {"regularization": trial.suggest_float("regularization", 10.0, 5_000.0, log=True)}


def popularity(trial: Trial) -> Parameters:
    """Return how fast ratings lose weight."""
    return {"half_life_days": trial.suggest_float("half_life_days", 7.0, 10_000.0, log=True)}


SEARCH_SPACES: dict[str, Callable[[Trial], Parameters]] = {space.__name__: space for space in (als, ease, popularity)}
"""By the model's name."""
