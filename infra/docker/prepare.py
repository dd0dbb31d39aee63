"""Prepare the stores of an installation before anything uses them: the replica set, its indexes, the bucket."""

import asyncio
from typing import Any

from pymongo import MongoClient
from pymongo.uri_parser import parse_uri

from infra.local import replica_set
from infra.settings import MongodbSettings, ObjectsSettings, get_settings
from infra.stores.generations import GenerationStore
from infra.stores.mongodb import connect_async
from infra.stores.objects import ObjectStore
from infra.stores.user_layout import ensure_indexes

INDEX_TIMEOUT_MS = 60_000


def prepare(mongodb: MongodbSettings, objects: ObjectsSettings) -> None:
    """Make MongoDB a replica set of one, create its indexes and the bucket of model artifacts; safe to repeat.

    Raises ServerUnreachable when a store does not answer.
    """
    ((host, port),) = parse_uri(mongodb.address)["nodelist"]
    with MongoClient[dict[str, Any]](mongodb.address, directConnection=True) as client:
        replica_set.configure(client.admin, f"{host}:{port}")
    with GenerationStore(mongodb.address, mongodb.database) as generations:
        generations.ensure_indexes()
    asyncio.run(_index_people(mongodb))
    ObjectStore(objects).ensure_bucket()


async def _index_people(mongodb: MongodbSettings) -> None:
    async with connect_async(mongodb.address, INDEX_TIMEOUT_MS) as client:
        await ensure_indexes(client[mongodb.database])


if __name__ == "__main__":
    settings = get_settings()
    prepare(settings.mongodb, settings.objects)
