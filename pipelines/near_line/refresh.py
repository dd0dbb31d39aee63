"""What a refresh does once something has happened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from infra.settings import Settings
from infra.stores.experiment import Experiment
from infra.stores.lake import Lake
from infra.stores.ranked_movies import ModelVersion
from infra.stores.refreshes import Database, Moment, deleted_users, rated_between, users_behind
from infra.stores.registry import RECOMMENDER, ModelRegistry
from infra.stores.user_lists import UserLists
from infra.tables import FEATURES
from models.hybrid import Hybrid
from pipelines.near_line.champion import Champion, Champions, Wanted, load_champion
from pipelines.near_line.partial_fit import Start, find_start, keep, learn
from pipelines.near_line.worker import Worker

AT_A_TIME = 1_000

Load = Callable[[Wanted], Champion]


@dataclass(frozen=True)
class Learned:
    """The hybrid model as it knows those who rated since."""

    start: Start
    model: Hybrid
    user_ids: tuple[int, ...]
    n_ratings: int


@dataclass(frozen=True)
class Refresh:
    """The stores of a refresh."""

    database: Database
    lists: UserLists
    registry: ModelRegistry
    experiment: Experiment
    lake: Lake

    @classmethod
    def configured(cls, settings: Settings, database: Database, lists: UserLists) -> "Refresh":
        """Open the stores that the settings name."""
        mlflow = settings.mlflow
        registry, experiment = ModelRegistry(mlflow.address), Experiment(mlflow.address, mlflow.experiment)
        return cls(database, lists, registry, experiment, Lake(settings.lake.root))

    async def run(self, moment: Moment) -> str:
        """Learn, write lists, then register what has learned, and return what was done.

        In this order, a run that was killed is done again as a whole. A champion other than hybrid folds in whoever is
        behind; if it is hybrid, those of whom it has just learned get their lists from that.
        """
        champion = (await self.lists.in_force()).champions.get(RECOMMENDER)
        learned = await self._learn(champion, moment)
        behind = await users_behind(self.database, moment.generation or "")
        load = partial(load_champion, self.registry, self.lake)
        by_hybrid: Sequence[int] = ()
        if learned and champion and champion.name == Hybrid.name:
            by_hybrid = learned.user_ids
            await self._renew(by_hybrid, lambda wanted: replace(load(wanted), recommender=learned.model))
        others = sorted({*behind} - {*by_hybrid})
        await self._renew(others, load)
        done = f"{len(others) + len(by_hybrid):,} lists were renewed"
        if learned:
            version = keep(self.registry, self.experiment, learned.start, learned.model, moment.until)
            done += f"; hybrid version {version} has learned {learned.n_ratings:,} ratings more"
        return done

    async def _learn(self, champion: ModelVersion | None, moment: Moment) -> Learned | None:
        start = find_start(self.registry, self.lake, champion)
        if start is None:
            return None
        snapshot = self.lake.open(FEATURES)
        news = start.news(await rated_between(self.database, start.since, moment.until), snapshot)
        model = learn(self.registry, start, news, await deleted_users(self.database), snapshot)
        user_ids = tuple(sorted({each.user_id for each in news}))
        return Learned(start, model, user_ids, len(news)) if model else None

    async def _renew(self, user_ids: Sequence[int], load: Load) -> None:
        worker = Worker(self.database, self.lists, Champions(load))
        for first in range(0, len(user_ids), AT_A_TIME):
            await worker.renew(user_ids[first : first + AT_A_TIME])
