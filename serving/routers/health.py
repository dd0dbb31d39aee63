"""What a supervisor and a load balancer ask."""

from fastapi import APIRouter

from serving.dependencies import Now, Store
from serving.examples import READINESS
from serving.readiness import readiness
from serving.schemas import Liveness, Readiness

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
async def live() -> Liveness:
    """Whether the process runs; it asks no other server."""
    return Liveness()


@router.get("/ready", responses=READINESS)
async def ready(store: Store, now: Now) -> Readiness:
    """Whether answers are as good as they can be.

    The status is 200 even when degraded, since every request is still answered: take such an instance out of a load
    balancer only while others are `ready`.
    """
    return readiness(store, now)
