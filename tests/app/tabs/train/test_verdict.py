import numpy as np

from app.tabs.train.run_clock import verdict
from nncore.evaluation.metrics import Evaluation
from nncore.training.events import Finished


def test_a_finished_run_says_how_many_test_images_it_reads() -> None:
    test = Evaluation(0.1, 2000, np.array([[970, 30], [20, 980]]))
    sentence = verdict(Finished(1, 422, 64.0, "epochs", test))
    assert sentence == "Finished: 97.50 % of the 2,000 test images read correctly, after 1 epoch in 1:04."


def test_a_stopped_run_says_where() -> None:
    sentence = verdict(Finished(2, 1234, 3.0, "stopped", None))
    assert sentence == "Stopped at step 1,234, after 2 epochs; what it has learnt stays."


def test_a_run_without_test_images_says_how_long_it_took() -> None:
    assert verdict(Finished(5, 9, 3.0, "epochs", None)) == "Finished 5 epochs in 0:03."
