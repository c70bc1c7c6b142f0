"""Each kind of number in a network is explained in a sentence with its formula."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.evaluation.calculation.calculation_text import calculation_in_words, pixel_note, problem_of
from nncore.evaluation.inspection import Inspection
from nncore.model.layers import Activation, BatchNorm, Conv2D, Dense, Dropout, Flatten, LayerSpec, MaxPool2D, Scale
from nncore.model.network import Network, NetworkSpec

LAYERS = (Conv2D(1, kernel=2, stride=1, padding=0), MaxPool2D(2), Activation("relu"), BatchNorm(), Dropout(0.25),
          Flatten(), Scale(2), Dense(2))  # fmt: skip


def inspection_of(layers: tuple[LayerSpec, ...] = LAYERS) -> Inspection:
    network = Network(NetworkSpec((3, 3), layers))
    values = network.parameters.values
    values[...] = 0
    network.layers[0].W[...] = 1, 0.5, 0, -1  # type: ignore[attr-defined]
    network.layers[0].b[...] = 0.25  # type: ignore[attr-defined]
    network.layers[3].gamma[...] = network.layers[3].variance[...] = 1  # type: ignore[attr-defined]
    return Inspection(network, np.arange(9).reshape(3, 3) / 8)


@pytest.mark.parametrize(
    ("number", "position", "sentence"),
    [
        (1, (0, 1, 1), "0.0625 is the sum of 4 products and the bias 0.25. The largest: −1 from line 3, column 3; "
                       "0.5 from line 2, column 2; 0.312 from line 2, column 3."),
        (2, (0, 0, 0), "0.0625 is the largest of the 4 numbers in the window: map 1 of 1, line 2, column 2."),
        (3, (0, 0, 0), "ReLU turns 0.0625 into 0.0625."),
        (4, (0, 0, 0), "0.0625 comes out of batch norm in 5 steps."),
        (5, (0, 0, 0), "0.0625 is passed on unchanged from map 1 of 1, line 1, column 1."),
        (8, (1,), "0 is the sum of 1 product and the bias 0. All products are 0."),
    ],
)  # fmt: skip
def test_every_kind_of_calculation_has_a_sentence(number: int, position: tuple[int, ...], sentence: str) -> None:
    inspection = inspection_of()
    assert calculation_in_words(inspection, number, position, inspection.terms(number, position)) == sentence


def test_a_factor_is_named() -> None:
    inspection = Inspection(Network(NetworkSpec((2,), (Scale(255), Dense(1)))), np.array([0.2, 1]))
    assert calculation_in_words(inspection, 1, (0,), inspection.terms(1, (0,))) == "51 is 0.2 times the factor 255."


def test_numbers_that_are_not_finite_are_counted() -> None:
    inspection = inspection_of()
    assert problem_of(inspection.terms(1, (0, 0, 0))) == ""
    inspection.network.layers[0].W[0, :2] = np.nan, np.inf  # type: ignore[attr-defined]
    inspection.network.layers[3].mean[...] = np.nan  # type: ignore[attr-defined]
    with np.errstate(invalid="ignore"):
        assert problem_of(inspection.terms(1, (0, 0, 0))).startswith("Not finite numbers: 2 of the 4 weights. The mod")
        assert "the constant mean" in problem_of(inspection.terms(4, (0, 0, 0)))


def test_a_pixel_is_explained() -> None:
    assert pixel_note(0.4) == "0.4 on a scale from 0 for paper to 1 for ink: 102 of 255."
