"""What every task shares: how often it is tried, and how it fails."""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from infra.errors import ArchiveUnavailable, MarqueeError, ServerUnreachable

MENDED_BY_WAITING = (ServerUnreachable, ArchiveUnavailable)

log = logging.getLogger(__name__)


class GivenUp(SystemExit):
    """Ends a task that another try cannot mend."""


STEP_DEFAULTS = {
    "retries": 2,
    "retry_delay": timedelta(seconds=30),
    "retry_policy": ExceptionRetryPolicy([RetryRule(GivenUp, RetryAction.FAIL, reason="another try cannot mend it")]),
}


def in_words(step: Callable) -> Callable:
    """Make a failing step end its log with one sentence, and fail at once where another try cannot help.

    Airflow prints a trace under every exception but SystemExit, so that is how the step ends. What is not an error of
    our own keeps its trace, Python's or Java's, above the sentence.
    """

    @wraps(step)
    def told(*arguments, **options):
        try:
            return step(*arguments, **options)
        except MarqueeError as error:
            log.error("%s: %s", type(error).__name__, error)
            raise (SystemExit if isinstance(error, MENDED_BY_WAITING) else GivenUp)(1) from None
        except Exception as error:
            log.exception("The step broke")
            log.error(_sentence(error))
            raise SystemExit(1) from None

    return told


def _sentence(error: Exception) -> str:
    """Return what happened as one line; for a failed Spark job, what went wrong first inside the JVM."""
    from py4j.protocol import Py4JJavaError, Py4JNetworkError

    if isinstance(error, Py4JNetworkError | ConnectionRefusedError):
        return "Spark's JVM is gone, most often for lack of memory: see MARQUEE_SPARK__DRIVER_MEMORY_MB and the host's"
    if isinstance(error, Py4JJavaError):
        return f"Spark failed: {_first_cause(error.java_exception).toString().splitlines()[0]}"
    return f"{type(error).__name__}: {error}".splitlines()[0]


def _first_cause(java_exception):
    while java_exception.getCause() is not None:
        java_exception = java_exception.getCause()
    return java_exception
