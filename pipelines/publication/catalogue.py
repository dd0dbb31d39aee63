"""What a generation holds beside lists: what the API shows of the movies, and the popular lists."""

from infra.stores.generation_contents import GenerationContents
from infra.stores.generation_layout import MOVIE_FIELDS, Content
from infra.stores.snapshot import Snapshot
from infra.tables import MOVIES
from pipelines.feature_arrays import PopularList, read_popular_lists


def write_catalogue(snapshot: Snapshot, contents: GenerationContents, n: int) -> dict[str, int]:
    """Write the movies, and popular lists of up to `n`; return how many documents of each there must be then."""
    movies = snapshot.read_arrow(MOVIES, ["movie_id", *MOVIE_FIELDS]).sort_by("movie_id").to_pylist()
    popular = read_popular_lists(snapshot)
    contents.write_catalogue(movies)
    contents.write_popular_lists(
        {scope: PopularList(best.movie_ids[:n], best.scores[:n]) for scope, best in popular.items()}
    )
    return {Content.CATALOGUE: snapshot.record(MOVIES).n_rows, Content.POPULAR_LISTS: len(popular)}
