"""Asking why of lists that were really published, by every kind of model."""

import asyncio
import re
from array import array
from dataclasses import replace
from datetime import timedelta

import pytest
from pymongo import MongoClient
from redis.exceptions import RedisError

from infra.errors import NoGeneration, NotExplained, NotInCatalogue
from infra.settings import get_settings
from infra.stores.experiment import Experiment
from infra.stores.generation_layout import Content
from infra.stores.guard import Guard
from infra.stores.histories import read_histories
from infra.stores.interactions import Action
from infra.stores.lake import Lake
from infra.stores.list_cache import ListCache
from infra.stores.list_records import Verdict, read_list_record
from infra.stores.ranked_movies import ModelVersion
from infra.stores.registry import RECOMMENDER, ModelRegistry
from infra.stores.user_layout import Kind
from infra.stores.user_lists import UserLists
from models import two_stage
from models.popularity import Popularity
from models.ratings import Ratings
from models.two_stage import AlsCatboost
from models.zoo import KNOWS_USERS_BY_ID, ZOO
from pipelines import why
from pipelines.explaining.reasons import find_reasons
from pipelines.feature_arrays import read_ratings
from pipelines.near_line.champion import champion_on
from pipelines.near_line.lists import make_lists
from tests.catalogues import silent
from tests.feature_snapshot import write_features
from tests.infra.stores.peopled import peopled
from tests.pipelines.explained import N_LISTED, USER, fitted, listed, movies, people, publish, read, version_of
from tests.pipelines.publishing import stored
from tests.publication import NIGHT


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    return Lake(str(tmp_path_factory.mktemp("lake")))


@pytest.fixture(scope="module")
def snapshot(spark, lake):
    return write_features(lake, spark, people(), movies())


@pytest.fixture(scope="module")
def models(snapshot):
    """Every model of the zoo as the registry returns it, with a ranker however little there is to learn from."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(two_stage, "MIN_CHOSEN", 1)
        yield {name: fitted(model(), snapshot) for name, model in ZOO.items()}


@pytest.fixture(scope="module")
def load(models, snapshot):
    """Return a champion as it is loaded to be asked."""
    return lambda name: champion_on(snapshot, version_of(models[name]), models[name])


@pytest.mark.parametrize("name", ZOO)
def test_a_score_made_again_from_what_is_stored_agrees_by_every_kind_of_model(name, models, load, mongodb, snapshot):
    generation = publish(mongodb, snapshot, models[name])
    movie_ids, champion = listed(mongodb, generation), load(name)

    for place in (0, 9, N_LISTED - 1):
        record = read(mongodb, movie_ids[place])
        reasons = find_reasons(champion, record)
        assert reasons.disagreement == ""
        assert (reasons.again.rank, reasons.again.score) == (
            place + 1,
            pytest.approx(record.place.score, abs=1e-6, rel=1e-6),
        )
        assert reasons.verdict is Verdict.LISTED
        assert any(opinion.rank for opinion in reasons.opinions)


async def renew(people, champion, generation, generated_at):
    """Make the profile's list anew, as a near-line worker does."""
    done = await read_histories(people.database, [people.user_id])
    lists = make_lists(champion, [people.user_id], done, generated_at, N_LISTED)
    cache = ListCache(people.redis, Guard("Redis", 5_000, RedisError))
    await UserLists(people.database, cache, people.events).write(generation, lists)
    return lists[people.user_id].movie_ids


async def do(people, kind, movie_id, at, **content):
    await people.interactions.do(Action(people.user_id, kind, movie_id, at, content or None))


