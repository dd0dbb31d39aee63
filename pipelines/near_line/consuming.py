"""Handling events until told to stop: an effect first, then the word that it is done."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from infra.errors import NoChampion, ServerUnreachable
from infra.stores.streams import Consumer, Event

WAIT_SECONDS = 0.5
PAUSE_SECONDS = 1.0

WAITED_FOR = (ServerUnreachable, NoChampion)
"""What is no fault of an event, so it is no try."""

Handle = Callable[[Sequence[Event]], Awaitable[None]]

log = logging.getLogger(__name__)


async def consume(
    consumer: Consumer, handle: Handle, when_idle: Callable[[], Awaitable[None]], stopping: asyncio.Event
) -> None:
    """Take events and handle them until `stopping`; the batch in hand is finished.

    `handle` may be given the same event again and must not mind. When it raises one of WAITED_FOR, the same events are
    tried after a pause, as often as it takes. Any other error counts as a try.
    """
    events: Sequence[Event] = ()
    told = ""
    while not stopping.is_set():
        try:
            events = events or await consumer.take(WAIT_SECONDS)
            if events:
                await settle(consumer, handle, events)
            else:
                await when_idle()
            events = ()
            told = ""
        except WAITED_FOR as error:
            if told != (told := str(error)):
                log.warning("%d events wait: %s", len(events), told)
            await asyncio.sleep(PAUSE_SECONDS)


async def settle(consumer: Consumer, handle: Handle, events: Sequence[Event]) -> None:
    """Handle events together, or one by one if that fails, so that one that cannot be handled harms no other."""
    try:
        await handle(events)
    except WAITED_FOR:
        raise
    except Exception as error:  # whatever it is, it must not end the worker, and is told with the dead letter
        if len(events) > 1:
            for event in events:
                await settle(consumer, handle, [event])
            return
        reason = f"{type(error).__name__}: {error}"
        is_dead = await consumer.failed(events[0], reason)
        log.warning("try %d of %s %s: %s", events[0].n_tries, events[0].text, "was the last" if is_dead else "", reason)
    else:
        await consumer.done(events)
