import asyncio

from serving.batches import MOST_AT_ONCE, Batches
from tests.serving.scenarios import play


class Server:
    """Answers with ten times the key, as soon as it may, and keeps what it was asked."""

    def __init__(self):
        self.asked = []
        self.may_answer = asyncio.Event()

    async def read(self, asked):
        self.asked.append(dict(asked))
        await self.may_answer.wait()
        return {key: 10 * key for key in asked}


def test_what_is_asked_in_the_same_moment_is_one_question():
    async def scenario():
        server = Server()
        batches = Batches(server.read)
        server.may_answer.set()
        assert await asyncio.gather(batches.ask(1, "a"), batches.ask(2, "b")) == [10, 20]
        assert await batches.ask(3, "c") == 30
        assert server.asked == [{1: "a", 2: "b"}, {3: "c"}]

    play(scenario)


def test_what_is_being_asked_is_not_asked_again_until_it_is_answered():
    async def scenario():
        server = Server()
        batches = Batches(server.read)
        first = batches.ask(1, "first")
        await asyncio.sleep(0.01)
        second = batches.ask(1, "second")
        server.may_answer.set()
        assert await asyncio.gather(first, second) == [10, 10]
        assert server.asked == [{1: "first"}]
        await batches.ask(1, "third")
        assert server.asked == [{1: "first"}, {1: "third"}]

    play(scenario)


def test_a_question_grows_only_so_large():
    async def scenario():
        server = Server()
        batches = Batches(server.read)
        server.may_answer.set()
        await asyncio.gather(*(batches.ask(key, None) for key in range(MOST_AT_ONCE + 1)))
        assert [len(asked) for asked in server.asked] == [MOST_AT_ONCE, 1]

    play(scenario)


def test_while_a_question_is_on_its_way_the_next_one_grows(monkeypatch):
    monkeypatch.setattr("serving.batches.LONGEST_GATHERING_SECONDS", 60)

    async def scenario():
        server, answers = Server(), []
        batches = Batches(server.read)
        for key in (1, 2, 3):
            answers.append(batches.ask(key, None))
            await asyncio.sleep(0.01)
        assert server.asked == [{1: None}]
        server.may_answer.set()
        assert await asyncio.gather(*answers) == [10, 20, 30]
        assert server.asked == [{1: None}, {2: None, 3: None}]

    play(scenario)


def test_a_question_that_hangs_does_not_hold_up_the_next():
    async def scenario():
        server = Server()
        batches = Batches(server.read)
        for key in (1, 2):
            batches.ask(key, None)
            while server.asked[-1:] != [{key: None}]:
                await asyncio.sleep(0.001)
        await batches.close()
        return server.asked

    assert play(scenario) == [{1: None}, {2: None}]


def test_one_who_gives_up_does_not_call_off_the_question_of_the_others():
    async def scenario():
        server = Server()
        batches = Batches(server.read)
        impatient, patient = batches.ask(1, None), batches.ask(1, None)
        await asyncio.sleep(0.01)
        impatient.cancel()
        server.may_answer.set()
        assert await patient == 10

    play(scenario)


def test_a_mistake_is_told_to_everyone_who_asked():
    async def mistaken(asked):
        raise KeyError("movie_id")

    async def scenario():
        batches = Batches(mistaken)
        told = await asyncio.gather(batches.ask(1, None), batches.ask(2, None), return_exceptions=True)
        assert [type(each) for each in told] == [KeyError, KeyError]

    play(scenario)


def test_after_closing_nothing_is_being_asked():
    async def scenario():
        batches, askers = Batches(Server().read), []
        for key in (1, 2):
            askers.append(batches.ask(key, None))
            await asyncio.sleep(0.01)
        await batches.close()
        await asyncio.sleep(0.01)
        assert len(asyncio.all_tasks()) == 1
        assert all(asker.cancelled() for asker in askers)

    play(scenario)
