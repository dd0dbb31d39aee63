from pipelines.calling.figures import pace, shares


def test_a_pace_is_told_by_rate_and_percentiles():
    seconds = [each / 1000 for each in range(1, 102)]

    assert pace(seconds, 2.0) == "101 calls in 2.0 s, 50.5 a second; p50 51.0 ms, p95 96.0 ms, p99 100.0 ms"


def test_a_pace_of_nothing_is_told_too():
    assert pace([], 1.0).startswith("0 calls")


def test_shares_are_told_from_the_largest():
    assert shares({"genre": 3, "personal": 1_200, "popular": 3}) == "personal 1,200, genre 3, popular 3"
