"""Archives typed out in a test, and an ingestion of one as a process of its own that can be killed.

`python -m tests.pipelines.written_archives <lake> <archive folder> <data docs>`
"""

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from infra.spark import create_session
from infra.stores.lake import Lake
from pipelines import ingest_ratings

DAY = date(2026, 11, 20)
MOVIES = [
    "1,Toy Story (1995),Animation|Comedy",
    '2,"American President, The (1995)",Drama|Romance',
    "3,Heat (1995),Crime",
]
RATINGS = ["7,1,4.0,1260759144", "7,2,3.5,1260759179", "8,1,5.0,1260759182"]
TAGS = ["7,1,funny,1445714994"]
LINKS = ["1,0114709,862", "2,0112346,", "3,0113277,949"]


def write_archive(
    folder: Path,
    ratings: Iterable[str] = RATINGS,
    movies: Iterable[str] = MOVIES,
    tags: Iterable[str] = TAGS,
    links: Iterable[str] = LINKS,
) -> Path:
    """Write rows under MovieLens' headers; a character U+DCxx becomes the byte xx, so that encoding can be broken."""
    files = {
        "ratings.csv": ["userId,movieId,rating,timestamp", *ratings],
        "movies.csv": ["movieId,title,genres", *movies],
        "tags.csv": ["userId,movieId,tag,timestamp", *tags],
        "links.csv": ["movieId,imdbId,tmdbId", *links],
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in files.items():
        (folder / name).write_bytes("".join(f"{line}\r\n" for line in lines).encode(errors="surrogateescape"))
    return folder


def write_actions(home: Path, *lines: str) -> None:
    """Write what users did as the export does, in the folder `mongodb`."""
    folder = home / "mongodb"
    folder.mkdir(exist_ok=True)
    (folder / "actions.csv").write_text("\n".join(["userId,movieId,kind,rating,timestamp", *lines, ""]))


if __name__ == "__main__":
    lake, folder, docs = sys.argv[1:]
    spark = create_session("killed", "local[1]", 512)
    ingest_ratings.run(DAY, Lake(lake), spark, Path(folder), Path(folder) / "no actions", Path(docs))
