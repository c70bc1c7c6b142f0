"""Figures of a test follow from what was requested, read and rejected."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.errors import DataError
from nncore.evaluation.metrics import wilson_interval
from nncore.evaluation.recognition import read_digit
from nncore.handwriting.personal_test.result import NOT_A_DIGIT_COLUMN, read_test
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.ink import rasterize
from tests.nncore.handwriting.personal_test.samples import DATE, ink, network, result


def test_an_unsure_reading_can_be_correct_and_a_rejected_one_cannot() -> None:
    assert [drawing.is_correct for drawing in result().drawings] == [True, True, False, False]
    assert [drawing.read for drawing in result().drawings] == [7, 4, 2, None]
    assert (result().correct, result().accuracy) == (2, 0.5)


def test_rows_of_the_confusion_matrix_are_requested_digits_and_columns_are_digits_read() -> None:
    wanted = np.zeros((10, 11), int)
    wanted[7, 7] = wanted[4, 4] = wanted[7, 2] = wanted[0, NOT_A_DIGIT_COLUMN] = 1
    assert np.array_equal(result().confusion, wanted)


def test_drawings_are_read_like_in_the_draw_tab() -> None:
    read = read_test(network(), [(3, ink(1)), (8, ink(2))], model="mine", date=DATE)
    assert (read.model, read.date) == ("mine", DATE)
    assert [drawing.prompted for drawing in read.drawings] == [3, 8]
    for drawing in read.drawings:
        prediction = read_digit(network(), rasterize(drawing.ink))
        assert np.array_equal(drawing.probabilities, prediction.probabilities)
        assert drawing.verdict == prediction.verdict


def test_no_drawings_another_network_and_cancelling_are_reported() -> None:
    with pytest.raises(DataError, match="write at least one digit"):
        read_test(network(), [], model="", date=DATE)
    with pytest.raises(DataError, match="there are 10 digits"):
        read_test(Network(NetworkSpec.dense((784, 3))), [(1, ink(1))], model="", date=DATE)
    with pytest.raises(DataError, match="cancelled"):
        read_test(network(), [(1, ink(1))], model="", date=DATE, cancelled=lambda: True)


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [(18, 20, 0.6990, 0.9721), (20, 20, 0.8389, 1.0), (0, 10, 0.0, 0.2775), (81, 263, 0.2553, 0.3662)],
)
def test_the_wilson_interval_equals_published_values(right: int, count: int, low: float, high: float) -> None:
    """The last is an example of R. G. Newcombe, Statistics in Medicine 17 (1998), table I."""
    assert wilson_interval(right, count) == pytest.approx((low, high), abs=5e-5)


def test_the_interval_of_no_drawings_is_0_to_1() -> None:
    assert wilson_interval(0, 0) == (0, 1)
