"""A server that answers what a test says, one thing after the other, and then the last for ever."""

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, repeat
from threading import Lock, Thread

HANG_UP = 0
"""In place of a status: the connection is closed without an answer."""


@contextmanager
def scripted_server(*script):
    """Serve pairs of a status and a body; give the address."""
    answers, lock = chain(script, repeat(script[-1])), Lock()

    class Scripted(BaseHTTPRequestHandler):
        def do_GET(self):
            with lock:
                status, body = next(answers)
            if status != HANG_UP:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Scripted) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
