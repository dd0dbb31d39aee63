"""What one generation holds, written from arrays as fast as MongoDB takes it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
from bson.raw_bson import RawBSONDocument
from numpy.typing import NDArray
from pymongo import WriteConcern
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from infra.stores.generation_layout import MOVIE_FIELDS, Content
from infra.stores.list_encoding import StoredLists, decode_lists, encode_lists
from infra.stores.mongodb import DUPLICATE_KEY, Document, answering
from infra.stores.user_layout import DELETED_USERS

BATCH = 1_000
N_WRITERS = 2

ACKNOWLEDGED = WriteConcern(w=1)
"""Waits for no flush: nobody is pointed at these documents before a later write, the pointer's, is safe on a majority
of the servers, and they apply writes in order. So is the ledger's, which says that they are written."""


class GenerationContents:
    """The collections of one generation. Everything here raises ServerUnreachable when MongoDB does not answer."""

    def __init__(self, database: Database[Document], address: str, generation: str) -> None:
        self._database = database
        self._address = address
        self._generation = generation

    def write_lists(
        self,
        content: Content,
        ids: NDArray,
        movie_ids: NDArray,
        scores: NDArray,
        n_by_source: Mapping[str, NDArray],
        fingerprints: NDArray | None = None,
    ) -> None:
        """Write one list per id, of users or of movies; `list_encoding.StoredLists` says what the arrays are.

        A list that is there stays, so writing the same ones again writes those that are missing.
        """
        known = np.zeros(len(ids), np.uint64) if fingerprints is None else fingerprints
        lists = StoredLists(ids, movie_ids, scores, n_by_source, known)
        self._insert(content, len(ids), lambda rows: encode_lists(lists.where(rows)))

    def read_lists(self, content: Content, ids: NDArray, n: int) -> StoredLists:
        """Return the lists of those of `ids` that have one, by id; of each the first `n` movies."""
        asked = {"_id": {"$in": ids.tolist()}}
        with answering(self._address):
            found = list(self._database[content.of(self._generation)].find(asked).sort("_id"))
        return decode_lists(found, n)

    def copy_lists(self, content: Content, ids: NDArray, earlier: str) -> int:
        """Copy the lists of `ids` from an earlier generation, inside the server; return how many of them are here then.

        A list that is there stays. One that was replaced or removed in the earlier generation is not copied.
        """
        source, target = content.of(earlier), content.of(self._generation)
        asked: Document = {"_id": {"$in": ids.tolist()}, "fingerprint": {"$exists": True}}
        copy = {"into": target, "whenMatched": "keepExisting", "whenNotMatched": "insert"}
        with answering(self._address):
            self._database[source].aggregate([{"$match": asked}, {"$merge": copy}])
            return self._database[target].count_documents({"_id": asked["_id"]})

    def write_catalogue(self, movies: Sequence[Mapping[str, Any]]) -> None:
        """Write what the API shows of each movie; a row has `movie_id` and MOVIE_FIELDS."""

        def documents(rows: slice) -> list[Document]:
            return [
                {"_id": movie["movie_id"], **{name: movie[name] for name in MOVIE_FIELDS}} for movie in movies[rows]
            ]

        self._insert(Content.CATALOGUE, len(movies), documents)

    def write_popular_lists(self, lists: Mapping[str, tuple[NDArray, NDArray]]) -> None:
        """Write the movies liked best and their scores, of `all` and of each genre, best first."""
        scopes = list(lists.items())

        def documents(rows: slice) -> list[Document]:
            return [
                {"_id": scope, "movie_ids": movie_ids.tolist(), "scores": scores.tolist()}
                for scope, (movie_ids, scores) in scopes[rows]
            ]

        self._insert(Content.POPULAR_LISTS, len(scopes), documents)

    def counts(self, session: ClientSession | None = None) -> dict[str, int]:
        """Return how many documents MongoDB holds of each kind, by counting them."""
        with answering(self._address):
            return {
                content.value: self._database[content.of(self._generation)].count_documents({}, session=session)
                for content in Content
            }

    def size(self) -> int:
        """Return the bytes of its collections and of their indexes, as of MongoDB's last checkpoint."""
        with answering(self._address):
            told = [self._database.command("collStats", content.of(self._generation)) for content in Content]
        return sum(int(collection["totalSize"]) for collection in told)

    def count_without_deleted(self) -> tuple[dict[str, int], list[int]]:
        """Take out the lists of users who deleted their account; return the counts then, and these users.

        It is one transaction, so an account is deleted before it or after it, and the counts go with the users.
        """

        def steps(session: ClientSession) -> tuple[dict[str, int], list[int]]:
            deleted = self.leave_out_deleted(session)
            return self.counts(session), deleted

        with answering(self._address), self._database.client.start_session() as session:
            return session.with_transaction(steps)

    def leave_out_deleted(self, session: ClientSession) -> list[int]:
        """Take out the lists of users who deleted their account, and return everyone who ever did."""
        deleted = [user["_id"] for user in self._database[DELETED_USERS].find(session=session)]
        lists = self._database[Content.USER_LISTS.of(self._generation)]
        lists.delete_many({"_id": {"$in": deleted}}, session=session)
        return deleted

    def _insert(
        self, content: Content, n_documents: int, documents: Callable[[slice], Sequence[Document | RawBSONDocument]]
    ) -> None:
        """Insert `documents(rows)` for every batch of rows: one is built while another is on its way."""
        collection = self._database[content.of(self._generation)].with_options(write_concern=ACKNOWLEDGED)

        def write(start: int) -> None:
            with _leaving_what_is_there():
                collection.insert_many(documents(slice(start, start + BATCH)), ordered=False)

        with answering(self._address), ThreadPoolExecutor(N_WRITERS) as writers:
            list(writers.map(write, range(0, n_documents, BATCH)))


@contextmanager
def _leaving_what_is_there() -> Iterator[None]:
    """Pass over documents that cannot be inserted because they are there."""
    try:
        yield
    except BulkWriteError as error:
        if any(failure["code"] != DUPLICATE_KEY for failure in (error.details or {})["writeErrors"]):
            raise
