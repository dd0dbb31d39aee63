import pytest

from infra.stores.time_limit import LONGEST_TIMES, TimeLimit


def after(*seconds, quiet_seconds=0.025):
    limit = TimeLimit(quiet_seconds)
    for each in seconds:
        limit.note(each)
    return limit.seconds


def test_quick_answers_leave_the_limit_as_it_is():
    assert after() == after(*[0.002] * 100) == 0.025


def test_late_answers_put_it_off_and_quick_ones_bring_it_back():
    busy = [0.06, 0.09] * 20

    assert 0.09 < after(*busy) <= LONGEST_TIMES * 0.025
    assert after(*busy, *[0.002] * 50) == 0.025


def test_one_late_answer_among_many_quick_ones_is_forgotten():
    assert after(0.1, *[0.002] * 30) == 0.025


def test_it_is_put_off_only_so_far():
    assert after(*[0.095, 0.01] * 50) == LONGEST_TIMES * 0.025


def test_answers_of_a_server_that_hangs_say_nothing():
    limit = TimeLimit(0.025)

    assert [limit.note(2.0) for _ in range(100)] == [False] * 100
    assert limit.seconds == 0.025


def test_the_stretch_is_told_in_times_of_the_quiet_limit():
    limit = TimeLimit(0.025)
    assert limit.stretch == 1

    for _ in range(100):
        limit.note(0.075)

    assert limit.stretch == pytest.approx(3, rel=0.01)
