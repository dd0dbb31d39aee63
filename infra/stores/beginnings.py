"""Which generation a publication writes: one that was left off, or a new one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pymongo import DESCENDING
from pymongo.collection import Collection

from infra.stores.generation_layout import State, begun_at, generation_id
from infra.stores.mongodb import Document

NEWEST_FIRST = [("_id", DESCENDING)]


def left_off(generations: Collection[Document], inputs: Mapping[str, Any]) -> str | None:
    """Return a generation of the same inputs that can be gone on with, or None.

    It is one still in the making, or the newest, if it was only held by comparisons: that one is in the making again,
    so that it need not be made anew to be accepted. The lists of any held before it are gone.
    """
    newest = generations.find_one(sort=NEWEST_FIRST)
    if newest and newest.get("is_held") and newest.get("inputs") == inputs:
        generations.update_one({"_id": newest["_id"]}, {"$set": {"state": State.BUILDING}})
    building = generations.find({"state": State.BUILDING}, sort=NEWEST_FIRST)
    return next((found["_id"] for found in building if found.get("inputs") == inputs), None)


def new_id(generations: Collection[Document], began_at: datetime) -> str:
    """Return an id that grows even within a second, or after the clock was set back."""
    newest = generations.find_one(sort=NEWEST_FIRST)
    return generation_id(max(began_at, begun_at(newest["_id"]) + timedelta(seconds=1)) if newest else began_at)
