"""Gradient-boosted trees that order the candidates of a user."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from catboost import CatBoost, Pool
from numpy.typing import NDArray

Trees = NDArray[np.uint8]
"""A trained model as the bytes of CatBoost's own format."""

NOT_CHOSEN_PER_USER = 100
"""About so many of the candidates a user did not choose are learned from; all of them take twice the time."""

_SETTINGS = {
    "loss_function": "QueryRMSE",
    "bootstrap_type": "No",  # drawing rows for each tree is no better, and fails on few
    "border_count": 64,  # of the 254 usual, none was missed, and the fit takes half the time
    "thread_count": 1,
    "allow_writing_files": False,
    "verbose": False,
}


def telling(chosen: NDArray[np.bool_], user: NDArray[np.int64], seed: int) -> NDArray[np.bool_]:
    """Tell which pairs to train on: of users who chose any, those chosen and about NOT_CHOSEN_PER_USER others."""
    n_chosen, n_pairs = np.bincount(user, chosen), np.bincount(user)
    share = (NOT_CHOSEN_PER_USER / np.maximum(n_pairs, 1))[user]
    drawn = np.random.default_rng(seed).random(len(chosen)) < share
    return (n_chosen > 0)[user] & (chosen | drawn)


def train(
    features: NDArray[np.float32], chosen: NDArray[np.bool_], user: NDArray[np.int64], **parameters: Any
) -> Trees:
    """Return trees trained to score `chosen` pairs above the same user's others.

    `features` is (n_pairs, n_features), NaN where unknown; `user` (n_pairs) ascends. The loss is CatBoost's QueryRMSE,
    the squared error after the best shift for each user, so that only differences within a user's candidates are
    learned. On ml-latest-small QuerySoftMax, YetiRank and PairLogit order no better and take ten times as long. One
    thread: others give other bits.
    """
    model = CatBoost({**_SETTINGS, **parameters})
    model.fit(Pool(features, chosen.astype(np.float32), group_id=user))
    with TemporaryDirectory() as folder:  # CatBoost writes its format to files only
        path = Path(folder, "trees.cbm")
        model.save_model(str(path))
        return np.frombuffer(path.read_bytes(), np.uint8)


def load(trees: Trees) -> CatBoost:
    """Return the model that `predict` asks."""
    return CatBoost().load_model(blob=trees.tobytes())


def predict(model: CatBoost, features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a score for each row of (n_pairs, n_features), on all cores."""
    return model.predict(Pool(features)).astype(np.float32) if len(features) else np.empty(0, np.float32)


def contributions(model: CatBoost, features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return (n_pairs, n_features + 1): what each feature adds to a score, and last what all scores begin with.

    They are Shapley values of the trees (Lundberg, Erion and Lee 2018); each row sums to what `predict` returns.
    """
    return np.asarray(model.get_feature_importance(Pool(features), type="ShapValues"))
