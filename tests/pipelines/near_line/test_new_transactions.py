import asyncio
from datetime import timedelta

import pytest

from infra.stores.interactions import Action
from infra.stores.training_runs import TrainingRun
from infra.stores.user_layout import Kind
from pipelines.near_line.new_transactions import NEW_TRANSACTIONS, ask_if_due, is_due
from tests.infra.stores.peopled import peopled
from tests.publication import NIGHT

LATER = NIGHT + timedelta(hours=1)


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
    """Return the reasons of what was started, after a decision and three things a user did later."""

    def ask(n_learned, decided_at):
        asked = []

        def start(why):
            asked.append(why)
            return TrainingRun("http://airflow/1", is_new=True)

        async def scenario():
            async with peopled(mongodb, redis) as people:
                if decided_at:
                    decision = {"registered_name": "recommender", "at": decided_at}
                    await people.database["promotions"].insert_one(decision)
                for kind, content in ((Kind.RATING, {"rating": 4.0}), (Kind.WATCH, {}), (Kind.HIDE, {})):
                    await people.interactions.do(Action(people.user_id, kind, 6, LATER, content))
                for _ in range(2):
                    await ask_if_due(people.database, people.redis, n_learned, start)

        asyncio.run(scenario())
        return asked

    return ask


def test_what_came_since_the_last_training_is_counted_and_asks_once(ask):
    assert ask(n_learned=40, decided_at=NIGHT) == ["2 new ratings and views"]


def test_what_was_there_at_the_last_training_is_not(ask):
    assert ask(n_learned=40, decided_at=LATER + timedelta(minutes=1)) == []


def test_too_few_ask_for_nothing(ask):
    assert ask(n_learned=41, decided_at=NIGHT) == []


def test_before_the_first_training_there_is_nothing_to_train_anew(ask):
    assert ask(n_learned=0, decided_at=None) == []
