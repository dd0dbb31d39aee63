"""The champion as the near-line worker needs it: loaded beside the work, and swapped when it is ready."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from infra.errors import MarqueeError, NoChampion
from infra.stores.lake import Lake
from infra.stores.ranked_movies import ModelVersion
from infra.stores.registry import RECOMMENDER, ModelRegistry, StoredModel
from infra.stores.snapshot import Snapshot
from infra.tables import FEATURES
from models.als import Als
from models.fallback import Ranking
from models.ials import Ials
from models.ratings import Ratings
from models.recommender import Recommender
from models.zoo import KNOWS_USERS_BY_ID, restore
from pipelines.feature_arrays import read_ratings, read_top_rated
from pipelines.near_line.figures import show_champion

STAND_INS = (Ials.name, Als.name)
"""Whose newest version lists movies for users in place of a champion that cannot fold them in, the first there is."""

RETRY_SECONDS = 30.0

log = logging.getLogger(__name__)


class Wanted(NamedTuple):
    """What lists are to be made with: a champion, None for whoever has the alias, and the data of a generation."""

    version: ModelVersion | None
    generation: str | None


@dataclass(frozen=True)
class Champion:
    """A champion, what makes its lists (itself or a stand-in), and what lists are made from; `snapshot` names that."""

    version: ModelVersion
    recommender: Recommender
    ratings: Ratings
    top_rated: Ranking
    snapshot: str


def load_champion(registry: ModelRegistry, lake: Lake, wanted: Wanted) -> Champion:
    """Load a champion and the newest feature snapshot; takes seconds.

    Raises NoChampion, SnapshotMissing, or ServerUnreachable.
    """
    version = wanted.version
    stored = registry.load(RECOMMENDER, version.version) if version else registry.champion(RECOMMENDER)
    return champion_on(lake.open(FEATURES), ModelVersion(stored.name, stored.version), who_folds_in(registry, stored))


def champion_on(snapshot: Snapshot, version: ModelVersion, maker: StoredModel) -> Champion:
    """Return a champion whose lists `maker`, itself or a stand-in, makes from a feature snapshot."""
    recommender: Any = restore(maker.name, maker.parameters, maker.arrays)
    ratings, top_rated = read_ratings(snapshot), read_top_rated(snapshot)
    return Champion(version, recommender, ratings, top_rated, snapshot.name)


def who_folds_in(registry: ModelRegistry, champion: StoredModel) -> StoredModel:
    """Return the champion, or a stand-in for one that cannot fold users in; itself again if there is none."""
    if champion.name not in KNOWS_USERS_BY_ID:
        return champion
    newest = (registry.newest_version(RECOMMENDER, name) for name in STAND_INS)
    version = next((version for version in newest if version is not None), None)
    if version is None:
        log.warning("%s cannot fold users in, and no %s is registered", champion.name, " or ".join(STAND_INS))
        return champion
    stand_in = registry.load(RECOMMENDER, version)
    log.warning("%s cannot fold users in: %s version %d does it", champion.name, stand_in.name, version)
    return stand_in


class Champions:
    """Follows the champion: the one before is used until the next is loaded, so nobody waits but for the first."""

    def __init__(self, load: Callable[[Wanted], Champion]) -> None:
        self._load = load
        self._loaded: tuple[Wanted, Champion] | None = None
        self._loading: asyncio.Task[tuple[Wanted, Champion]] | None = None
        self._again_at = 0.0

    @property
    def loaded(self) -> Champion | None:
        """The champion that is used now, None before the first is loaded."""
        return self._loaded[1] if self._loaded else None

    async def newest(self, wanted: Wanted) -> Champion:
        """Return the champion wanted, or the one before while that is being loaded or cannot be.

        Raises NoChampion, with the reason, when there is none before.
        """
        is_current = self._loaded and self._loaded[0] == wanted
        if not self._loading and not is_current and asyncio.get_running_loop().time() >= self._again_at:
            self._loading = asyncio.create_task(asyncio.to_thread(lambda: (wanted, self._load(wanted))))
        if self._loading and (self._loading.done() or self._loaded is None):
            await self._swap(self._loading)
        assert self._loaded
        return self._loaded[1]

    async def _swap(self, loading: asyncio.Task[tuple[Wanted, Champion]]) -> None:
        self._loading = None
        try:
            self._loaded = await loading
        except Exception as error:  # whatever it is, it must not end the worker, and is no fault of an event
            reason = f"{type(error).__name__}: {error}"
            if self._loaded is None:
                raise NoChampion(f"no list can be made yet: {reason}") from error
            self._again_at = asyncio.get_running_loop().time() + RETRY_SECONDS
            has_trace = not isinstance(error, MarqueeError)
            log.warning("the next champion cannot be loaded, the one before goes on: %s", reason, exc_info=has_trace)
        else:
            version = self._loaded[1].version
            show_champion(version)
            log.info("lists are made for %s version %d", version.name, version.version)
