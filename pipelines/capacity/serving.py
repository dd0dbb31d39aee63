"""How many API replicas a rate of requests takes, and how often there is an answer."""

from math import ceil, comb, log

RATE_OF_REPLICA = 1_190.0
"""Lists a second that one process answered from MongoDB (docs/howto/serving.md); from Redis it was twice that."""


def replicas_for(rate: float, p99_seconds: float, rate_of_replica: float = RATE_OF_REPLICA) -> int:
    """Return how many replicas answer `rate` requests a second, 99 of 100 within `p99_seconds`.

    Each is a queue with one server (M/M/1), whose answers take longer than t with probability exp(-(c - r) t) at a rate
    r of the c it can do. Raises ValueError when not even an idle replica is that quick.
    """
    most = rate_of_replica - log(100) / p99_seconds
    if most <= 0:
        raise ValueError(f"the p99 of a replica is {quickest(rate_of_replica):.4f} s at best, not {p99_seconds:g} s")
    return ceil(rate / most)


def quickest(rate_of_replica: float = RATE_OF_REPLICA) -> float:
    """Return the p99 in seconds of a replica that nobody else asks."""
    return log(100) / rate_of_replica


def availability(n_needed: int, n_nodes: int, of_node: float) -> float:
    """Return the probability that at least `n_needed` of `n_nodes` are up, each alone with probability `of_node`."""
    return sum(
        comb(n_nodes, n_up) * of_node**n_up * (1 - of_node) ** (n_nodes - n_up) for n_up in range(n_needed, n_nodes + 1)
    )
