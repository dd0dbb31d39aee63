"""How a step fails: the last line of its log is a sentence."""

import logging

import pytest

from infra.errors import ArchiveUnavailable, ExpectationFailed, MarqueeError, NoChampion, ServerUnreachable


def fail(error):
    from dags.steps import in_words

    @in_words
    def step():
        raise error

    with pytest.raises(SystemExit) as ending:
        step()
    return ending.value


def decision(ending):
    from dags.steps import STEP_DEFAULTS

    return STEP_DEFAULTS["retry_policy"].evaluate(ending, try_number=1, max_tries=2).action.value


def test_a_step_that_works_is_left_alone():
    from dags.steps import in_words

    assert in_words(lambda day: day)("2026-11-20") == "2026-11-20"


def test_the_log_ends_with_our_message_and_has_no_trace(caplog):
    ending = fail(ExpectationFailed("raw_ratings: 7.1 % refused rows, at most 5 % allowed"))

    assert caplog.messages == ["ExpectationFailed: raw_ratings: 7.1 % refused rows, at most 5 % allowed"]
    assert caplog.records[0].levelno == logging.ERROR
    assert caplog.records[0].exc_info is None
    assert ending.code == 1
    assert ending.__suppress_context__


@pytest.mark.parametrize("kind", [ServerUnreachable, ArchiveUnavailable])
def test_what_waiting_can_mend_is_tried_again(kind):
    assert decision(fail(kind("mongodb://127.0.0.1:27017 does not answer"))) == "default"


@pytest.mark.parametrize("kind", [ExpectationFailed, NoChampion, MarqueeError])
def test_what_waiting_cannot_mend_fails_at_once(kind):
    assert decision(fail(kind("no"))) == "fail"


def test_an_unforeseen_error_keeps_its_trace_above_the_sentence_and_is_tried_again(caplog):
    ending = fail(KeyError("movie_id"))

    assert caplog.messages == ["The step broke", "KeyError: 'movie_id'"]
    assert caplog.records[0].exc_info[0] is KeyError
    assert decision(ending) == "default"


def test_a_spark_job_that_fails_ends_with_its_first_cause_in_one_line(caplog, spark, tmp_path):
    from py4j.protocol import Py4JJavaError

    occupied = tmp_path / "a_file"
    occupied.touch()
    with pytest.raises(Py4JJavaError) as failure:
        spark.range(1).write.parquet(str(occupied / "table"))

    fail(failure.value)

    assert caplog.messages[-1].startswith("Spark failed: ")
    assert str(occupied) in caplog.messages[-1]
    assert "\n" not in caplog.messages[-1]


def test_a_jvm_that_died_is_named(caplog):
    from py4j.protocol import Py4JNetworkError

    fail(Py4JNetworkError("Answer from Java side is empty"))

    assert caplog.messages[-1].startswith("Spark's JVM is gone")
