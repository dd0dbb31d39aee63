"""Whether answers are as good as they can be."""

from datetime import datetime

from infra.stores.generation_layout import Content
from infra.stores.recommendations import RecommendationStore
from serving.lookup import Found
from serving.schemas import Readiness
from serving.staleness import why_stale


def readiness(store: RecommendationStore, now: datetime) -> Readiness:
    """Return whether answers are as good as they can be, and if not, why."""
    generation = store.generation
    problems = []
    if not store.is_reachable:
        problems.append("MongoDB does not answer: lists come from the cache and from memory")
    if generation.id is None:
        problems.append("no generation has been read yet: every list is the one shipped with the API")
    return Readiness(
        status="degraded" if problems else "ready",
        detail="; ".join(problems) or "all is well",
        generation=generation.id,
        generated_at=generation.generated_at,
        is_stale=why_stale(Found(Content.USER_LISTS, generation), store.champions, now) is not None,
    )
