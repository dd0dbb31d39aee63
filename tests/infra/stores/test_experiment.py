import json
import socket
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest
from mlflow import MlflowClient

from infra.errors import ServerUnreachable
from infra.revision import git_commit
from infra.stores.experiment import Experiment
from infra.stores.manifest import Manifest
from tests.infra.stores.manifests import manifest


class Constant:
    """The smallest model: what it was told."""

    name: ClassVar[str] = "constant"

    def parameters(self):
        return {"n_factors": 64, "regularization": 0.1, "kind": "plain"}


@pytest.fixture
def experiment(mlflow_server):
    return Experiment(mlflow_server.address, mlflow_server.experiment)


@pytest.fixture
def client(mlflow_server):
    return MlflowClient(mlflow_server.address)


def runs_of(client, mlflow_server):
    experiment = client.get_experiment_by_name(mlflow_server.experiment)
    return {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}


def test_a_night_and_its_models_are_one_run_each(experiment, client, mlflow_server):
    with experiment.night(manifest()) as night:
        experiment.log_run(night, Constant(), {"by_user/ndcg_at_10": 0.25})

    runs = runs_of(client, mlflow_server)

    assert runs.keys() == {"night 2026-11-20", "constant 2026-11-20"}
    model = runs["constant 2026-11-20"]
    assert model.data.tags["mlflow.parentRunId"] == night.run_id
    assert model.data.params == {"n_factors": "64", "regularization": "0.1", "kind": "plain"}
    assert model.data.metrics == {"by_user/ndcg_at_10": 0.25}
    assert (model.data.tags["git_commit"], model.data.tags["snapshot_date"]) == (git_commit(), "2026-11-20")
    assert {run.info.status for run in runs.values()} == {"FINISHED"}


def test_the_second_attempt_of_a_night_reopens_its_run(experiment, client, mlflow_server):
    for _ in range(2):
        with experiment.night(manifest()) as night:
            experiment.log_run(night, Constant(), {})

    assert night.attempt == 2
    assert runs_of(client, mlflow_server).keys() == {
        "night 2026-11-20",
        "constant 2026-11-20",
        "constant #2 2026-11-20",
    }


def test_a_night_that_breaks_is_shown_as_failed(experiment, client, mlflow_server):
    with pytest.raises(ZeroDivisionError), experiment.night(manifest()):
        _ = 1 / 0

    assert runs_of(client, mlflow_server)["night 2026-11-20"].info.status == "FAILED"


def test_a_run_keeps_the_manifest_of_what_it_learned_from(experiment, client, tmp_path):
    with experiment.night(manifest()) as night:
        run_id = experiment.log_run(night, Constant(), {})

    kept = Path(client.download_artifacts(run_id, "manifest.json", tmp_path)).read_text()
    assert Manifest.from_json(kept) == manifest()


def test_files_and_a_description_are_found_with_their_run(experiment, client):
    with experiment.night(manifest()) as night:
        experiment.attach(night.run_id, {"lists.html": "<p>Amélie", "picture.png": b"\x89PNG"})
        experiment.describe(night.run_id, "als won")

    assert [file.path for file in client.list_artifacts(night.run_id)] == ["lists.html", "picture.png"]
    assert client.get_run(night.run_id).data.tags["mlflow.note.content"] == "als won"


def test_a_run_can_be_called_otherwise_and_carry_tags_of_its_own(experiment, client, mlflow_server):
    with experiment.night(manifest(), "comparison") as night:
        experiment.log_run(night, Constant(), {}, {"newest_rating": "7"}, "constant as it was")

    runs = runs_of(client, mlflow_server)

    assert runs.keys() == {"comparison 2026-11-20", "constant as it was 2026-11-20"}
    assert runs["constant as it was 2026-11-20"].data.tags["newest_rating"] == "7"


def test_a_night_opened_in_one_process_is_ended_in_another(experiment, client, mlflow_server):
    night = experiment.open_night(manifest())
    assert runs_of(client, mlflow_server)["night 2026-11-20"].info.status == "RUNNING"

    with Experiment(mlflow_server.address, mlflow_server.experiment).ending(night):
        pass

    assert runs_of(client, mlflow_server)["night 2026-11-20"].info.status == "FINISHED"


def test_a_file_of_a_run_is_read_back(experiment):
    with experiment.night(manifest()) as night:
        experiment.attach(night.run_id, {"trial.npz": b"\x00\x01"})

    assert experiment.read(night.run_id, "trial.npz") == b"\x00\x01"


def test_rows_are_added_to_a_table_of_a_run(experiment):
    with experiment.night(manifest()) as night:
        experiment.attach_table(night.run_id, "decisions.json", [{"model": "als", "verdict": "promoted"}])
        experiment.attach_table(night.run_id, "decisions.json", [{"model": "ease", "verdict": "refused"}])

    table = json.loads(experiment.read(night.run_id, "decisions.json"))
    assert table == {"columns": ["model", "verdict"], "data": [["als", "promoted"], ["ease", "refused"]]}


@pytest.mark.parametrize("address", ["127.0.0.1:5000", "http://127.0.0.1:many"])
def test_an_address_that_is_none_is_named_too(address):
    with pytest.raises(ServerUnreachable, match=f"does not answer at {address}"):
        Experiment(address, "marquee")


@pytest.fixture
def silent_address():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_server_that_is_down_is_named_at_once_with_the_mend():
    started = time.monotonic()

    with pytest.raises(
        ServerUnreachable, match=r"does not answer at http://127.0.0.1:1 .*make up.*MARQUEE_MLFLOW__URL"
    ):
        Experiment("http://127.0.0.1:1", "marquee")

    assert time.monotonic() - started < 5


def test_a_server_that_accepts_and_says_nothing_is_given_up(silent_address, monkeypatch):
    monkeypatch.setattr("infra.stores.tracking.KNOCK_SECONDS", 0.2)
    started = time.monotonic()

    with pytest.raises(ServerUnreachable, match=f"does not answer at {silent_address}"):
        Experiment(silent_address, "marquee")

    assert time.monotonic() - started < 5


class OnlyHealthy(BaseHTTPRequestHandler):
    """A server whose store is gone: well to the health check, broken to every other request."""

    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 500)
        self.end_headers()

    def log_message(self, *_):
        pass


def test_a_server_that_breaks_after_the_first_answer_is_said_in_words_too(monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with ThreadingHTTPServer(("127.0.0.1", 0), OnlyHealthy) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(ServerUnreachable, match=f"does not answer at http://127.0.0.1:{server.server_port}"):
            Experiment(f"http://127.0.0.1:{server.server_port}", "marquee")
        server.shutdown()
