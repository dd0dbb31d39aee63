"""What a shard tells of its lists, in numbers that add up to those of the generation."""

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any

from infra.stores.generation_layout import Content
from infra.stores.list_encoding import StoredLists
from models.recommender import TopLists
from pipelines.publication.checks import count_faults
from pipelines.publication.lists import hidden_from
from pipelines.publication.tonight import Tonight

Figures = Mapping[str, Any]
"""Numbers by name, or more of them one level down, as MongoDB keeps them."""


def figures_of(content: Content, lists: StoredLists, tonight: Tonight) -> Figures:
    """Return the figures of some lists of a content."""
    top_lists, hidden = TopLists(lists.movie_ids, lists.scores), hidden_from(tonight, content, lists.ids)
    return {"faults": count_faults(content, top_lists, hidden, tonight.catalogue)}


def add_up(figures: Iterable[Figures]) -> Figures:
    """Return the figures of all shards together."""
    return reduce(_plus, figures, {})


def _plus(one: Any, other: Any) -> Any:
    if not isinstance(one, Mapping):
        return one + other
    return {**one, **{name: _plus(one[name], figure) if name in one else figure for name, figure in other.items()}}
