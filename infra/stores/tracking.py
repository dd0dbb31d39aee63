"""The line to the MLflow server: short patience, and errors in words."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.request import urlopen

from infra.errors import ServerUnreachable

if TYPE_CHECKING:
    from mlflow import MlflowClient

KNOCK_SECONDS = 5
_ENVIRONMENT = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # MLflow's own patience is minutes
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "60",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}


def connect(address: str) -> "MlflowClient":
    """Return a client of the server at `address`; raises ServerUnreachable when it does not answer within seconds.

    MLflow's own variables in the environment are set unless they are set already.
    """
    try:
        urlopen(f"{address}/health", timeout=KNOCK_SECONDS).close()
    except (OSError, HTTPException, ValueError) as error:
        raise _unreachable(address, error) from None
    for variable, text in _ENVIRONMENT.items():
        os.environ.setdefault(variable, text)
    from mlflow import MlflowClient  # takes seconds, so a server that is down is reported before

    return MlflowClient(address)


@contextmanager
def answering(address: str) -> Iterator[None]:
    """Turn a server that stops answering, or cannot reach its artifact store, into ServerUnreachable.

    What the server answers in its own words (a name it refuses, a version it does not have) passes as it is.
    """
    from mlflow.exceptions import MlflowException, RestException
    from requests import RequestException

    try:
        yield
    except RestException:
        raise
    except (MlflowException, RequestException) as error:
        raise _unreachable(address, error) from error


def _unreachable(address: str, error: Exception) -> ServerUnreachable:
    return ServerUnreachable(
        f"MLflow, or the S3 server behind it, does not answer at {address} ({error}): "
        "run `make up`, look at `make status`, or set MARQUEE_MLFLOW__URL to a server that runs"
    )
