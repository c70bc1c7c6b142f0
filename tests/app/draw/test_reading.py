from __future__ import annotations

import numpy as np
import pytest

from app.draw.reading import read, why_unreadable
from nncore.errors import DataError
from nncore.network import Network, NetworkSpec

IMAGE = np.zeros((28, 28), np.uint8)
IMAGE[4:24, 13:15] = 255


def network(*widths: int) -> Network:
    result = Network(NetworkSpec.dense(widths))
    result.initialize(np.random.default_rng(1))
    return result


def test_a_reading_is_what_the_network_predicts() -> None:
    reader = network(784, 16, 10)
    prediction = read(reader, IMAGE)
    X = (IMAGE.reshape(1, -1) / 255).astype(np.float32)
    np.testing.assert_allclose(prediction.probabilities, reader.predict(X)[0], atol=1e-6)


@pytest.mark.parametrize(
    ("widths", "words"),
    [((1, 10, 10), "takes inputs of 1, a drawing is 28 × 28"), ((784, 8, 3), "tells 3 classes apart, digits are 10")],
)
def test_a_network_for_something_else_is_refused_in_words(widths: tuple[int, ...], words: str) -> None:
    reader = network(*widths)
    reason = why_unreadable(reader)
    assert reason is not None
    assert words in reason
    with pytest.raises(DataError, match=r"open or train one for digits\.$"):
        read(reader, IMAGE)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 3e38])
def test_diverged_weights_are_said_to_be(wrong: float) -> None:
    reader = network(784, 16, 10)
    reader.parameters.values[:] = wrong
    with pytest.raises(DataError, match="diverged"):
        read(reader, IMAGE)
