"""Lists for users as they are now, by a model that was fitted before."""

from typing import Protocol, Self, runtime_checkable

from models.ratings import Ratings
from models.recommender import Recommender


@runtime_checkable
class FoldsIn(Protocol):
    """A model that learns its users apart from its movies."""

    def fold_in_users(self, history: Ratings) -> Self:
        """Return a model that knows exactly the users of `history` as it shows them; this one stays as it is."""


def fold_in(model: Recommender, history: Ratings) -> Recommender:
    """Return a model that lists movies by all of `history`, also for users who came after the fit.

    Most models look at nothing but the history they are given, and are returned as they are.
    `models.zoo.KNOWS_USERS_BY_ID` names those for which that is not enough.
    """
    return model.fold_in_users(history) if isinstance(model, FoldsIn) else model
