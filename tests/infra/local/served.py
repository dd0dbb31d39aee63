"""An application behind a real socket, for as long as a test needs it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from infra.local.probes import wait_until
from tests.conftest import free_port

START_SECONDS = 10.0


@contextmanager
def served(app: FastAPI, port: int | None = None) -> Iterator[str]:
    """Yield the address of `app`, served by a thread, on a free port unless told otherwise."""
    port = port or free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert wait_until(lambda: server.started, START_SECONDS)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