@pytest.mark.parametrize("name", sorted(ZOO.keys() - KNOWS_USERS_BY_ID))
def test_a_score_renewed_near_line_is_made_again_from_what_the_user_had_done_by_then(
    name, models, load, mongodb, redis, snapshot
):
    generation, champion = publish(mongodb, snapshot, models[name]), load(name)

    async def scenario():
        async with peopled(mongodb, redis) as people:
            for movie_id in (3, 6, 9, 12):
                await do(people, Kind.RATING, movie_id, NIGHT, rating=4.5)
            await do(people, Kind.WATCH, 15, NIGHT, watched=True)
            await do(people, Kind.HIDE, 18, NIGHT, hidden=True)
            movie_ids = await renew(people, champion, generation, NIGHT + timedelta(hours=1))
            await do(people, Kind.RATING, movie_ids[1], NIGHT + timedelta(hours=2), rating=0.5)
            for movie_id in (movie_ids[0], movie_ids[1], movie_ids[-1]):
                record = await read_list_record(people.database, people.user_id, movie_id)
                assert record.is_renewed
                assert find_reasons(champion, record).disagreement == ""

            async def verdict(movie_id):
                return find_reasons(champion, await read_list_record(people.database, people.user_id, movie_id)).verdict

            assert [await verdict(movie_id) for movie_id in (3, 15, 18)] == ["rated", "watched", "hidden"]

    asyncio.run(scenario())


def test_a_list_whose_inputs_are_gone_is_said_to_disagree(models, load, mongodb, redis, snapshot):
    generation, champion = publish(mongodb, snapshot, models["als"]), load("als")

    async def scenario():
        async with peopled(mongodb, redis) as people:
            for movie_id in (3, 6, 9, 12):
                await do(people, Kind.RATING, movie_id, NIGHT, rating=4.5)
            best, *_ = await renew(people, champion, generation, NIGHT + timedelta(hours=1))
            await do(people, Kind.RATING, 3, NIGHT + timedelta(hours=2))  # without a rating: taken back
            record = await read_list_record(people.database, people.user_id, best)
            assert "may have been undone or replaced since" in find_reasons(champion, record).disagreement

    asyncio.run(scenario())


@pytest.fixture
def als(models, load, mongodb, snapshot):
    """The list of USER by als, as stored, and the one to be asked about it."""
    return load("als"), listed(mongodb, publish(mongodb, snapshot, models["als"]))


def test_a_movie_the_user_has_rated_is_not_in_the_list_for_that_reason(als, mongodb):
    rated = next(movie for user, movie, _ in people() if user == USER)

    reasons = find_reasons(als[0], read(mongodb, rated))

    assert (reasons.verdict, reasons.rank, reasons.disagreement) == (Verdict.RATED, None, "")


def test_a_movie_behind_the_end_of_the_list_has_its_rank(als, mongodb):
    rated = {movie for user, movie, _ in people() if user == USER}
    behind = [movie for movie, *_ in movies() if movie not in rated and movie not in als[1]]

    found = [find_reasons(als[0], read(mongodb, movie)) for movie in behind]

    assert {reasons.verdict for reasons in found} == {Verdict.BEYOND_THE_LIST}
    assert sorted(reasons.rank for reasons in found) == [*range(N_LISTED + 1, len(movies()) - len(rated) + 1)]


def test_a_movie_that_no_source_proposes_is_no_candidate(mongodb, snapshot, monkeypatch):
    monkeypatch.setattr(two_stage, "MIN_CHOSEN", 1)
    model = fitted(AlsCatboost(n_candidates=N_LISTED, n_trees=5), snapshot)
    champion = champion_on(snapshot, version_of(model), model)
    movie_ids = listed(mongodb, publish(mongodb, snapshot, model))
    rated = {movie for user, movie, _ in people() if user == USER}
    others = [movie for movie, *_ in movies() if movie not in rated and movie not in movie_ids]

    verdicts = {find_reasons(champion, read(mongodb, movie)).verdict for movie in others[:5]}

    assert verdicts == {Verdict.NOT_A_CANDIDATE}


def test_what_fills_a_list_up_is_told_from_what_the_model_says(mongodb, snapshot):
    one = Ratings.of([1], [70], [4.0], [0])
    model = stored(Popularity().fit(one, silent(one)))
    champion = champion_on(snapshot, version_of(model), model)
    first, second, *_ = listed(mongodb, publish(mongodb, snapshot, model))

    found = [find_reasons(champion, read(mongodb, movie)) for movie in (first, second)]

    assert [reasons.verdict for reasons in found] == [Verdict.LISTED, Verdict.FILLS_UP]
    assert [reasons.disagreement for reasons in found] == ["", ""]


