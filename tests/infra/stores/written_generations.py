"""Small generations, and what MongoDB has of them."""

from datetime import UTC, date, datetime

import numpy as np
from pymongo.database import Database

from infra.stores.generation_layout import Content
from infra.stores.generations import GenerationStore
from infra.stores.manifest import Check

DAY = date(2026, 11, 20)
NIGHT = datetime(2026, 11, 20, 0, 31, 5, tzinfo=UTC)
MODELS = {"recommender": {"name": "als", "version": 3}, "similar_movies": {"name": "likeness", "version": 2}}
PASSED = Check("user_recommendations", "unknown movies", 0, "0", passed=True)
FAILED = Check("user_recommendations", "unknown movies", 7, "0", passed=False)


def written(store: GenerationStore, night: datetime = NIGHT, snapshot: str = "first") -> str:
    """Begin a generation and write one user's list into it."""
    generation = store.begin(DAY, MODELS, night, {"snapshot": snapshot})
    lists = np.array([[50, 60]]), np.array([[0.9, 0.5]], np.float32), {"als": np.array([2])}
    store.contents(generation).write_lists(Content.USER_LISTS, np.array([1]), *lists)
    return generation


def published(store: GenerationStore, night: datetime = NIGHT) -> str:
    """Put a generation in force."""
    generation = written(store, night)
    store.publish(generation, {}, [PASSED])
    return generation


def in_force(database: Database) -> str | None:
    """Return the generation readers are pointed at."""
    pointer = database.serving_state.find_one({"_id": "recommendations"})
    return pointer and pointer["generation"]


def state(database: Database, generation: str) -> str:
    """Return what has become of a generation."""
    return database.generations.find_one({"_id": generation})["state"]


def generations_with_lists(database: Database) -> list[str]:
    """Return whose lists are kept, the oldest first."""
    return sorted(name.split("_")[-1] for name in database.list_collection_names() if name.startswith("user_rec"))
