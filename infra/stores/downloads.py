"""One file over HTTP, taken up again where a broken connection left it."""

import time
from pathlib import Path

import httpx
from tqdm import tqdm

from infra.stores.space import require_space

PAUSES_SECONDS: tuple[float, ...] = (1, 2, 4, 8)
"""How long to wait after each broken connection; one break more than these is an error."""
TIMEOUT = httpx.Timeout(30, connect=10)


def download(url: str, part: Path) -> None:
    """Bring the file at `url` into `part`, asking only for what earlier calls or broken connections left out.

    A part is taken up again only while the server still has the version it came from; a note beside the part remembers
    it until `forget`. Raises httpx.HTTPError when the server refuses or cannot be reached, MachineUnfit when the disk
    cannot hold the file; what has come stays for the next call.
    """
    with httpx.Client(follow_redirects=True, timeout=TIMEOUT, headers={"Accept-Encoding": "identity"}) as client:
        for pause in PAUSES_SECONDS:
            try:
                return _receive(client, url, part)
            except httpx.TransportError:
                if not part.exists():  # nothing ever came: waiting would only delay the message
                    raise
                time.sleep(pause)
        return _receive(client, url, part)


def forget(part: Path) -> None:
    """Delete `part`, where it still is, and the note of its version."""
    part.unlink(missing_ok=True)
    _note(part).unlink(missing_ok=True)


def _receive(client: httpx.Client, url: str, part: Path) -> None:
    version = _note(part).read_text() if part.exists() and _note(part).exists() else ""
    # From the last byte that came, not the one after: so the range is not empty when the part is already whole.
    start = max(part.stat().st_size - 1, 0) if version else 0
    rest_only = {"Range": f"bytes={start}-", "If-Range": version} if version else {}
    with client.stream("GET", url, headers=rest_only) as response:
        if not version or _can_follow(response, start, version):
            response.raise_for_status()
            return _write(response, part, start if response.status_code == httpx.codes.PARTIAL_CONTENT else 0)
    forget(part)
    return _receive(client, url, part)


def _can_follow(response: httpx.Response, start: int, version: str) -> bool:
    """Tell whether the answer is the rest of the version we have, or says nothing against it."""
    if response.status_code == httpx.codes.PARTIAL_CONTENT:  # not every server heeds If-Range
        return _version(response) == version and response.headers["Content-Range"].startswith(f"bytes {start}-")
    return response.status_code != httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE


def _write(response: httpx.Response, part: Path, start: int) -> None:
    n_bytes = int(response.headers.get("Content-Length", 0))
    require_space(part.parent, n_bytes, f"downloading {part.stem}")
    if not start:
        forget(part)
        _note(part).write_text(_version(response))
    progress = tqdm(total=start + n_bytes or None, initial=start, unit="B", unit_scale=True, desc=part.stem)
    with part.open("r+b" if start else "wb") as file, progress:
        file.seek(start)
        for chunk in response.iter_raw():  # as it comes: a chunk size would hold bytes back and lose them in a break
            file.write(chunk)
            progress.update(len(chunk))


def _version(response: httpx.Response) -> str:
    """Return what If-Range may hold: a strong ETag, else the date of the last change, else nothing."""
    etag = response.headers.get("ETag", "W/")
    return response.headers.get("Last-Modified", "") if etag.startswith("W/") else etag


def _note(part: Path) -> Path:
    return part.with_name(f"{part.name}.version")