def test_someone_without_a_list_is_said_to_have_none(als, mongodb):
    assert find_reasons(als[0], read(mongodb, 3, user_id=999_999)).verdict is Verdict.NO_LIST


def test_a_stored_score_that_is_not_the_one_made_again_is_said_to_disagree(als, mongodb):
    champion, movie_ids = als
    with MongoClient(mongodb.address) as client:
        database = client[mongodb.database]
        generation = database.serving_state.find_one({"_id": "recommendations"})["generation"]
        lists = database[Content.USER_LISTS.of(generation)]
        stored = lists.find_one({"_id": USER})
        scores, listed = array("f", stored["scores"]), array("i", stored["movie_ids"])
        scores[0], listed[1] = 0.125, 999
        lists.update_one({"_id": USER}, {"$set": {"scores": scores.tobytes(), "movie_ids": listed.tobytes()}})

    first, second = (find_reasons(champion, read(mongodb, movie)).disagreement for movie in movie_ids[:2])
    landed_again = replace(champion, snapshot="2026-11-20/later")
    third = find_reasons(landed_again, read(mongodb, movie_ids[0])).disagreement

    assert first.startswith("the score is 0.125 as stored and ")
    assert "the inputs are the same, so code or machine must be another" in first
    assert second.startswith("the movie is in the list only as it was made again: ")
    assert third.endswith(f"made from the snapshot {champion.snapshot}, and 2026-11-20/later is there now")


def test_another_version_than_the_lists_own_is_not_asked(als, mongodb):
    champion, (best, *_) = als

    with pytest.raises(NotExplained, match="the list was made by als version 3, and als version 4 is loaded"):
        find_reasons(replace(champion, version=ModelVersion("als", 4)), read(mongodb, best))


def test_before_the_first_publication_there_is_nothing_to_ask_about(mongodb):
    with pytest.raises(NoGeneration, match="nobody has a list"):
        read(mongodb, 3)


def test_a_movie_of_no_catalogue_is_said_to_be_unknown(als, mongodb):
    with pytest.raises(NotInCatalogue, match="no movie 999999 in the catalogue of generation 2026-11-20T003105Z"):
        read(mongodb, 999_999)


def test_the_command_tells_it_by_the_configured_stores(lake, snapshot, mongodb, mlflow_server, monkeypatch, capsys):
    monkeypatch.setattr(two_stage, "MIN_CHOSEN", 1)
    registry, ratings = ModelRegistry(mlflow_server.address), read_ratings(snapshot)
    model = AlsCatboost(n_trees=5).fit(ratings, silent(ratings))
    with Experiment(mlflow_server.address, mlflow_server.experiment).night(snapshot.manifest) as night:
        run_id = Experiment(mlflow_server.address, mlflow_server.experiment).log_run(night, model, {})
    champion = registry.load(RECOMMENDER, registry.register(RECOMMENDER, run_id, model))
    best, *_ = listed(mongodb, publish(mongodb, snapshot, champion))
    monkeypatch.setenv("MARQUEE_LAKE__ROOT", lake.root)
    monkeypatch.setenv("MARQUEE_MLFLOW__URL", mlflow_server.address)
    monkeypatch.setenv("MARQUEE_MONGODB__URL", mongodb.address)
    monkeypatch.setenv("MARQUEE_MONGODB__DATABASE", mongodb.database)
    get_settings.cache_clear()

    why.main(USER, best)

    get_settings.cache_clear()
    told = capsys.readouterr().out
    assert f"Movie {best} (1999), movie {best}, for user {USER}:" in told
    assert "it is in the list by what als_catboost says of it" in told
    assert "place         1, score " in told
    assert re.search(r"^  als +rank +\d+ score .*, a candidate$", told, re.MULTILINE)
    assert "als_score" in told
    assert "made again    it agrees with what is stored" in told
    assert re.search(r"^checks        (\d+) of \1 passed$", told, re.MULTILINE)
    assert f"snapshot      {snapshot.name}, requirements.lock " in told
    assert re.search(rf"^  ratings +{snapshot.manifest.hashes['ratings']}$", told, re.MULTILINE)
