"""Compute a list for every user and every movie, check them, and put them all in force at once."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import numpy as np

from infra.settings import get_settings
from infra.stores.generation_contents import GenerationContents
from infra.stores.generation_layout import MOVIE_FIELDS, Content
from infra.stores.generations import GenerationStore
from infra.stores.lake import Lake, Snapshot
from infra.stores.manifest import Check
from infra.stores.registry import RECOMMENDER, SIMILAR_MOVIES, ModelRegistry, StoredModel
from infra.tables import EVERY_GENRE, FEATURES, MOVIES, USER_FEATURES
from models.fallback import Ranking
from models.id_map import IdMap
from models.zoo import restore
from pipelines.feature_arrays import PopularList, read_popular_lists, read_ratings, read_top_rated
from pipelines.generation_checks import check_counts, check_lists
from pipelines.generation_lists import GenerationLists, lists_of_movies, lists_of_users

LIST_LENGTH = 100


class Publication(NamedTuple):
    """Everything a generation is made of, before it is written; `movies` are rows of the catalogue."""

    users: GenerationLists
    similar: GenerationLists
    movies: list[dict[str, Any]]
    popular: dict[str, PopularList]


def run(
    snapshot: Snapshot,
    recommender: StoredModel,
    similar_movies: StoredModel,
    store: GenerationStore,
    began_at: datetime,
    n: int = LIST_LENGTH,
) -> str:
    """Publish lists of `n` from one feature snapshot and two stored models, and return the generation's id.

    Users who deleted their account since the snapshot was made get none. Killed anywhere, it leaves the generation in
    force as it was; running it again publishes a new one.
    Raises GenerationRefused when a check fails.
    """
    models = {
        role: {"name": model.name, "version": model.version, "snapshot_date": model.snapshot_date}
        for role, model in ((RECOMMENDER, recommender), (SIMILAR_MOVIES, similar_movies))
    }
    generation = store.begin(snapshot.snapshot_date, models, began_at)
    print(f"generation {generation}: {recommender.name} version {recommender.version} on {snapshot.snapshot_date}")
    publication = compute(snapshot, recommender, similar_movies, n)
    contents = store.contents(generation)
    write(contents, publication)
    counts, deleted = contents.count_without_deleted()
    store.publish(generation, counts, check(publication, snapshot, counts, deleted))
    print(f"generation {generation} is in force: " + ", ".join(f"{counts[name]:,} {name}" for name in counts))
    return generation


def compute(snapshot: Snapshot, recommender: StoredModel, similar_movies: StoredModel, n: int) -> Publication:
    """Return lists of `n` for every user and movie of a snapshot, filled up where the models say too little."""
    movies = snapshot.read_arrow(MOVIES, ["movie_id", *MOVIE_FIELDS]).sort_by("movie_id").to_pylist()
    top_rated = read_top_rated(snapshot)
    popular = read_popular_lists(snapshot)
    genres = {scope: Ranking.of(*best) for scope, best in popular.items() if scope != EVERY_GENRE}
    first_genres = [next(filter(genres.__contains__, movie["genres"]), "") for movie in movies]
    users = lists_of_users(_restored(recommender), read_ratings(snapshot), top_rated, n)
    similar = lists_of_movies(_restored(similar_movies), np.array(first_genres), genres, top_rated, n)
    shown = {scope: PopularList(best.movie_ids[:n], best.scores[:n]) for scope, best in popular.items()}
    return Publication(users, similar, movies, shown)


def write(contents: GenerationContents, publication: Publication) -> None:
    """Write every collection of a generation."""
    for content, made in ((Content.USER_LISTS, publication.users), (Content.MOVIE_LISTS, publication.similar)):
        contents.write_lists(content, made.ids, *made.lists, made.n_by_source)
    contents.write_catalogue(publication.movies)
    contents.write_popular_lists(publication.popular)


def check(
    publication: Publication, snapshot: Snapshot, counts: Mapping[str, int], deleted_users: Sequence[int]
) -> list[Check]:
    """Judge what was computed and, by `counts` of its documents, what was written of all but deleted users."""
    catalogue = IdMap([movie["movie_id"] for movie in publication.movies])
    n_users, n_movies = (snapshot.manifest.tables[table.name].n_rows for table in (USER_FEATURES, MOVIES))
    expected: dict[str, int] = {
        Content.USER_LISTS: n_users - int(np.isin(publication.users.ids, deleted_users).sum()),
        Content.MOVIE_LISTS: n_movies,
        Content.CATALOGUE: n_movies,
        Content.POPULAR_LISTS: len(publication.popular),
    }
    return [
        *check_lists(Content.USER_LISTS, publication.users, catalogue, "movies the user has rated"),
        *check_lists(Content.MOVIE_LISTS, publication.similar, catalogue, "movies listed for themselves"),
        *check_counts(counts, expected),
    ]


def main(snapshot_date: str | None = None) -> str:
    """Publish from the feature snapshot of a date such as 2026-11-20, or the newest, and return its date.

    The models are the champions of the configured registry.
    """
    settings = get_settings()
    snapshot = Lake(settings.lake.root).open(FEATURES, date.fromisoformat(snapshot_date) if snapshot_date else None)
    registry = ModelRegistry(settings.mlflow.address)
    recommender, similar_movies = registry.champion(RECOMMENDER), registry.champion(SIMILAR_MOVIES)
    with GenerationStore(settings.mongodb.address, settings.mongodb.database) as store:
        run(snapshot, recommender, similar_movies, store, datetime.now(UTC))
    return str(snapshot.snapshot_date)


def _restored(model: StoredModel) -> Any:
    return restore(model.name, model.parameters, model.arrays)
