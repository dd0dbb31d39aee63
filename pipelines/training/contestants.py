"""Who takes part in a night's comparison, in a form that tasks can hand on."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from infra.stores.manifest import Manifest
from infra.stores.registry import RECOMMENDER, SIMILAR_MOVIES, ModelRegistry, Version
from infra.tables import RATINGS
from models import zoo
from models.evaluation import LIST_LENGTH
from models.next_movie import AfterLastLiked
from models.ratings import Ratings
from models.recommender import Lister, Model, Parameters, TopLists

SAMPLE = 1_000
"""For about so many users or movies lists are made, to check a model and to draw it."""

ZOOS: dict[str, Mapping[str, type[Model]]] = {RECOMMENDER: zoo.ZOO, SIMILAR_MOVIES: zoo.SIMILAR_MOVIES}


class Contestant(NamedTuple):
    """A model to be tried for a registered name.

    With `only_until`, it is there to be compared with: it learns from ratings up to that second, and is not kept.
    `note` tells it from others of the same model.
    """

    registered_name: str
    model: str
    parameters: Parameters
    only_until: int | None = None
    note: str = ""

    @property
    def title(self) -> str:
        """What its run is called."""
        return f"{self.model} {self.note}".strip()

    def is_now(self, champion: Version) -> bool:
        """Tell whether this is the champion's configuration, on all the ratings there are."""
        return (self.model, self.parameters, self.only_until) == (champion.name, champion.parameters, None)

    def build(self) -> Model:
        """Return the model, not fitted yet."""
        return ZOOS[self.registered_name][self.model](**self.parameters)

    def as_recommender(self, model: Any) -> Lister:
        """Return what lists movies for users by the model: itself, or what follows the movie they liked last."""
        return AfterLastLiked(model) if self.registered_name == SIMILAR_MOVIES else model

    def list_some(self, model: Any, ratings: Ratings) -> TopLists:
        """Return the model's lists for about SAMPLE of its users or movies."""
        if self.registered_name == SIMILAR_MOVIES:
            return model.similar_movies(sample(ratings.movies.ids), LIST_LENGTH)
        return model.recommend(sample(ratings.users.ids), LIST_LENGTH, ratings)


class Outcome(NamedTuple):
    """What became of a contestant: its run, and its version where it was kept."""

    contestant: Contestant
    run_id: str
    version: int | None

    @classmethod
    def from_json(cls, contestant: list, run_id: str, version: int | None) -> Self:
        """Rebuild an outcome that travelled between tasks."""
        return cls(Contestant(*contestant), run_id, version)


def sample(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return about SAMPLE of the ids, in even steps."""
    return ids[:: max(1, len(ids) // SAMPLE)]


def contestants(registry: ModelRegistry, seed: int, manifest: Manifest) -> list[Contestant]:
    """Return every model of the zoo, and the champions' configurations.

    A champion's configuration takes part even if the zoo's parameters have changed since; and, if the snapshot holds
    other ratings than those it has learned from, once more as it was, without the newer ones.
    """
    found = []
    for registered_name, models in ZOOS.items():
        found += [Contestant(registered_name, name, _parameters(model, seed)) for name, model in models.items()]
        champion = find_champion(registry, registered_name)
        if champion is None or champion.name not in models:
            continue
        retrained = Contestant(registered_name, champion.name, champion.parameters, note="of the champion")
        if not any(each.registered_name == registered_name and each.is_now(champion) for each in found):
            found.append(retrained)
        if registry.manifest(champion).hashes.get(RATINGS.name) != manifest.hashes.get(RATINGS.name):
            found.append(retrained._replace(only_until=champion.newest_rating, note="as it was"))
    return found


def those_of_a_first_night(entered: Sequence[Contestant], registry: ModelRegistry) -> list[Contestant]:
    """Return the contestants without those that take long, where there is no champion yet."""
    has_champion = {name: registry.champion_version(name) is not None for name in ZOOS}
    return [each for each in entered if has_champion[each.registered_name] or each.model in zoo.FIRST_NIGHT]


def find_champion(registry: ModelRegistry, registered_name: str) -> Version | None:
    """Return the champion in force, None if there is none."""
    version = registry.champion_version(registered_name)
    return None if version is None else registry.describe(registered_name, version)


def _parameters(model: type[Model], seed: int) -> Parameters:
    """Return a model's parameters, with the seed where it takes one."""
    defaults = model().parameters()
    return {**defaults, "seed": seed} if "seed" in defaults else defaults
