import numpy as np
import pytest

from app.train.advice import hint_if_guessing, verdict
from nncore.events import EpochDone, Finished
from nncore.metrics import Evaluation
from nncore.network import NetworkSpec
from nncore.training import TrainingConfig

SPEC = NetworkSpec.dense((784, 32, 10))


def after_epoch(training_loss: float) -> EpochDone:
    return EpochDone(2, 10, training_loss, 0.1, None, None, 1e5, 1.0)


def test_a_network_that_learns_gets_no_hint() -> None:
    assert hint_if_guessing(after_epoch(2.2), SPEC, TrainingConfig(), 0.001) == ""


@pytest.mark.parametrize(
    ("spec", "config", "rate", "advice"),
    [
        (SPEC, TrainingConfig(), 1.0, "learning rate 0.1"),
        (SPEC, TrainingConfig(), 1e-7, "learning rate 1e-06"),
        (SPEC, TrainingConfig(optimizer="sgd"), 0.01, "learning rate 0.1"),
        (NetworkSpec.dense((784, 32, 10), "relu", "uniform"), TrainingConfig(), 0.001, "He initialisation"),
        (NetworkSpec.dense((784, 32, 32, 10), "sigmoid"), TrainingConfig(), 0.001, "ReLU"),
    ],
)
def test_no_better_than_guessing_says_so_and_what_to_try(
    spec: NetworkSpec, config: TrainingConfig, rate: float, advice: str
) -> None:
    hint = hint_if_guessing(after_epoch(2.303), spec, config, rate)
    assert hint.startswith("No better than guessing: the training loss of epoch 2 is 2.30")
    assert advice in hint.split("Try ")[1]


def test_guessing_depends_on_how_many_classes_there_are() -> None:
    assert hint_if_guessing(after_epoch(2.3), NetworkSpec.dense((784, 32, 100)), TrainingConfig(), 0.001) == ""


def test_a_finished_run_says_how_many_test_images_it_reads() -> None:
    test = Evaluation(0.1, 2000, np.array([[970, 30], [20, 980]]))
    sentence = verdict(Finished(1, 422, 64.0, "epochs", test))
    assert sentence == "Finished: 97.50 % of the 2,000 test images read correctly, after 1 epoch in 1:04."


def test_a_stopped_run_says_where() -> None:
    sentence = verdict(Finished(2, 1234, 3.0, "stopped", None))
    assert sentence == "Stopped at step 1,234, after 2 epochs; what it has learnt stays."


def test_a_run_without_test_images_says_how_long_it_took() -> None:
    assert verdict(Finished(5, 9, 3.0, "epochs", None)) == "Finished 5 epochs in 0:03."
