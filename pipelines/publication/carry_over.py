"""Lists of last night that are good for tonight too."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from infra.stores.generation_layout import Content, begun_at
from infra.stores.generations import GenerationStore
from infra.stores.list_encoding import StoredLists, decode_lists
from pipelines.publication.fingerprints import fingerprints
from pipelines.publication.lists import make_lists
from pipelines.publication.shards import SHARD_SIZE
from pipelines.publication.tonight import Tonight

SAMPLE_SHARE = 0.01
LEAST_SAMPLE = 100
"""So many users and so many movies are looked at again at least, so that a small night is checked as well."""

ROUNDING = 1e-5


class Making(NamedTuple):
    """A generation in the making, and the one in force (None before the first), whose lists it keeps if trusted."""

    generation: str
    last: str | None
    is_last_trusted: bool


def read_last(
    tonight: Tonight, store: GenerationStore, making: Making, content: Content, ids: NDArray[np.int64]
) -> StoredLists:
    """Return last night's lists of those of `ids` that had one."""
    if making.last is None:
        return decode_lists([], tonight.n)
    return store.contents(making.last).read_lists(content, ids, tonight.n)


def unchanged(tonight: Tonight, content: Content, last: StoredLists) -> NDArray[np.bool_]:
    """Tell which of last night's lists (n_lists), of users and movies there are tonight, come out the same tonight."""
    return last.fingerprints == fingerprints(tonight, content, last.ids, last.n_by_source)


def begin_carry_over(tonight: Tonight, store: GenerationStore, generation: str) -> Making:
    """Compute a random 1 % of what would be kept anew; last night is trusted if these are the same lists.

    The id of the generation decides who that is. What is found is noted in its document, and stands when it is gone on
    with.
    """
    noted = store.document(generation).get("carry_over")
    if noted is None:
        last = store.in_force()
        n_sampled, n_differing = map(sum, zip(*_compare(tonight, store, Making(generation, last, True)), strict=True))
        noted = {"last": last, "n_sampled": n_sampled, "n_differing": n_differing}
        store.describe(generation, {"carry_over": noted})
    if noted["n_differing"]:
        print(
            f"{noted['n_differing']} of {noted['n_sampled']} lists of {noted['last']} that should be the same tonight "
            "come out differently: everything is computed anew"
        )
    return Making(generation, noted["last"], is_last_trusted=not noted["n_differing"])


def _compare(tonight: Tonight, store: GenerationStore, making: Making) -> Iterator[tuple[int, int]]:
    """Yield how many lists were computed anew, and how many of them are others."""
    for content, ids in _sample(tonight, making.generation):
        last = read_last(tonight, store, making, content, ids)
        kept = last.where(unchanged(tonight, content, last))
        made = make_lists(tonight, content, kept.ids)
        differs = (kept.movie_ids != made.movie_ids) | ~np.isclose(kept.scores, made.scores, ROUNDING, ROUNDING)
        yield len(kept.ids), int(np.count_nonzero(differs.any(axis=1)))


def _sample(tonight: Tonight, generation: str) -> Iterator[tuple[Content, NDArray[np.int64]]]:
    chance = np.random.default_rng(int(begun_at(generation).timestamp()))
    for content in tonight.makers:
        ids = tonight.ids(content)
        n_drawn = min(len(ids), max(LEAST_SAMPLE, round(SAMPLE_SHARE * len(ids))))
        drawn = np.sort(chance.choice(ids, n_drawn, replace=False))
        for first in range(0, n_drawn, SHARD_SIZE):
            yield content, drawn[first : first + SHARD_SIZE]
