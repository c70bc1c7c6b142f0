"""An adaptation is measured on drawings that it did not learn, and replays no test image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from app.session import fine_tuning
from app.session.fine_tuning import CorrectCount, count_correct, cross_validate, fine_tune_and_evaluate, replay_data
from nncore.data.dataset import NO_CLASS, Dataset
from nncore.evaluation.recognition import read_digit
from nncore.files.model_file import bundled_model_path, load_model
from nncore.model.network import Network, NetworkSpec
from tests.nncore.example_data import mnist


@pytest.fixture(autouse=True, scope="module")
def fewer_images() -> Iterator[None]:
    """Replay and evaluate only a part of the images, which is faster and does not change the behaviour."""
    fine_tuning._replay_data.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fine_tuning, "MNIST_REPLAYED", 800)
        patch.setattr(fine_tuning, "SYNTHETIC_DIGITS", 100)
        patch.setattr(fine_tuning, "SYNTHETIC_NON_DIGITS", 50)
        patch.setattr(fine_tuning, "MNIST_EVALUATED", 400)
        yield
    fine_tuning._replay_data.cache_clear()


def boxed() -> Network:
    return load_model(bundled_model_path()).network()


def mirrored(digit: int, count: int) -> Dataset:
    """Digits of an unusual handwriting."""
    test = mnist().test
    assert test is not None
    rows = np.flatnonzero(test.labels == digit)[:count]
    return Dataset(test.images[rows][:, :, ::-1], np.full(count, digit))


def never() -> bool:
    return False


def test_no_test_image_is_replayed() -> None:
    test_data, replayed = replay_data().test, replay_data().replayed
    mnist_test = mnist().test
    assert mnist_test is not None
    known = {image.tobytes() for image in mnist_test.images}
    assert len(test_data) == fine_tuning.MNIST_EVALUATED
    assert all(image.tobytes() in known for image in test_data.images)
    learned = {image.tobytes() for image in replayed.images}
    assert not any(image.tobytes() in learned for image in test_data.images)
    assert set(replayed.labels.tolist()) == {NO_CLASS, *range(10)}
    assert replay_data() is replay_data()


def test_an_adaptation_has_the_accuracy_before_and_after() -> None:
    base, own = boxed(), mirrored(7, 3)
    found = fine_tune_and_evaluate(base, own, cancelled=never)
    assert found is not None
    assert (found.examples, found.own_before, found.own_after) == (
        3,
        count_correct(base, own),
        count_correct(found.network, own),
    )
    assert found.own_before.correct < found.own_after.correct <= found.own_after.total == 3
    assert found.mnist_before.total == found.mnist_after.total == fine_tuning.MNIST_EVALUATED
    assert found.mnist_before.correct > 0.98 * found.mnist_before.total
    assert found.mnist_after.correct > found.mnist_before.correct - 0.01 * found.mnist_before.total
    assert found.seconds > 0


def test_a_drawing_that_is_not_accepted_as_a_digit_is_not_read_correctly() -> None:
    network = Network(NetworkSpec.dense((784, 10)), seed=0)
    network.parameters.values *= 0.1  # unsure of everything
    own = mirrored(8, 4)
    answers = [read_digit(network, image) for image in own.images]
    labels = np.array([each.digit for each in answers])
    assert {each.verdict for each in answers} == {"not a digit"}
    assert count_correct(network, Dataset(own.images, labels)) == CorrectCount(0, 4)


def test_drawings_held_out_are_read_by_a_network_that_has_not_learned_them() -> None:
    seven, two = mirrored(7, 4), mirrored(2, 1)
    own = Dataset(np.concatenate([seven.images, two.images]), np.concatenate([seven.labels, two.labels]))
    found = cross_validate(boxed(), own, cancelled=never)
    assert found is not None
    assert found.after.total == found.before.total == 4  # the digits that were drawn once cannot be held out
    assert found.before == count_correct(boxed(), seven)
    assert found.after.correct > found.before.correct


def test_a_drawing_does_not_help_to_read_itself() -> None:
    """Two different drawings with the same incorrect label are learned, but neither helps to read the other."""
    four, six = mirrored(4, 1).images[:, :, ::-1], mirrored(6, 1).images[:, :, ::-1]
    own = Dataset(np.concatenate([four, six]), np.array([2, 2]))
    learned, found = (
        fine_tune_and_evaluate(boxed(), own, cancelled=never),
        cross_validate(boxed(), own, cancelled=never),
    )
    assert learned is not None
    assert found is not None
    assert (learned.own_after.correct, found.after.correct) == (2, 0)


def test_a_digit_drawn_once_cannot_be_held_out() -> None:
    assert cross_validate(boxed(), mirrored(7, 1), cancelled=never) is None


def test_adaptation_and_cross_validation_can_be_cancelled() -> None:
    assert fine_tune_and_evaluate(boxed(), mirrored(7, 2), cancelled=lambda: True) is None
    assert cross_validate(boxed(), mirrored(7, 2), cancelled=lambda: True) is None


def test_a_drawing_taught_twice_is_not_held_out_from_its_copy() -> None:
    one = mirrored(7, 1)
    twice = Dataset(np.concatenate([one.images, one.images]), np.concatenate([one.labels, one.labels]))
    assert cross_validate(boxed(), twice, cancelled=never) is None
    four = mirrored(7, 4)
    repeated = Dataset(np.concatenate([four.images, four.images[:2]]), np.concatenate([four.labels, four.labels[:2]]))
    assert cross_validate(boxed(), repeated, cancelled=never) == cross_validate(boxed(), four, cancelled=never)
