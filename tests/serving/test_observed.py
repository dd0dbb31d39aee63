import io
import json
import logging

import pytest
from prometheus_client.parser import text_string_to_metric_families

from infra.logs import JsonLines

ADDRESS = "/api/v1/users/7/recommendations"


@pytest.fixture
def lines():
    """What the service logs as JSON meanwhile."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("serving")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


def figures(client):
    """Every sample of /metrics, by its name and the values of its labels in the order of their names."""
    answer = client.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


def added(client, action, *key):
    """By how much an action raises a figure."""
    before = figures(client).get(key, 0)
    action()
    return figures(client).get(key, 0) - before


def test_a_caller_s_request_id_comes_back_and_is_in_the_log(client, lines):
    answer = client.get(ADDRESS, headers={"X-Request-ID": "checkout-17"})

    assert answer.headers["X-Request-ID"] == "checkout-17"
    [line] = lines()
    assert line.pop("time") and line.pop("milliseconds") > 0
    assert line == {
        "level": "INFO",
        "logger": "serving.observed",
        "message": "answered",
        "request_id": "checkout-17",
        "method": "GET",
        "path": ADDRESS,
        "status": 200,
    }


@pytest.mark.parametrize("given", [None, "", "x" * 65, "a b", "ü", 'a","level":"'])
def test_without_a_usable_request_id_one_is_made_up(client, given):
    headers = {} if given is None else {"X-Request-ID": given.encode()}

    first, second = (client.get(ADDRESS, headers=headers).headers["X-Request-ID"] for _ in range(2))

    assert len(first) == len(second) == 32
    assert first != second


def test_refusals_have_a_request_id_too(client):
    assert client.get("/nowhere", headers={"X-Request-ID": "lost"}).headers["X-Request-ID"] == "lost"


def test_requests_are_counted_by_route_and_not_by_user(client):
    route = "/api/v1/users/{user_id}/recommendations"

    key = "marquee_requests_total", "GET", route, "200"

    assert added(client, lambda: [client.get(f"/api/v1/users/{n}/recommendations") for n in (7, 8)], *key) == 2
    assert added(client, lambda: client.get(ADDRESS), "marquee_request_seconds_count", route) == 1


def test_unknown_addresses_are_counted_together(client):
    key = "marquee_requests_total", "GET", "none", "404"

    assert added(client, lambda: [client.get("/a"), client.get("/b")], *key) == 2


@pytest.mark.parametrize(("source", "n_movies"), [("personal", 3), ("popular", 1)])
def test_a_list_counts_for_every_rung_it_took_movies_from(client, source, n_movies):
    assert added(client, lambda: client.get(ADDRESS), "marquee_listed_movies_total", source) == n_movies


def test_a_list_counts_once_for_the_source_it_tells(client):
    assert added(client, lambda: client.get(ADDRESS), "marquee_lists_total", "personal") == 1


def test_hits_and_misses_of_the_cache_are_told_apart(client):
    def count(found):
        return added(client, lambda: client.get(ADDRESS), "marquee_cache_lookups_total", found, "user_recommendations")

    assert count("miss") == 1
    assert count("hit") == 1


def test_stale_lists_are_counted_by_reason(start_api):
    client = start_api()  # nothing is published

    assert added(client, lambda: client.get(ADDRESS), "marquee_stale_lists_total", "age") == 1


def test_the_age_of_the_generation_and_the_breakers_are_told(client):
    told = figures(client)

    assert told["marquee_generation_age_seconds",] == 3600
    assert (told["marquee_breaker_state", "MongoDB"], told["marquee_breaker_state", "Redis"]) == (0, 0)
