"""Between two nights, the hybrid model goes on learning from what profiles rated since.

Each time it leaves a version whose tags say what it knows: `learned_until`, before which it has learned every rating,
and `continues`, the version of the night that it came of. Tags and version are written in one step, so that a run that
is killed leaves neither, and the next one learns the same once. The next night learns from everything anew.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from infra.stores.experiment import Experiment
from infra.stores.histories import Done
from infra.stores.lake import Lake
from infra.stores.ranked_movies import ModelVersion
from infra.stores.refreshes import SETTLING
from infra.stores.registry import RECOMMENDER, ModelRegistry, Version
from infra.stores.snapshot import Snapshot
from infra.stores.user_layout import FIRST_PROFILE_USER_ID
from infra.tables import FEATURES, MOVIES, RATINGS
from models.hybrid import Hybrid
from models.ratings import Ratings
from pipelines.near_line.lists import of_record
from pipelines.training.checks import check_learned
from pipelines.training.training_set import read_movies, read_tags

LEARNED_UNTIL, CONTINUES = "learned_until", "continues"

EVER = datetime(1970, 1, 1, tzinfo=UTC)

Opinion = tuple[int, int, int]
"""A user, a movie, and the millisecond of the rating."""


class Start(NamedTuple):
    """A version to go on from: it has learned all that was rated before `since`, and those of `known` that came later.

    `night` is the version it came of, itself if it was trained in the night.
    """

    version: Version
    night: int
    since: datetime
    known: frozenset[Opinion]

    def news(self, rated: Iterable[Done], snapshot: Snapshot) -> list[Done]:
        """Return the ratings it has not learned, of the movies of a snapshot."""
        listed = set(snapshot.read_arrow(MOVIES, ["movie_id"])["movie_id"].to_pylist())
        mine = (each for each in rated if each.movie_id in listed)
        return [each for each in mine if opinion(each.user_id, each.movie_id, each.happened_at) not in self.known]


def find_start(registry: ModelRegistry, lake: Lake, champion: ModelVersion | None) -> Start | None:
    """Return the newest version that came of the last night's hybrid, or of the champion if that is one; None without.

    None, and a line that says so, also if the ratings that it has learned are no longer known. Raises SnapshotMissing.
    """
    versions = registry.versions(RECOMMENDER, Hybrid.name)
    of_nights = (number for number, tags in versions.items() if CONTINUES not in tags)
    night = champion.version if champion and champion.name == Hybrid.name else next(of_nights, None)
    ours = (number for number, tags in versions.items() if night in (number, int(tags.get(CONTINUES, 0))))
    newest = next(ours, None)
    if night is None or newest is None:
        return None
    version, tags = registry.describe(RECOMMENDER, newest), versions[newest]
    if LEARNED_UNTIL in tags:
        return Start(version, night, datetime.fromisoformat(tags[LEARNED_UNTIL]), frozenset())
    snapshot = lake.open(FEATURES, date.fromisoformat(version.snapshot_date))
    if snapshot.manifest.hashes[RATINGS.name] != registry.manifest(version).hashes[RATINGS.name]:
        print(f"hybrid version {newest} learns nothing: the snapshot of {version.snapshot_date} was replaced since")
        return None
    known = rated_by_profiles(snapshot)
    newest_of_all = max((moment for _, _, moment in known), default=None)
    since = EVER if newest_of_all is None else EVER + timedelta(milliseconds=newest_of_all) - SETTLING
    return Start(version, night, since, known)


def learn(
    registry: ModelRegistry, start: Start, rated: Sequence[Done], gone: Sequence[int], snapshot: Snapshot
) -> Hybrid | None:
    """Return the model of a start after these ratings, without the users who are gone; None if it stays as it is.

    The snapshot, which has all movies rated, says what there is to know of them; describing them takes seconds, and is
    done only if there is something to learn. Raises ModelRefused when not all it has learned are numbers.
    """
    stored = registry.load(RECOMMENDER, start.version.version)
    model = Hybrid.restore(stored.parameters, stored.arrays)
    if not rated and not (model.users.positions(gone) >= 0).any():
        return None
    catalogue = read_movies(snapshot).described(read_tags(snapshot))
    model.without_users(gone).fit_partial(Ratings.of(*of_record(rated), catalogue.movies.ids), catalogue)
    check_learned(model)
    return model


def keep(registry: ModelRegistry, experiment: Experiment, start: Start, model: Hybrid, until: datetime) -> int:
    """Register what learned all that was rated before `until`, in place of what it came of; return the version.

    Versions of the night stay, and so does whatever somebody decided about.
    """
    tags = {
        LEARNED_UNTIL: until.isoformat(),
        CONTINUES: str(start.night),
        "newest_rating": str(int(until.timestamp())),
    }
    with experiment.night(registry.manifest(start.version), "refresh") as night:
        version = registry.register(RECOMMENDER, experiment.log_run(night, model, {}, tags), model)
    for older, its_tags in registry.versions(RECOMMENDER, Hybrid.name).items():
        if older != version and LEARNED_UNTIL in its_tags and "verdict" not in its_tags:
            registry.remove(RECOMMENDER, older)
    return version


def rated_by_profiles(snapshot: Snapshot) -> frozenset[Opinion]:
    """Return the opinions of profiles in a snapshot."""
    rows = snapshot.read_arrow(RATINGS, ["user_id", "movie_id", "rated_at"])
    of_profiles = rows.filter(rows["user_id"].to_numpy() >= FIRST_PROFILE_USER_ID).to_pylist()
    return frozenset(opinion(row["user_id"], row["movie_id"], row["rated_at"]) for row in of_profiles)


def opinion(user_id: int, movie_id: int, rated_at: datetime) -> Opinion:
    """Return what tells one rating from another, also of the same user and movie."""
    return user_id, movie_id, round(rated_at.timestamp() * 1_000)
