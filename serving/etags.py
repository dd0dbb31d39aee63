"""Answers that have not changed are not sent again: ETag, If-None-Match and 304 (RFC 9110, 8.8.3 and 13.1.2)."""

import re
from hashlib import blake2b

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SENT_WITH_304 = {b"etag", b"cache-control", b"vary", b"x-reco-generation", b"x-reco-age", b"x-reco-source"}
UNQUOTED = re.compile(r'(?:W/)?("[^"]*")')


class Etags:
    """ASGI middleware that tags the bodies of GET; tags are weak, for compression comes after."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI wants it."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        known = Headers(scope=scope).get("If-None-Match", "")
        held: Message | None = None

        async def send_tagged(message: Message) -> None:
            nonlocal held
            start, held = held, None
            if message["type"] == "http.response.start" and message["status"] == 200:
                held = message
            elif start and not message.get("more_body"):
                await _send_tagged(start, message, known, send)
            else:  # no success, or a stream, which is not held back
                for each in filter(None, (start, message)):
                    await send(each)

        await self._app(scope, receive, send_tagged)


async def _send_tagged(start: Message, body: Message, known: str, send: Send) -> None:
    tag = f'"{blake2b(body["body"], digest_size=8).hexdigest()}"'
    MutableHeaders(scope=start)["ETag"] = f"W/{tag}"
    if known.strip() == "*" or tag in UNQUOTED.findall(known):
        start["status"] = 304
        start["headers"] = [header for header in start["headers"] if header[0] in SENT_WITH_304]
        body = {**body, "body": b""}
    await send(start)
    await send(body)
