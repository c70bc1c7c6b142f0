"""`sweep` trains with every combination of the values, logs each run, and reports the best one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from app.cli.main import argument_parser
from app.cli.sweep import run
from app.storage.paths import run_log_path
from nncore.errors import SettingError
from nncore.experiments.run_log.log import RunLog
from tests.nncore.runs import few_digits

QUICK = ("--hidden", "8", "--epochs", "1")


def sweep(*arguments: str) -> int:
    command = ("sweep", *arguments)
    return run(argument_parser(command).parse_args(command))


@pytest.fixture
def digits(tmp_path: Path) -> str:
    data = few_digits()
    assert data.test is not None
    path = tmp_path / "digits.npz"
    training, test = data.training, data.test
    np.savez(path, x_train=training.images, y_train=training.labels, x_test=test.images, y_test=test.labels)
    return str(path)


def test_every_combination_is_run_and_logged(digits: str, capsys: pytest.CaptureFixture[str]) -> None:
    values = ("--learning-rate", "0.001", "0.01", "--batch-size", "16", "full", "--name", "rates")
    assert sweep(*QUICK, *values, "--data", digits) == 0
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 5
    assert said[-1].startswith("best: learning rate")
    with RunLog(run_log_path()) as log:
        runs = log.runs()
        assert {run.settings.name for run in runs} == {
            f"rates: learning rate {rate}, batch size {size}" for rate in ("0.001", "0.01") for size in ("16", "full")
        }
        for run in runs:
            assert run.state == "finished"
            assert (run.epochs, run.settings.recipe) == (1, "quick")
            assert run.settings.spec.widths == (784, 8, 10)
            assert run.test_accuracy is not None
            assert log.last_evaluation(run.id) is not None
            assert len(log.epochs(run.id)) == 1
            assert log.curve(run.id).shape[1] == run.steps


def test_json_has_one_object_per_run_and_one_at_the_end(digits: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert sweep("--hidden", "none", "8-4", "--epochs", "1", "--data", digits, "--json", "--workers", "1") == 0
    *runs, end = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [run["settings"] for run in runs] == [{"hidden": [], "epochs": 1}, {"hidden": [8, 4], "epochs": 1}]
    assert [run["parameters"] for run in runs] == [7850, 784 * 8 + 8 + 8 * 4 + 4 + 4 * 10 + 10]
    assert [run["id"] for run in runs] == [1, 2]
    best = max(runs, key=lambda run: run["test_accuracy"])
    assert end == {
        "event": "finished", "runs": 2, "finished": 2, "best": best["settings"], "best_accuracy": best["test_accuracy"],
    }  # fmt: skip


def test_a_diverged_run_is_logged_as_diverged(digits: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert sweep(*QUICK, "--learning-rate", "1e9", "--data", digits) == 0
    assert "diverged" in capsys.readouterr().out
    with RunLog(run_log_path()) as log:
        (run,) = log.runs()
    assert (run.state, run.test_accuracy) == ("diverged", None)
    assert "at a learning rate of 1000000000" in run.note


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--learning-rate", "0"), "Learning rate must be above 0; got 0."),
        (("--workers", "0"), "--workers must be at least 1; got 0"),
        (("--recipe", "nothing"), "no recipe"),
        (("--recipe", "convnet", "--hidden", "8"), "dense network only"),
        (("--data", "/nowhere/digits.csv"), "no such file"),
    ],
)
def test_mistakes_are_reported_in_one_sentence_before_the_first_run(arguments: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        sweep(*arguments)
    assert not run_log_path().exists()


def test_a_loss_that_does_not_suit_the_network_is_rejected(digits: str) -> None:
    with pytest.raises(SettingError, match="Loss binary_cross_entropy needs"):
        sweep(*QUICK, "--loss", "binary_cross_entropy", "--data", digits)


@pytest.mark.parametrize("arguments", [("--hidden", "8-x"), ("--hidden", "0"), ("--batch-size", "all")])
def test_invalid_values_are_rejected(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SettingError, match="must be"):
        sweep(*arguments)


def test_a_log_that_cannot_be_written_is_reported_and_the_sweep_continues(
    digits: str, user_files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    user_files.mkdir(parents=True)
    (user_files / "runs").write_text("a file where the folder should be")
    assert sweep(*QUICK, "--data", digits) == 0
    said = capsys.readouterr()
    assert "not logged" in said.err
    assert "%" in said.out


def test_a_sweep_uses_the_examples_of_its_recipe(digits: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SettingError, match="this recipe needs more than 1,000"):
        sweep("--recipe", "overfitting", "--data", digits)
    assert sweep("--recipe", "sine", "--epochs", "1", "--learning-rate", "0.01", "1e-9", "--json") == 0
    *runs, end = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    losses = {run["settings"]["learning_rate"]: run["loss"] for run in runs}
    assert losses[0.01] < losses[1e-9]
    assert end["best"]["learning_rate"] == 0.01
    with RunLog(run_log_path()) as log:
        assert all("sin(x)" in run.settings.data for run in log.runs())
