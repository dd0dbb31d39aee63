"""What route functions may ask for."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from infra.stores.recommendations import RecommendationStore
from serving.stores import Stores


async def get_stores(request: Request) -> Stores:
    """Return what was opened at start-up."""
    stores: Stores = request.app.state.stores
    return stores


async def get_store(request: Request) -> RecommendationStore:
    """Return the reader of generations."""
    return (await get_stores(request)).recommendations


async def get_now(request: Request) -> datetime:
    """Return the time of the request, in UTC."""
    now: datetime = request.app.state.clock()
    return now


OpenStores = Annotated[Stores, Depends(get_stores)]
Store = Annotated[RecommendationStore, Depends(get_store)]
Now = Annotated[datetime, Depends(get_now)]
