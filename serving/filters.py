"""What a caller wants of a list."""

from collections.abc import Container, Iterable
from dataclasses import dataclass

from infra.errors import NotInCatalogue
from infra.stores.ranked_movies import Movie
from infra.stores.recent_interactions import Interaction
from infra.stores.recommendations import Generation
from infra.stores.user_layout import Kind
from infra.tables import EVERY_GENRE
from serving.parameters import DEFAULT_LIMIT, ExcludeWatched, Genre, Limit, Offset, YearFrom, YearTo


@dataclass(frozen=True)
class Wanted:
    """Which movies, and which part of the list; a year range leaves out movies whose year is not known."""

    limit: Limit = DEFAULT_LIMIT
    offset: Offset = 0
    genre: Genre = None
    year_from: YearFrom = None
    year_to: YearTo = None

    @property
    def end(self) -> int:
        """The rank of the last movie that may be shown."""
        return self.offset + self.limit

    def keeps(self, movie: Movie) -> bool:
        """Tell whether a movie may be shown."""
        return (self.genre is None or self.genre in movie.genres) and self._keeps_year(movie.year)

    def _keeps_year(self, year: int | None) -> bool:
        if self.year_from is None and self.year_to is None:
            return True
        return year is not None and (self.year_from or year) <= year <= (self.year_to or year)


@dataclass(frozen=True)
class WantedByUser(Wanted):
    """Which movies for one user."""

    exclude_watched: ExcludeWatched = True

    def left_out(self, interactions: Iterable[Interaction]) -> Container[int]:
        """Return the movies not to show: what was hidden, and what was rated or watched, unless that is wanted."""
        return {each.movie_id for each in interactions if self.exclude_watched or each.kind is Kind.HIDE}


def check_genre(generation: Generation, genre: str | None) -> None:
    """Raise NotInCatalogue for a genre that has no list; before the first publication every genre may have one."""
    if genre is None:
        return
    genres = sorted(generation.popular.keys() - {EVERY_GENRE})
    if genres and genre not in genres:
        raise NotInCatalogue(f"no movie is of the genre '{genre}'; the genres are {', '.join(genres)}")
