"""A night of 72 people and 90 movies, published here or, as a process of its own, on a Spark cluster.

`python -m tests.stack.cluster <lake> <MongoDB address> <database>` takes the cluster from MARQUEE_SPARK__MASTER.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from infra.settings import get_settings
from infra.stores.generations import GenerationStore
from infra.stores.lake import Lake
from infra.stores.snapshot import Snapshot
from infra.tables import FEATURES
from models.als import Als
from models.ease import Ease
from pipelines import publish_recommendations
from pipelines.feature_arrays import read_ratings
from pipelines.publication import shards
from pipelines.publication.tonight import Publication
from tests.catalogues import silent
from tests.pipelines.publishing import stored

NIGHT = datetime(2026, 11, 20, 0, 31, 5, tzinfo=UTC)
GENRES = ("Comedy", "Drama", "Western")
MOVIES = [(m, f"Movie {m}", [GENRES[m % 3]], 3 + m / 100) for m in range(1, 91)]
RATINGS = [(u, m, 1 + (u * m) % 9 / 2) for u in range(1, 121) for m in range(1, 91) if (u * 7 + m * m) % 5 == 0]
LISTS_PER_SHARD = 3


def publish(snapshot: Snapshot, store: GenerationStore, docs_dir: Path) -> None:
    """Publish on the cluster that is configured, or here, with models that always come out the same."""
    ratings = read_ratings(snapshot)
    champions = (stored(model().fit(ratings, silent(ratings))) for model in (Als, Ease))
    make_shards = publish_recommendations.where_configured(get_settings().spark)
    publication = Publication(snapshot, *champions, n=20)
    publish_recommendations.run(publication, store, NIGHT, docs_dir, make_shards=make_shards)


if __name__ == "__main__":
    lake, address, database = sys.argv[1:]
    shards.SHARD_SIZE = LISTS_PER_SHARD
    with GenerationStore(address, database) as store:
        publish(Lake(lake).open(FEATURES), store, Path(lake))
