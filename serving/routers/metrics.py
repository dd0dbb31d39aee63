"""What Prometheus asks."""

from fastapi import APIRouter, Response

from serving.dependencies import Now, OpenStores
from serving.metrics import expose

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
async def metrics(stores: OpenStores, now: Now) -> Response:
    """Every figure of this process; docs/howto/serving.md says what they mean."""
    return expose(stores.recommendations.generation, stores.guards, now)
