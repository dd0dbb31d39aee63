"""What a MovieLens archive must hold, and getting it out of a zip."""

import shutil
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from tqdm import tqdm

from infra.errors import ArchiveBroken
from infra.stores.space import require_space

SUFFIXES = (".csv", ".dat")
REQUIRED = ("ratings", "movies")
OPTIONAL = ("tags", "links")  # ml-1m has neither, ml-10m has no links
CHUNK_BYTES = 1 << 20


def check(archive: Path) -> None:
    """Raise ArchiveBroken unless this zip or folder holds ratings and movies in one of the formats."""
    if archive.is_dir():
        _names_read((path.name for path in archive.iterdir()), archive)
    else:
        _members(archive)


def unpack(archive: Path, folder: Path) -> None:
    """Make `folder` hold exactly the files we read; it appears whole or not at all, and replaces an earlier one.

    Each file is written under its last name, so no member can reach outside. Raises ArchiveBroken for a damaged zip.
    """
    members = _members(archive)
    folder.parent.mkdir(parents=True, exist_ok=True)
    require_space(folder.parent, sum(member.file_size for member in members.values()), f"unpacking {archive.name}")
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".unpacking-") as draft:
        whole = Path(draft) / folder.name
        whole.mkdir()
        try:
            _copy_members(archive, members, whole)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
            raise ArchiveBroken(f"{archive} is damaged ({error}): delete or replace it") from error
        if folder.exists():
            shutil.rmtree(folder)
        whole.rename(folder)


def _members(archive: Path) -> dict[str, zipfile.ZipInfo]:
    """Return the members of a zip that we read, by their last name."""
    try:
        with zipfile.ZipFile(archive) as opened:
            files = [(PurePosixPath(info.filename).name, info) for info in opened.infolist() if not info.is_dir()]
    except zipfile.BadZipFile as error:
        raise ArchiveBroken(f"{archive} is no zip ({error}): delete or replace it") from error
    names = _names_read((name for name, _ in files), archive)
    return {name: info for name, info in files if name in names}


def _names_read(names: Iterable[str], archive: Path) -> list[str]:
    """Return those of `names` that we read, in the first format that is complete and without a name twice."""
    counts = Counter(names)
    for suffix in SUFFIXES:
        found = [name + suffix for name in (*REQUIRED, *OPTIONAL) if counts[name + suffix]]
        if all(name + suffix in found for name in REQUIRED) and all(counts[name] == 1 for name in found):
            return found
    raise ArchiveBroken(
        f"{archive} is not of MovieLens' form: it must hold ratings.csv and movies.csv (or .dat) once each, "
        f"and holds {', '.join(sorted(counts.elements())[:10]) or 'nothing'}"
    )


def _copy_members(archive: Path, members: dict[str, zipfile.ZipInfo], folder: Path) -> None:
    n_bytes = sum(member.file_size for member in members.values())
    with (
        zipfile.ZipFile(archive) as opened,
        tqdm(total=n_bytes, unit="B", unit_scale=True, desc=f"unpacking {archive.name}") as progress,
    ):
        for name, member in members.items():
            with opened.open(member) as source, (folder / name).open("wb") as target:
                while chunk := source.read(CHUNK_BYTES):
                    target.write(chunk)
                    progress.update(len(chunk))
