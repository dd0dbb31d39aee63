import pytest

from pipelines.plan import main
from tests.feature_snapshot import DAY, write_features
from tests.pipelines.landed import RATING_ROWS, land


@pytest.fixture(autouse=True)
def configured(lake, configure, no_mongodb):
    configure(LAKE__ROOT=lake.root)


def test_a_plan_names_stages_stores_replicas_and_availability(capsys):
    main(n_users=5_000, n_movies=2_000, n_interactions=900_000)

    told = capsys.readouterr().out
    for word in (
        "etl",
        "train",
        "publish",
        "together",
        "lake",
        "MongoDB",
        "Redis",
        "API: 2 replicas",
        "available: 99.",
    ):
        assert word in told
    assert "EXTRAPOLATED" not in told


def test_a_plan_far_beyond_what_was_run_says_so(capsys):
    main(n_users=10_000_000, n_movies=100_000, n_interactions=1_000_000_000)

    assert "EXTRAPOLATED: per interaction, " in capsys.readouterr().out


def test_a_night_is_given_the_cores_that_finish_it_in_time(capsys):
    def cores(hours):
        main(n_users=10_000_000, n_movies=100_000, n_interactions=1_000_000_000, hours=hours)
        [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("together")]
        n_cores, took = line.split()[1:]
        assert float(took) <= hours
        return int(n_cores)

    assert cores(hours=1) > cores(hours=10) >= 2


@pytest.mark.parametrize(("p99", "told"), [(0.001, "at best"), (0.1, "replicas")])
def test_a_p99_that_cannot_be_had_is_said_in_words(p99, told, capsys):
    main(n_users=1_000, n_movies=100, n_interactions=10_000, p99_seconds=p99)

    assert told in capsys.readouterr().out


def test_a_plan_is_corrected_by_what_the_newest_night_here_took(spark, lake, capsys):
    land(lake, spark, DAY, RATING_ROWS)
    write_features(lake, spark, [(1, 2, 4.0)], [(2, "Heat", ["Action"], 4.0)])

    main(n_users=5_000, n_movies=2_000, n_interactions=900_000)

    assert "etl is corrected by the newest here, of 4 interactions, which took " in capsys.readouterr().out


def test_a_plan_is_corrected_by_what_the_generation_in_force_took(publish, mongodb, configure, capsys):
    publish()
    configure(MONGODB__URL=mongodb.address, MONGODB__DATABASE=mongodb.database)

    main(n_users=5_000, n_movies=2_000, n_interactions=900_000)

    assert "publish is corrected by the newest here, of 6 interactions, which took " in capsys.readouterr().out


def test_without_mongodb_or_a_generation_a_plan_says_that_publication_is_not_corrected(mongodb, configure, capsys):
    main(n_users=5_000, n_movies=2_000, n_interactions=900_000)
    configure(MONGODB__URL=mongodb.address, MONGODB__DATABASE=mongodb.database)
    main(n_users=5_000, n_movies=2_000, n_interactions=900_000)

    without, before_the_first = (told.split("\n")[0] for told in capsys.readouterr().out.split("publish is not ")[1:])
    assert without.startswith("corrected: MongoDB does not answer at ")
    assert before_the_first.startswith("corrected: the generation in force, if any, ")


def test_the_memory_of_an_etl_is_bounded_by_the_heap_that_is_configured(configure, capsys):
    configure(SPARK__DRIVER_MEMORY_MB=3_000)

    main(n_users=10_000_000, n_movies=100_000, n_interactions=1_000_000_000)

    [etl] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("etl   ")]
    assert "4.1 GB" in etl
