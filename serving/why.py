"""Why a movie is in a list: what is stored, at once, and what a near-line worker says of it. Plain Python: no HTTP."""

import json
from dataclasses import dataclass

from pymongo.asynchronous.database import AsyncDatabase

from infra.errors import NotExplained, ServerUnreachable
from infra.stores.list_records import read_list_record
from infra.stores.mongodb import Document
from infra.stores.questions import Questions
from serving.schemas import Movie
from serving.why_schemas import DoneSince, ListPlace, Reasons, Why, WhyGeneration


@dataclass(frozen=True)
class Explainer:
    """Reads the record, and asks a near-line worker, who has a model, for so many seconds."""

    database: AsyncDatabase[Document]
    questions: Questions
    patience_seconds: float

    async def why(self, user_id: int, movie_id: int) -> Why:
        """Return what is stored, with the reasons or why there are none.

        Raises NoGeneration, NotInCatalogue, or ServerUnreachable when MongoDB does not answer.
        """
        record = await read_list_record(self.database, user_id, movie_id)
        reasons, missing = await self._reasons(user_id, movie_id)
        return Why(
            user_id=user_id,
            movie=Movie.model_validate(record.movie, from_attributes=True),
            place=ListPlace.model_validate(record.place) if record.place else None,
            n_listed=len(record.ranked.movie_ids) if record.ranked else 0,
            generated_at=record.generated_at,
            done_since=[DoneSince.model_validate(each) for each in record.done_since],
            generation=WhyGeneration.model_validate(record.generation),
            reasons=reasons,
            reasons_missing=missing,
        )

    async def _reasons(self, user_id: int, movie_id: int) -> tuple[Reasons | None, str | None]:
        try:
            told = json.loads(await self.questions.ask(user_id, movie_id, self.patience_seconds))
        except (NotExplained, ServerUnreachable) as error:
            return None, str(error)
        if "missing" in told:
            return None, told["missing"]
        return Reasons.model_validate(told["reasons"]), None
