"""The figures of the service, for Prometheus. Counts are of this process."""

import asyncio
import threading
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from itertools import pairwise

from fastapi import Response
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

from infra.stores.guard import Guard
from infra.stores.recommendations import Generation
from serving.schemas import MovieList

LATENCIES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
BREAKER_STATES = {"closed": 0, "half_open": 1, "open": 2}

REQUESTS = Counter("marquee_requests", "Answered requests", ["method", "route", "status"])
LATENCY = Histogram("marquee_request_seconds", "From request to answer", ["route"], buckets=LATENCIES)
LISTS = Counter("marquee_lists", "Lists by the source of their first movie", ["source"])
LISTED_MOVIES = Counter("marquee_listed_movies", "Movies in lists by the rung they came from", ["source"])
LATE_RUNGS = Counter("marquee_late_rungs", "Rungs left because their time was over", ["rung"])
STALE_LISTS = Counter("marquee_stale_lists", "Lists served although out of date", ["reason"])
CACHE_LOOKUPS = Counter("marquee_cache_lookups", "Questions to the cache", ["kind", "found"])
BREAKER = Gauge("marquee_breaker_state", "0 closed, 1 half open, 2 open: the server is not asked", ["server"])
GENERATION_AGE = Gauge("marquee_generation_age_seconds", "Of the generation in force; NaN before the first")
TASKS = Gauge("marquee_tasks", "Tasks of the event loop: they grow with requests, and must not grow with time")
THREADS = Gauge("marquee_threads", "Threads of the process: as tasks, they must not grow with time")


# Finding a child of a metric takes longer than counting with it.
requests_of = cache(REQUESTS.labels)
latency_of = cache(LATENCY.labels)
cache_lookups_of = cache(CACHE_LOOKUPS.labels)
_lists_of = cache(LISTS.labels)
_listed_movies_of = cache(LISTED_MOVIES.labels)


def count_list(told: MovieList) -> None:
    """Count a list that is about to be told."""
    _lists_of(told.source).inc()
    if told.stale_reason:
        STALE_LISTS.labels(told.stale_reason).inc()
    if told.movies:
        first, end = told.movies[0].rank, told.movies[-1].rank + 1
        begins = [(first, told.source), *((each.rank, each.source) for each in told.filled_from), (end, told.source)]
        for (rank, source), (next_rank, _) in pairwise(begins):
            _listed_movies_of(source).inc(next_rank - rank)


def expose(generation: Generation, guards: Sequence[Guard], now: datetime) -> Response:
    """Return every figure in the text format of Prometheus."""
    for guard in guards:
        BREAKER.labels(guard.server).set(BREAKER_STATES[guard.state])
    age = (now - generation.generated_at).total_seconds() if generation.generated_at else float("nan")
    GENERATION_AGE.set(age)
    TASKS.set(len(asyncio.all_tasks()))
    THREADS.set(threading.active_count())
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
