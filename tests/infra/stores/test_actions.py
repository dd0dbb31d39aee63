import asyncio
from datetime import timedelta

import pytest

from infra.errors import ServerUnreachable
from infra.stores import mongodb as mongodb_line
from infra.stores.actions import ActionStore
from infra.stores.erasure import Eraser
from infra.stores.interactions import Action
from infra.stores.user_layout import Kind
from tests.infra.stores.peopled import peopled
from tests.publication import NIGHT

ADA = 1_000_000_000
HEADER = "userId,movieId,kind,rating,timestamp"
LATER = NIGHT + timedelta(days=1)


@pytest.fixture
def exported(mongodb, tmp_path):
    """Export what was done before a moment, and return the lines."""

    def export(before=LATER):
        with ActionStore(mongodb.address, mongodb.database) as store:
            store.export(tmp_path / "actions.csv", before)
        assert [path.name for path in tmp_path.iterdir()] == ["actions.csv"]
        return (tmp_path / "actions.csv").read_text().splitlines()

    return export


@pytest.fixture
def doing(mongodb, redis):
    """Let the first profile of an account do things, such as report the review `r`; then let `afterwards` happen."""

    def do(*actions, afterwards=None):
        async def scenario():
            async with peopled(mongodb, redis) as people:
                assert people.user_id == ADA
                await people.database["reviews"].insert_one({"review_id": "r"})
                for kind, movie_id, now, content in actions:
                    review_id = "r" if kind is Kind.REPORT else None
                    await people.interactions.do(Action(ADA, kind, movie_id, now, content, review_id))
                if afterwards:
                    await afterwards(people)

        asyncio.run(scenario())

    return do


def test_where_nobody_did_anything_there_is_a_header(exported):
    assert exported() == [HEADER]


def test_ratings_views_bookmarks_and_hidden_movies_are_exported_with_their_time(doing, exported):
    doing(
        (Kind.HIDE, 1, NIGHT, {}),
        (Kind.BOOKMARK, 6, NIGHT + timedelta(seconds=1), {}),
        (Kind.WATCH, 6, NIGHT + timedelta(milliseconds=2500), {}),
        (Kind.RATING, 6, NIGHT + timedelta(seconds=3), {"rating": 4.5}),
        (Kind.REVIEW, 6, NIGHT + timedelta(seconds=4), {"text": "Good."}),
        (Kind.REPORT, 6, NIGHT + timedelta(seconds=5), {"reason": "rude"}),
    )
    night = int(NIGHT.timestamp())

    assert exported() == [
        HEADER,
        f"{ADA},6,rating,4.5,{night + 3}.000",
        f"{ADA},6,watch,,{night + 2}.500",
        f"{ADA},6,bookmark,,{night + 1}.000",
        f"{ADA},1,hide,,{night}.000",
    ]


def test_a_rating_that_was_removed_is_not_exported_and_of_a_changed_one_the_newest(doing, exported):
    later = NIGHT + timedelta(hours=1)
    doing(
        (Kind.RATING, 1, NIGHT, {"rating": 1.0}),
        (Kind.RATING, 6, NIGHT, {"rating": 2.0}),
        (Kind.RATING, 1, later, None),
        (Kind.RATING, 6, later + timedelta(seconds=1), {"rating": 3.0}),
    )

    assert exported()[1:] == [f"{ADA},6,rating,3.0,{int(later.timestamp()) + 1}.000"]


def test_only_what_happened_before_the_moment_is_exported(doing, exported):
    doing((Kind.WATCH, 1, NIGHT, {}), (Kind.WATCH, 6, LATER, {}))

    assert [line.split(",")[1] for line in exported(before=LATER)[1:]] == ["1"]


def test_exporting_again_gives_the_same_bytes(doing, exported):
    doing(*((Kind.WATCH, movie_id, NIGHT, {}) for movie_id in (6, 541, 1)))

    assert exported() == exported()


def test_demonstration_profiles_are_not_exported(doing, exported):
    async def as_somebody_of_the_archive(people):
        await people.database.ratings.insert_one(
            {"_id": "7-6", "user_id": 7, "movie_id": 6, "rating": 5.0, "rated_at": NIGHT}
        )

    doing((Kind.WATCH, 1, NIGHT, {}), afterwards=as_somebody_of_the_archive)

    assert len(exported()) == 2


def test_deleted_users_are_told_and_not_exported_even_if_a_backup_brings_them_back(doing, exported, mongodb):
    async def delete_and_restore(people):
        documents = await people.database.ratings.find().to_list()
        await Eraser(people.database, people.events).erase_account(people.account_id)
        await people.database.ratings.insert_many(documents)

    doing((Kind.RATING, 6, NIGHT, {"rating": 4.5}), afterwards=delete_and_restore)

    assert exported() == [HEADER]
    with ActionStore(mongodb.address, mongodb.database) as store:
        assert store.deleted_users() == [ADA]


def test_a_mongodb_that_does_not_answer_is_said_in_words(monkeypatch):
    monkeypatch.setattr(mongodb_line, "PATIENCE_MS", 100)

    with pytest.raises(ServerUnreachable, match="MongoDB does not answer at mongodb://127"):
        ActionStore("mongodb://127.0.0.1:9/?replicaSet=rs0", "test")
