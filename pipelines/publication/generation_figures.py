"""The figures of a generation, by which the next night is judged."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import add
from typing import Any, NamedTuple, Self

from infra.stores.generation_layout import MAKERS, Content
from infra.stores.ledger import ShardRecord
from models.ratings import Ratings
from pipelines.publication.figures import Figures


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

    @classmethod
    def of_shards(
        cls, models: Mapping[str, Mapping[str, Any]], ratings: Ratings, records: Sequence[ShardRecord]
    ) -> Self:
        """Add up what all shards of a generation tell; `models` names what made it, by role."""
        of_content = {
            content: [Figures.from_document(record.figures) for record in records if record.content is content]
            for content in MAKERS
        }
        lists = {content: reduce(add, shards) for content, shards in of_content.items()}
        return cls(_makers(models), MadeFrom.of(ratings), lists)

    def as_document(self) -> dict[str, Any]:
        """Return all but the models, which the document of a generation names anyway."""
        lists = {content.value: figures.as_document() for content, figures in self.lists.items()}
        return {"made_from": asdict(self.made_from), "lists": lists}

    @classmethod
    def of_generation(cls, document: Mapping[str, Any]) -> Self | None:
        """Read what the document of a generation holds, or None where it has no figures, as before there was a gate."""
        if "made_from" not in document.get("figures", {}):
            return None
        lists = {content: Figures.from_document(document["figures"]["lists"][content]) for content in MAKERS}
        return cls(_makers(document["models"]), MadeFrom(**document["figures"]["made_from"]), lists)


def _makers(models: Mapping[str, Mapping[str, Any]]) -> dict[Content, tuple[str, int]]:
    return {content: (models[role]["name"], models[role]["version"]) for content, role in MAKERS.items()}
