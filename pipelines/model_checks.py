"""What a fitted model must show before it may become champion."""

from collections.abc import Callable
from typing import Any

import numpy as np

from infra.errors import ModelRefused, UnknownModel
from infra.stores.registry import ModelRegistry, Storable
from models.recommender import NO_MOVIE, TopLists
from models.zoo import restore


def register_checked(
    registry: ModelRegistry, registered_name: str, run_id: str, model: Storable, list_some: Callable[[Any], TopLists]
) -> int:
    """Register a fitted model and return its version, once what comes back makes the same lists.

    `list_some` makes the lists to compare. Raises ModelRefused when they differ, and, before anything is registered,
    when what was learned or a score is not finite.
    """
    made = list_some(model)
    check_finite(model, made)
    version = registry.register(registered_name, run_id, model)
    stored = registry.load(registered_name, version)
    try:
        made_again = list_some(restore(stored.name, stored.parameters, stored.arrays))
    except (UnknownModel, KeyError, TypeError, ValueError) as error:
        raise ModelRefused(
            f"{model.name}: version {version} of `{registered_name}` does not load: {error!r}"
        ) from error
    if not (np.array_equal(made.movie_ids, made_again.movie_ids) and np.array_equal(made.scores, made_again.scores)):
        raise ModelRefused(f"{model.name}: version {version} of `{registered_name}` makes other lists once loaded back")
    return version


def check_finite(model: Storable, lists: TopLists) -> None:
    """Raise ModelRefused unless everything `model` learned, and the score of every movie in its lists, is a number."""
    for name, array in model.arrays().items():
        if not np.isfinite(array).all():
            raise ModelRefused(
                f"{model.name}: `{name}` holds {np.count_nonzero(~np.isfinite(array)):,} non-finite numbers"
            )
    listed = lists.movie_ids != NO_MOVIE
    if not listed.any():
        raise ModelRefused(f"{model.name}: every list is empty")
    if not np.isfinite(lists.scores[listed]).all():
        raise ModelRefused(f"{model.name}: lists hold scores that are not finite")
