"""The figures of a generation, by which the next night is judged."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

from infra.stores.generation_layout import MAKERS, Content
from models.ratings import Ratings
from pipelines.publication.list_figures import Figures


@dataclass(frozen=True)
class MadeFrom:
    """The ratings behind the lists; `newest_rating` is in seconds since 1970 (UTC), 0 where there is none.

    `n_repeated` counts the ratings of a user and movie that another one is there for.
    """

    n_ratings: int
    n_users: int
    n_movies: int
    newest_rating: int
    n_repeated: int

    @classmethod
    def of(cls, ratings: Ratings) -> Self:
        """Look at ratings, whose movies are the catalogue."""
        return cls(
            n_ratings=len(ratings),
            n_users=len(ratings.users),
            n_movies=len(ratings.movies),
            newest_rating=int(ratings.rated_at.max(initial=0)),
            n_repeated=len(ratings) - ratings.matrix.nnz,
        )

    @property
    def newest(self) -> str:
        """When the newest rating was given, such as 2026-11-20 23:59."""
        return f"{datetime.fromtimestamp(self.newest_rating, UTC):%Y-%m-%d %H:%M}"


class GenerationFigures(NamedTuple):
    """What is compared between nights; `models` has the name and version that made each content."""

    models: Mapping[Content, tuple[str, int]]
    made_from: MadeFrom
    lists: Mapping[Content, Figures]

    def as_document(self) -> dict[str, Any]:
        """Return all but the models, which the document of a generation names anyway."""
        lists = {content.value: figures.as_document() for content, figures in self.lists.items()}
        return {"made_from": asdict(self.made_from), "lists": lists}

    @classmethod
    def of_generation(cls, document: Mapping[str, Any] | None) -> Self | None:
        """Read what the document of a generation holds, or None where it has no figures."""
        if document is None or "figures" not in document:
            return None
        made_by = {content: document["models"][role] for content, role in MAKERS.items()}
        models = {content: (model["name"], model["version"]) for content, model in made_by.items()}
        lists = {content: Figures.from_document(document["figures"]["lists"][content]) for content in MAKERS}
        return cls(models, MadeFrom(**document["figures"]["made_from"]), lists)
