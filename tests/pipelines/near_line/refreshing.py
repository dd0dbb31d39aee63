"""People, stores, and the models of a night, to be refreshed."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from types import MappingProxyType

from infra.settings import MlflowSettings, MongodbSettings, RedisSettings, Settings
from infra.stores.experiment import Experiment
from infra.stores.generation_layout import CHAMPION, SERVING_STATE, Content
from infra.stores.interactions import Action
from infra.stores.lake import Lake
from infra.stores.registry import RECOMMENDER, ModelRegistry
from infra.stores.snapshot import Snapshot
from infra.stores.user_layout import Kind
from models.als import Als
from models.hybrid import Hybrid
from models.recommender import Model
from pipelines import refresh_recommendations
from pipelines.feature_arrays import read_ratings
from pipelines.training.training_set import read_training_set
from tests.infra.stores.peopled import Peopled, peopled
from tests.publication import NIGHT, publish

NOON = NIGHT + timedelta(hours=12)
MINUTE = timedelta(minutes=1)


class World:
    """People, stores, and the models of the night."""

    def __init__(self, people: Peopled, settings: Settings, generation: str) -> None:
        self.people, self.settings, self.generation = people, settings, generation
        self.registry = ModelRegistry(settings.mlflow.address)
        self.user_id = people.user_id

    def train(self, *models: Model, snapshot: Snapshot, tags: Mapping[str, str] = MappingProxyType({})) -> int:
        """Register models as a night does, and return the number of the last."""
        experiment = Experiment(self.settings.mlflow.address, self.settings.mlflow.experiment)
        ratings, catalogue = read_ratings(snapshot), read_training_set(snapshot).catalogue
        with experiment.night(snapshot.manifest) as night:
            for model in models:
                run_id = experiment.log_run(night, model.fit(ratings, catalogue), {}, {"newest_rating": "1", **tags})
                number = self.registry.register(RECOMMENDER, run_id, model)
        return number

    async def crown(self, name: str, version: int) -> None:
        """Make a version champion, as a promotion does."""
        self.registry.promote(RECOMMENDER, version)
        live = {RECOMMENDER: {"name": name, "version": version}}
        await self.people.database[SERVING_STATE].insert_one({"_id": CHAMPION, "models": live})

    async def do(
        self, kind: Kind, *movie_ids: int, at: datetime, user_id: int | None = None, **content: object
    ) -> None:
        """Do something to movies, as the first profile if no user is said."""
        for movie_id in movie_ids:
            user = user_id or self.user_id
            await self.people.interactions.do(Action(user, kind, movie_id, at, content or {}))

    async def rate(self, *movie_ids: int, at: datetime, user_id: int | None = None) -> None:
        """Give movies five stars, as the first profile if no user is said."""
        await self.do(Kind.RATING, *movie_ids, at=at, user_id=user_id, rating=5.0)

    async def refresh(self, at: datetime) -> str | None:
        """Refresh, and return what was done."""
        return await refresh_recommendations.run(self.settings, at)

    async def list_of(self, user_id: int | None = None) -> dict | None:
        """Return the list of a user, of the first profile if none is said."""
        lists = self.people.database[Content.USER_LISTS.of(self.generation)]
        return await lists.find_one({"_id": user_id or self.user_id})

    def hybrids(self) -> Mapping[int, Mapping[str, str]]:
        """Return the tags of the versions of hybrid that there are, by number, the newest first."""
        return self.registry.versions(RECOMMENDER, "hybrid")

    def n_learned(self, user_id: int | None = None) -> int | None:
        """Return how many ratings of a user the newest hybrid has learned, or None if it does not know the user."""
        stored = self.registry.load(RECOMMENDER, next(iter(self.hybrids())))
        model = Hybrid.restore(stored.parameters, stored.arrays)
        row = model.users.positions([user_id or self.user_id])[0]
        return None if row < 0 else int(model.genre_counts[row].sum())


@asynccontextmanager
async def world_of(
    mongodb: MongodbSettings, redis: RedisSettings, mlflow: MlflowSettings, lake: Lake
) -> AsyncIterator[World]:
    """Publish a generation without a list, and have someone there."""
    generation = publish(mongodb, users={})
    settings = Settings.model_validate(
        {"mongodb": mongodb, "redis": redis, "mlflow": mlflow, "lake": {"root": lake.root}}
    )
    async with peopled(mongodb, redis) as people:
        yield World(people, settings, generation)


def small_als() -> Als:
    """Return a model that folds users in."""
    return Als(n_factors=4, n_epochs=5)


def small_hybrid() -> Hybrid:
    """Return a model that goes on learning."""
    return Hybrid(n_factors=4, n_epochs=2)
