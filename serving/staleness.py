"""When a list is out of date, in one place. A stale list is still served: it says so, and a new one is asked for.

A list is stale, by the first of these that holds, when
- it is older than STALE_AFTER, or there is none to date;
- it was made by a model that is no longer champion;
- its user has since given a strong opinion: a rating of at most STRONG_DISLIKE or at least STRONG_LIKE;
- its user has since done MANY things: rated, watched or hidden a movie.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from infra.stores.generation_layout import MAKERS
from infra.stores.ranked_movies import ModelVersion
from serving.lookup import Found
from serving.schemas import StaleReason

STALE_AFTER = timedelta(hours=36)
STRONG_DISLIKE, STRONG_LIKE = 2.0, 4.5
MANY = 5


def why_stale(found: Found, champions: Mapping[str, ModelVersion], now: datetime) -> StaleReason | None:
    """Judge a list by when and by what it was made; None if both are as they should be.

    `champions` is by role; where one is not known, or the list's own model is not, the model says nothing.
    """
    if found.generated_at is None or now - found.generated_at > STALE_AFTER:
        return StaleReason.AGE
    model, champion = found.model, champions.get(MAKERS.get(found.content, ""))
    return StaleReason.MODEL if model and champion and model != champion else None


def why_outdated(found: Found) -> StaleReason | None:
    """Judge a list by what its user did since it was made; where it is known that there is none, everything counts."""
    if not found.is_known:
        return None
    since = found.generated_at if found.ranked else None
    new = [each for each in found.interactions if since is None or each.happened_at > since]
    if any(_is_strong(interaction.rating) for interaction in new):
        return StaleReason.STRONG_OPINION
    return StaleReason.INTERACTIONS if len(new) >= MANY else None


def _is_strong(rating: float | None) -> bool:
    return rating is not None and not STRONG_DISLIKE < rating < STRONG_LIKE
