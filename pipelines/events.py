"""What lies in the event streams, and what could not be handled."""

import asyncio
from typing import Any

from redis.asyncio import Redis

from infra.settings import get_settings
from infra.stores.dead_letters import dead_letters, replay
from infra.stores.redis import answering, connect


async def show(client: Redis) -> None:
    """Print every stream with its groups, and every dead letter with its reason."""
    with answering():
        streams: list[str] = sorted([key async for key in client.scan_iter(_type="stream")])
        for stream in streams:
            print(f"{stream}: {await client.xlen(stream):,} events")
            groups: Any = await client.xinfo_groups(stream)
            for group in groups:
                untaken: Any = await client.xrange(stream, min=f"({group['last-delivered-id']}")
                print(f"  {group['name']}: {len(untaken):,} not taken yet, {group['pending']:,} taken and not done")
    for dead in await dead_letters(client):
        print(f"{dead.stream} of {dead.group}, {dead.n_tries} tries: {dead.reason}: {dead.event}")


async def put_back(client: Redis) -> None:
    """Put every dead letter back into its stream; running it again finds none."""
    print(f"{await replay(client):,} dead letters are back in their streams")


ACTIONS = {"show": show, "replay": put_back}


def main(action: str) -> None:
    """Do one of ACTIONS with the configured Redis."""

    async def act() -> None:
        async with connect(get_settings().redis.address, as_text=True) as client:
            await ACTIONS[action](client)

    asyncio.run(act())
