"""Where a lake keeps its snapshots: a fresh folder per attempt, made visible by a manifest that is written last.

Layout, known only here:

    <root>/<layer>/<snapshot_date>/<attempt>/<table>/part-*.parquet
    <root>/<layer>/<snapshot_date>/manifest.json
    <root>/scratch/<any name>/, for as long as somebody works there
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from pyarrow import fs

from infra.stores.manifest import Manifest
from infra.tables import Table

MANIFEST = "manifest.json"


class Place(NamedTuple):
    """Which attempt at which snapshot."""

    layer: str
    snapshot_date: str
    attempt: str

    def __str__(self) -> str:
        """Return its folder under the root."""
        return f"{self.layer}/{self.snapshot_date}/{self.attempt}"


class Scratch(NamedTuple):
    """A folder for what is of no snapshot: as Spark knows it, and as `system` does."""

    location: str
    path: str
    system: fs.FileSystem


class LakeFiles:
    """The folders and manifests of a lake, on any file system that pyarrow and Spark both read."""

    def __init__(self, root: str) -> None:
        self.root = root if "://" in root else str(Path(root).absolute())
        self.system, self._path = fs.FileSystem.from_uri(re.sub("^s3a:", "s3:", self.root))  # Spark's name, pyarrow's

    def location(self, place: Place, table: Table) -> str:
        """Return the folder of a table, as Spark and people know it."""
        return f"{self.root}/{place}/{table.name}"

    def path(self, place: Place, table: Table) -> str:
        """Return the folder of a table, as `system` knows it."""
        return f"{self._path}/{place}/{table.name}"

    @contextmanager
    def scratch(self) -> Iterator[Scratch]:
        """Lend a new folder for as long as the block lasts."""
        name = f"scratch/{uuid4().hex}"
        scratch = Scratch(f"{self.root}/{name}", f"{self._path}/{name}", self.system)
        self.system.create_dir(scratch.path)
        try:
            yield scratch
        finally:
            self.system.delete_dir(scratch.path)

    def is_folder(self, path: str) -> bool:
        """Tell whether there is a folder at a path of `system`."""
        return self.system.get_file_info(path).type == fs.FileType.Directory

    def size(self, place: Place) -> int:
        """Return the bytes of all files of an attempt."""
        found = self.system.get_file_info(fs.FileSelector(f"{self._path}/{place}", recursive=True))
        return sum(info.size for info in found if info.type == fs.FileType.File)

    def complete_dates(self, layer: str) -> list[str]:
        """Return the dates that have a manifest."""
        folders = self.system.get_file_info(fs.FileSelector(f"{self._path}/{layer}", allow_not_found=True))
        manifests = self.system.get_file_info([f"{folder.path}/{MANIFEST}" for folder in folders])
        return [Path(info.path).parent.name for info in manifests if info.type == fs.FileType.File]

    def manifest(self, layer: str, snapshot_date: str) -> Manifest | None:
        """Return the manifest in force, if there is one."""
        try:
            with self.system.open_input_stream(f"{self._path}/{layer}/{snapshot_date}/{MANIFEST}") as stream:
                return Manifest.from_json(stream.read().decode())
        except FileNotFoundError:
            return None

    def publish(self, manifest: Manifest) -> None:
        """Put the manifest in place in one step, then drop attempts older than the one it replaces.

        The replaced one may be open in a reader, and a newer one may still be written by another run.
        """
        replaced = self.manifest(manifest.layer, manifest.snapshot_date)
        folder = f"{self._path}/{manifest.layer}/{manifest.snapshot_date}"
        draft = f"{folder}/{manifest.attempt}/{MANIFEST}"
        with self.system.open_output_stream(draft) as stream:
            stream.write(manifest.to_json().encode())
        self.system.move(draft, f"{folder}/{MANIFEST}")
        if replaced:
            self._drop_older(folder, replaced.attempt, manifest.attempt)

    def _drop_older(self, folder: str, replaced: str, in_force: str) -> None:
        for info in self.system.get_file_info(fs.FileSelector(folder)):
            if info.type == fs.FileType.Directory and info.base_name < replaced and info.base_name != in_force:
                self.system.delete_dir(info.path)
