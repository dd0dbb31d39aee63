"""Give an account the admin role: `python -m serving.make_admin <name>`."""

import asyncio
import sys

from infra.errors import MarqueeError
from infra.settings import Settings, get_settings
from infra.stores import mongodb
from infra.stores.accounts import AccountStore


async def make_admin(name: str, settings: Settings) -> str:
    """Return what was done, in words."""
    async with mongodb.connect_async(settings.mongodb.address, settings.api.action_timeout_ms) as client:
        is_known = await AccountStore(client[settings.mongodb.database]).make_admin(name)
    return f"{name} is an admin now" if is_known else f"there is no account '{name}': register it first"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        print(asyncio.run(make_admin(sys.argv[1].lower(), get_settings())))
    except MarqueeError as error:
        sys.exit(str(error))
