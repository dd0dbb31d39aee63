import asyncio
from datetime import timedelta

import pytest

from infra.settings import Settings
from infra.stores.interactions import Action
from infra.stores.lake_files import LakeFiles
from infra.stores.manifest import Manifest, TableRecord
from infra.stores.snapshot import ATTEMPT
from infra.stores.training_runs import NIGHT as DAGS
from infra.stores.training_runs import TrainingRun
from infra.stores.user_layout import Kind
from infra.tables import FEATURES, RATINGS, RAW, RAW_RATINGS
from pipelines.near_line.chores import retrain_if_due
from pipelines.near_line.new_transactions import NEW_TRANSACTIONS, ask_if_due, is_due
from tests.infra.local.scripted_airflow import ScriptedAirflow
from tests.infra.local.served import served
from tests.infra.stores.peopled import peopled
from tests.publication import NIGHT

EARLIER, LATER = NIGHT - timedelta(hours=1), NIGHT + timedelta(hours=1)


@pytest.mark.parametrize(
    ("n_new", "n_learned", "due"),
    [
        (NEW_TRANSACTIONS, 10**9, True),
        (NEW_TRANSACTIONS - 1, 10**9, False),
        (50, 1_000, True),
        (49, 1_000, False),
        (0, 0, False),
    ],
)
def test_a_training_is_due_after_a_number_or_a_share_of_new_transactions(n_new, n_learned, due):
    assert is_due(n_new, n_learned) is due


@pytest.fixture
def ask(mongodb, redis):
    """Return the reasons of what was started, after a landing and three things that a user did at `LATER`."""

    def ask(n_learned, landed_at):
        asked = []

        def start(why):
            asked.append(why)
            return TrainingRun("http://airflow/1", is_new=True)

        async def scenario():
            async with peopled(mongodb, redis) as people:
                for kind, content in ((Kind.RATING, {"rating": 4.0}), (Kind.WATCH, {}), (Kind.HIDE, {})):
                    await people.interactions.do(Action(people.user_id, kind, 6, LATER, content))
                for _ in range(2):
                    await ask_if_due(people.database, people.redis, landed_at, n_learned, start)

        asyncio.run(scenario())
        return asked

    return ask


def test_what_came_since_the_last_landing_is_counted_and_asks_once(ask):
    assert ask(n_learned=40, landed_at=NIGHT) == ["2 new ratings and views"]


def test_what_was_landed_is_not(ask):
    assert ask(n_learned=40, landed_at=LATER + timedelta(minutes=1)) == []


def test_too_few_ask_for_nothing(ask):
    assert ask(n_learned=41, landed_at=NIGHT) == []


def test_airflow_is_asked_for_a_night_that_lands_what_is_new(mongodb, redis, tmp_path):
    """A night learned from 40 ratings; two movies were watched before it landed, two after."""
    for layer, table in ((RAW, RAW_RATINGS), (FEATURES, RATINGS)):
        tables = {table.name: TableRecord(40, {}, "")}
        manifest = Manifest(layer.name, "2026-11-20", NIGHT.strftime(ATTEMPT), "abc", inputs={}, tables=tables)
        (tmp_path / layer.name / "2026-11-20" / manifest.attempt).mkdir(parents=True)
        LakeFiles(str(tmp_path)).publish(manifest)
    airflow = ScriptedAirflow({dag_id: [] for dag_id in DAGS})

    async def scenario():
        async with peopled(mongodb, redis) as people:
            for movie_id, at in ((1, EARLIER), (2, EARLIER), (3, LATER), (4, LATER)):
                await people.interactions.do(Action(people.user_id, Kind.WATCH, movie_id, at))
            await retrain_if_due(settings, people.database, people.redis)

    with served(airflow.app()) as address:
        settings = Settings.model_validate({"lake": {"root": str(tmp_path)}, "airflow": {"url": address}})
        asyncio.run(scenario())
    (triggered,) = airflow.triggered
    assert (triggered["dag_id"], triggered["note"]) == ("ingest_ratings", "2 new ratings and views")
