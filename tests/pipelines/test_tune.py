"""Studies of real models on a small snapshot, kept in a file and told to a real MLflow."""

import optuna
import pytest
from optuna.trial import TrialState

from infra.errors import UnknownModel
from models import zoo
from models.ease import Ease
from pipelines import tune
from pipelines.training.search_spaces import SEARCH_SPACES
from pipelines.training.training_set import read_validation_questions

SEED = 42
DEFAULTS = {"regularization": Ease().regularization}


@pytest.fixture(scope="module")
def questions(snapshot):
    return read_validation_questions(snapshot)


@pytest.fixture
def go_on(snapshot, questions, experiment, tmp_path):
    """Open the one study of the test, tune until so many trials have ended, and return the study."""

    def tune_until(n_trials):
        study = tune.open_study("ease", "2026-11-20", tmp_path / "tuning", SEED)
        with experiment.night(snapshot.manifest, "tuning of ease") as night:
            tune.run("ease", n_trials, questions, study, experiment, night)
        return study

    return tune_until


def cut_off_in_fit(monkeypatch, n_fits):
    """Let Ctrl-C be pressed in a fit of that number, counted from 1."""
    fits = []

    class CutOff(Ease):
        def fit(self, ratings, catalogue):
            fits.append(self)
            if len(fits) == n_fits:
                raise KeyboardInterrupt
            return super().fit(ratings, catalogue)

    monkeypatch.setitem(zoo.ZOO, "ease", CutOff)


def scripted(regularization, ndcg):
    """Return a trial that has ended, with that mean after each question."""
    return optuna.create_trial(
        value=ndcg,
        intermediate_values={0: ndcg, 1: ndcg},
        params={"regularization": regularization},
        distributions={"regularization": optuna.distributions.FloatDistribution(10.0, 10_000.0, log=True)},
    )


def test_the_defaults_are_tried_first_and_stand_beside_the_best(go_on, capsys):
    study = go_on(1)
    study.add_trial(scripted(123.0, 0.99))

    go_on(2)

    first = study.trials[0]
    assert (first.params, len(study.trials)) == (DEFAULTS, 2)
    assert (
        f"ease 2026-11-20: NDCG@10 0.9900 in trial 1 of 2, {first.value:.4f} with the defaults; "
        "ease(regularization=123.0)"
    ) in capsys.readouterr().out


def test_every_trial_is_a_run_below_the_tuning(go_on, runs):
    study = go_on(2)

    tuning = runs()["tuning of ease 2026-11-20"]
    second = runs()["ease trial 1 2026-11-20"].data
    assert len(runs()) == 3
    assert second.tags["mlflow.parentRunId"] == tuning.info.run_id
    assert second.tags["state"] == "COMPLETE"
    assert second.params["regularization"] == str(study.trials[1].params["regularization"])
    assert second.metrics.keys() == {"question_0", "question_1", "ndcg_at_10"}
    assert second.metrics["ndcg_at_10"] == study.trials[1].value
    assert tuning.data.tags["mlflow.note.content"].startswith("ease 2026-11-20: NDCG@10 ")


@pytest.mark.parametrize(
    ("cut_off_in", "states"),
    [
        (2, [TrialState.FAIL, *[TrialState.COMPLETE] * 3]),  # a trial fits twice, once for each question
        (4, [TrialState.COMPLETE, TrialState.FAIL, *[TrialState.COMPLETE] * 2]),
    ],
)
def test_a_study_goes_on_where_ctrl_c_left_it(go_on, monkeypatch, runs, capsys, cut_off_in, states):
    with monkeypatch.context() as patches, pytest.raises(KeyboardInterrupt):
        cut_off_in_fit(patches, cut_off_in)
        go_on(3)

    study = go_on(3)

    ended = [trial for trial in study.trials if trial.state == TrialState.COMPLETE]
    assert [trial.state for trial in study.trials] == states
    assert ended[0].params == DEFAULTS
    assert len({trial.params["regularization"] for trial in ended}) == 3
    assert {name.split()[2] for name in runs() if "trial" in name} == {str(trial.number) for trial in ended}
    assert f"{ended[0].value:.4f} with the defaults" in capsys.readouterr().out


def test_a_study_that_goes_on_does_not_draw_the_same_again(go_on):
    go_on(3)

    study = go_on(5)

    assert len({trial.params["regularization"] for trial in study.trials}) == 5


def test_a_study_that_has_ended_tries_nothing_more(go_on, capsys):
    go_on(2)
    capsys.readouterr()

    assert len(go_on(2).trials) == 2
    assert "with the defaults" in capsys.readouterr().out


def test_a_hopeless_trial_is_given_up_after_one_question(go_on, tmp_path, runs):
    study = tune.open_study("ease", "2026-11-20", tmp_path / "tuning", SEED)
    study.add_trials([scripted(1_000.0, 0.99)] * tune.WARM_UP_TRIALS)

    study = go_on(tune.WARM_UP_TRIALS + 1)

    assert study.trials[-1].state == TrialState.PRUNED
    given_up = runs()[f"ease trial {tune.WARM_UP_TRIALS} 2026-11-20"].data
    assert given_up.tags["state"] == "PRUNED"
    assert given_up.metrics.keys() == {"question_0"}  # what it showed by then is no figure to be ranked by


@pytest.mark.parametrize("model", ["blend", "nonsense"])
def test_a_model_without_a_search_space_is_refused_in_words(model):
    with pytest.raises(UnknownModel, match=f"no search space for `{model}`: tune one of {', '.join(SEARCH_SPACES)}"):
        tune.main(model, 1)
