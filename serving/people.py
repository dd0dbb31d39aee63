"""Everything behind accounts and what people do, opened together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from argon2 import PasswordHasher

from infra.ending import end
from infra.settings import Settings
from infra.stores import mongodb
from infra.stores.accounts import AccountStore
from infra.stores.erasure import Eraser
from infra.stores.events import EventStore
from infra.stores.interactions import InteractionStore
from infra.stores.outbox import Outbox
from infra.stores.questions import Questions
from infra.stores.redis import connect
from infra.stores.reviews import ReviewStore
from infra.stores.sessions import SessionStore
from infra.stores.training_runs import TrainingRuns
from serving.login_limits import LoginLimits
from serving.passwords import Passwords
from serving.tokens import AccessTokens
from serving.why import Explainer

LAST_MOVE_SECONDS = 5.0
"""How long events that are being moved may take at the end; they are moved again by whoever comes next."""


@dataclass(frozen=True)
class People:
    """The stores of people and what they do, and what proves who somebody is."""

    accounts: AccountStore
    sessions: SessionStore
    interactions: InteractionStore
    reviews: ReviewStore
    eraser: Eraser
    passwords: Passwords
    tokens: AccessTokens
    limits: LoginLimits
    training_runs: TrainingRuns
    explainer: Explainer


@asynccontextmanager
async def open_people(settings: Settings) -> AsyncIterator[People]:
    """Open the stores, whether their servers answer or not, and relay events from the outbox until they are closed."""
    redis, airflow = connect(settings.redis.address, as_text=True), settings.airflow
    async with mongodb.connect_async(settings.mongodb.address, settings.api.action_timeout_ms) as client, redis:
        database = client[settings.mongodb.database]
        told = EventStore(redis)
        stopping = asyncio.Event()
        relaying = asyncio.create_task(Outbox(database, told).relay(stopping))
        yield People(
            accounts=AccountStore(database),
            sessions=SessionStore(database),
            interactions=InteractionStore(database),
            reviews=ReviewStore(database),
            eraser=Eraser(database, told),
            passwords=Passwords(PasswordHasher()),
            tokens=AccessTokens([key.get_secret_value() for key in settings.accounts.token_keys]),
            limits=LoginLimits(redis, settings.accounts.registrations_per_hour),
            training_runs=TrainingRuns(airflow.address, airflow.login, airflow.page_address),
            explainer=Explainer(database, Questions(redis), settings.api.why_budget_ms / 1e3),
        )
        stopping.set()
        await asyncio.wait([relaying], timeout=LAST_MOVE_SECONDS)
        await end([relaying])
