import asyncio

import pytest

from pipelines.calling import calls
from tests.conftest import free_port
from tests.pipelines.calling.scripted_server import HANG_UP, scripted_server


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(calls, "FIRST_PAUSE_SECONDS", 0.001)


def ask(address):
    async def scenario():
        async with calls.connect(address, n_callers=1) as client:
            return await calls.call(client, "GET", "/")

    return asyncio.run(scenario())


def test_what_failed_is_asked_again_until_it_is_answered():
    with scripted_server((503, {}), (HANG_UP, {}), (200, {"here": "it is"})) as address:
        called = ask(address)

    assert (called.status, called.n_attempts) == (200, 3)
    assert called.answer.json() == {"here": "it is"}


def test_a_refusal_is_an_answer():
    with scripted_server((404, {}), (200, {})) as address:
        assert ask(address)[2] == 1


def test_a_server_that_goes_on_failing_is_given_up_with_its_last_answer():
    with scripted_server((503, {})) as address:
        called = ask(address)

    assert (called.status, called.n_attempts) == (503, calls.N_ATTEMPTS)


def test_where_nobody_listens_no_answer_comes():
    called = ask(f"http://127.0.0.1:{free_port()}")

    assert (called.status, called.n_attempts) == (calls.NO_STATUS, calls.N_ATTEMPTS)
