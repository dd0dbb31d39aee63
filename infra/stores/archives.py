"""MovieLens archives: found in a folder, or downloaded from their publisher and kept there."""

import hashlib
import re
from pathlib import Path

import httpx

from infra.errors import ArchiveBroken, ArchiveUnavailable
from infra.stores import archive_format
from infra.stores.downloads import TIMEOUT, download, forget

DATASETS = ("ml-latest-small", "ml-25m", "ml-32m", "ml-latest", "ml-1m", "ml-10m")
"""What GroupLens publishes in a form we read."""
REACH_SECONDS = 3.0


class ArchiveStore:
    """Archives are kept as `<archive_dir>/<name>.zip`; one that is there is never downloaded again."""

    def __init__(self, archive_dir: Path, download_url: str) -> None:
        self._archive_dir = archive_dir
        self._download_url = download_url.rstrip("/")

    def fetch(self, name: str) -> Path:
        """Return the zip of a dataset, downloading it if need be; the path of a zip or folder is returned as it is.

        Raises ArchiveUnavailable when it cannot be had, ArchiveBroken when it is not what the published md5 or the
        format promises. A download that broke off is taken up again by the next call.
        """
        archive = self._locate(name)
        if not archive.exists():
            self._download(archive)
        archive_format.check(archive)
        return archive

    def is_within_reach(self, name: str) -> bool:
        """Tell whether the archive is here, or its publisher answers within REACH_SECONDS that it has it."""
        archive = self._locate(name)
        if archive.exists():
            return True
        try:
            return httpx.head(self._url(archive), follow_redirects=True, timeout=REACH_SECONDS).is_success
        except httpx.HTTPError:
            return False

    def extract(self, archive: Path, into: Path) -> Path:
        """Return a folder with the files we read, unpacked to `<into>/<name of the archive>`.

        It appears whole or not at all, and replaces an earlier one; an archive that is a folder is returned as it is.
        """
        if archive.is_dir():
            return archive
        folder = into / archive.stem
        archive_format.unpack(archive, folder)
        return folder

    def _locate(self, name: str) -> Path:
        if name in DATASETS:
            return self._archive_dir / f"{name}.zip"
        if Path(name).exists():
            return Path(name)
        raise ArchiveUnavailable(
            f"`{name}` is neither a dataset nor the path of a zip or folder: "
            f"choose one of {', '.join(DATASETS)}, `sample`, or a path that exists"
        )

    def _url(self, archive: Path) -> str:
        return f"{self._download_url}/{archive.name}"

    def _download(self, archive: Path) -> None:
        part = archive.with_name(f"{archive.name}.part")
        part.parent.mkdir(parents=True, exist_ok=True)
        try:
            download(self._url(archive), part)
            _require_md5(part, _published_md5(f"{self._url(archive)}.md5"))
        except httpx.HTTPError as error:
            raise ArchiveUnavailable(
                f"{_in_words(error)}: try again later (what came is kept), put {archive.name} into a folder and set "
                f"MARQUEE_DATA__ARCHIVE_DIR to that folder, or choose the dataset `sample`"
            ) from error
        part.rename(archive)
        forget(part)


def _published_md5(url: str) -> str:
    """Return the sum in `MD5 (ml-1m.zip) = c4d9...` or `6b51...  ml-25m.zip`: GroupLens writes both."""
    text = httpx.get(url, follow_redirects=True, timeout=TIMEOUT).raise_for_status().text
    found = re.search(r"\b[0-9a-f]{32}\b", text.lower())
    if not found:
        raise ArchiveBroken(f"{url} holds no md5 sum to check the archive by, but {text[:80]!r}")
    return found[0]


def _require_md5(part: Path, published: str) -> None:
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "md5").hexdigest()
    if found != published:
        forget(part)
        raise ArchiveBroken(
            f"{part.stem} was published with md5 {published} and came with {found}: it was deleted, download it again"
        )


def _in_words(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"{error.request.url} answers {error.response.status_code} {error.response.reason_phrase}"
    return f"{error.request.url} cannot be downloaded ({type(error).__name__}: {error})"
