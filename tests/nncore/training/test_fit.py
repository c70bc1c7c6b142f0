"""`fit` gives the bits and the history of the events, and prints a line for each epoch."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.data.dataset import Splits
from nncore.errors import SettingError
from nncore.model.network import Network
from nncore.reporting.number_text import percent_text
from nncore.training import RandomStreams, Training, TrainingConfig
from nncore.training.fit import fit
from tests.nncore.runs import SMALL, few_digits, fresh_network

CONFIG = TrainingConfig(epochs=2)


def test_a_seed_draws_the_same_parameters_as_the_random_streams() -> None:
    network = Network(SMALL)
    assert not network.parameters.values.any()
    network.initialize(RandomStreams.from_seed(7).initialization)
    assert np.array_equal(Network(SMALL, seed=7).parameters.values, network.parameters.values)
    assert not np.array_equal(Network(SMALL, seed=8).parameters.values, network.parameters.values)


def test_fit_gives_the_same_bits_and_history_as_the_events() -> None:
    fitted, other = fresh_network(), fresh_network()
    history = fit(fitted, few_digits(), CONFIG, verbose=False)
    training = Training(other, few_digits(), CONFIG)
    for _ in training.events():
        pass
    assert np.array_equal(fitted.parameters.values, other.parameters.values)
    without_time = [{**row, "seconds": 0} for row in history.rows()]
    assert without_time == [{**row, "seconds": 0} for row in training.history.rows()]


def test_fit_prints_a_line_for_each_epoch_and_the_test_accuracy(capsys: pytest.CaptureFixture[str]) -> None:
    history = fit(fresh_network(), few_digits(), CONFIG)
    first, second, test = capsys.readouterr().out.splitlines()
    assert first.startswith(f"Epoch 1 of 2: loss {history.rows()[0]['training_loss']:.4f}, accuracy ")
    assert f"validation accuracy {percent_text(history.rows()[1]['validation_accuracy'])}" in second
    assert test.startswith("Test accuracy ")


def test_fit_prints_nothing_if_not_verbose(capsys: pytest.CaptureFixture[str]) -> None:
    fit(fresh_network(), Splits(few_digits().training), CONFIG, verbose=False)
    assert capsys.readouterr().out == ""


def test_fit_prints_no_test_line_without_a_test_set(capsys: pytest.CaptureFixture[str]) -> None:
    fit(fresh_network(), Splits(few_digits().training), CONFIG)
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_fit_raises_an_error_with_advice_if_the_training_diverges() -> None:
    with pytest.raises(SettingError, match=r"Training diverged in epoch 1, .* Try a lower learning rate\."):
        fit(fresh_network(), few_digits(), TrainingConfig(optimizer="sgd", learning_rate=900.0), verbose=False)
