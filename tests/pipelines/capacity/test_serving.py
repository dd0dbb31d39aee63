from math import exp

import pytest

from pipelines.capacity.serving import availability, replicas_for


def test_one_answer_in_a_hundred_takes_longer_than_the_p99():
    most = 100 - 4.605 / 0.1

    assert exp(-(100 - most) * 0.1) == pytest.approx(0.01, rel=0.001)
    assert replicas_for(most * 3 - 1, 0.1, rate_of_replica=100) == 3
    assert replicas_for(most * 3 + 1, 0.1, rate_of_replica=100) == 4


def test_a_p99_that_no_replica_reaches_is_refused():
    with pytest.raises(ValueError, match=r"0\.0461 s at best"):
        replicas_for(1, 0.04, rate_of_replica=100)


def test_two_of_three_nodes_are_up_when_one_at_most_is_down():
    assert availability(2, 3, 0.9) == pytest.approx(0.9**3 + 3 * 0.9**2 * 0.1)


def test_one_of_two_nodes_is_up_unless_both_are_down():
    assert availability(1, 2, 0.9) == pytest.approx(0.99)
