"""An HTTP server of files that can be told to misbehave as real ones do."""

import hashlib
import threading
from email.utils import formatdate
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class PublishedFiles:
    """Serves what `publish` was given, and remembers each request as (method, path, Range header)."""

    def __init__(self):
        self.requests = []
        self.heeds_range = True
        self.heeds_if_range = True
        self.break_after = []  # for each archive asked for, in turn: how many bytes come before the connection is cut
        self.when_broken = lambda: None
        self.claimed_length = None
        self.withdrawn = set()
        self._contents = {}
        self._changed_at = 1_000_000_000

    def publish(self, name, content, md5=None):
        published = md5 or f"MD5 ({name}) = {hashlib.md5(content).hexdigest()}\n"
        self._contents |= {f"/{name}": content, f"/{name}.md5": published.encode()}
        self._changed_at += 60

    def ranges_asked(self, name):
        return [asked for method, path, asked in self.requests if (method, path) == ("GET", f"/{name}")]

    def __enter__(self):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Answer, self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request):
        self.requests.append((request.command, request.path, request.headers["Range"]))
        content = self._contents.get(request.path)
        if content is None or request.path in self.withdrawn:
            return request.send_error(404)
        version = formatdate(self._changed_at, usegmt=True)
        start = self._start(request, version)
        if start is not None and start >= len(content):
            return request.send_error(416)
        request.send_response(200 if start is None else 206)
        request.send_header("Last-Modified", version)
        request.send_header("Content-Length", self.claimed_length or len(content) - (start or 0))
        if start is not None:
            request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        request.end_headers()
        return self._send(request, content[start or 0 :])

    def _start(self, request, version):
        asked = request.headers["Range"]
        is_changed = request.headers["If-Range"] not in (None, version)
        if not asked or not self.heeds_range or (is_changed and self.heeds_if_range):
            return None
        return int(asked.removeprefix("bytes=").removesuffix("-"))

    def _send(self, request, content):
        if request.command == "HEAD":
            return
        is_cut = request.path.endswith(".zip") and bool(self.break_after)
        request.wfile.write(content[: self.break_after.pop(0)] if is_cut else content)
        if is_cut:
            self.when_broken()


class _Answer(BaseHTTPRequestHandler):
    def __init__(self, published, *connection):
        self.published = published
        super().__init__(*connection)

    def do_GET(self):
        self.published.answer(self)

    def do_HEAD(self):
        self.published.answer(self)

    def log_message(self, *_):
        pass
