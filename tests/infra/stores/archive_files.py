"""Archives of MovieLens' form, as bytes."""

import io
import zipfile
from collections.abc import Mapping

RATINGS = "userId,movieId,rating,timestamp\n1,1,4.0,964982703\n"
MOVIES = 'movieId,title,genres\n1,"American President, The (1995)",Comedy\n'


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """Return a zip that holds these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


SMALL = zipped({"ml-latest-small/ratings.csv": RATINGS, "ml-latest-small/movies.csv": MOVIES})
