"""Word that another model is champion, on the Redis stream `model_updated`.

An entry has one field, `event`, which is JSON: `id` (handling one twice changes nothing), `registered_name`, `model`
and `version`.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from redis import Redis
from redis.exceptions import RedisError

STREAM = "model_updated"

TIMEOUT_SECONDS = 1.0

log = logging.getLogger(__name__)


def announce(address: str, registered_name: str, live: Mapping[str, Any]) -> None:
    """Tell the Redis at an address that a version, such as `{"name": "als", "version": 3}`, is champion now.

    The promotion log is the record, at which everyone looks by themselves too; so a Redis that is away is no error.
    """
    told = {"id": uuid4().hex, "registered_name": registered_name, "model": live["name"], "version": live["version"]}
    timeout = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
    try:
        with Redis.from_url(address, **timeout) as client:
            client.xadd(STREAM, {"event": json.dumps(told)})
    except RedisError as error:
        log.warning("nobody is told that %s version %s is champion: %s", live["name"], live["version"], error)
