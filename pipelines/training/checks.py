"""What a fitted model must show before it may become champion."""

from collections.abc import Callable
from typing import Any

import numpy as np

from infra.errors import ModelRefused, UnknownModel
from infra.stores.manifest import Manifest
from infra.stores.registry import ModelRegistry, Storable, StoredModel
from models.recommender import NO_MOVIE, TopLists
from models.zoo import restore


def register_checked(
    registry: ModelRegistry,
    registered_name: str,
    run_id: str,
    model: Storable,
    list_some: Callable[[Any], TopLists],
) -> int:
    """Register a fitted model and return its version, once what comes back makes the same lists.

    `list_some` makes the lists to compare. Raises ModelRefused when they differ, and, before anything is registered,
    when what was learned or a score is not finite.
    """
    check_learned(model)
    made = list_some(model)
    check_scores(model.name, made)
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
    print(f"{model.name}: version {version} of `{registered_name}`, and it makes the same lists when loaded back")
    return version


def check_learned(model: Storable) -> None:
    """Raise ModelRefused unless everything that was learned is a number."""
    for name, array in model.arrays().items():
        if n_broken := np.count_nonzero(~np.isfinite(array)):
            raise ModelRefused(f"{model.name}: of the numbers in `{name}`, {n_broken:,} are not finite")


def check_stored(registry: ModelRegistry, stored: StoredModel) -> None:
    """Raise ModelRefused unless a version can be restored, holds numbers only, and learned from sound ratings."""
    try:
        model = restore(stored.name, stored.parameters, stored.arrays)
    except (UnknownModel, KeyError, TypeError, ValueError) as error:
        raise ModelRefused(f"{stored.name}: version {stored.version} does not load: {error!r}") from error
    check_learned(model)
    check_snapshot(stored.name, registry.manifest(stored))


def check_scores(name: str, lists: TopLists) -> None:
    """Raise ModelRefused unless there is a movie in the lists of model `name`, and every movie's score is a number."""
    listed = lists.movie_ids != NO_MOVIE
    if not listed.any():
        raise ModelRefused(f"{name}: every list is empty")
    if n_broken := np.count_nonzero(~np.isfinite(lists.scores[listed])):
        raise ModelRefused(f"{name}: of the scores in its lists, {n_broken:,} are not finite")


def check_snapshot(name: str, manifest: Manifest) -> None:
    """Raise ModelRefused unless every check of the snapshot that model `name` learned from has passed."""
    failed = [f"{check.table}: {check.expectation}" for check in manifest.checks if not check.passed]
    if failed:
        raise ModelRefused(f"{name}: the snapshot of {manifest.snapshot_date} failed its checks: {', '.join(failed)}")
