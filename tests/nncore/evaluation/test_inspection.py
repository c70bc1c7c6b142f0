"""An inspection has every number that the network computes, and the terms that add up to it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import nncore
from nncore.errors import DataError, SettingError
from nncore.evaluation.inspection import Inspection, ordinal
from nncore.evaluation.recognition import recognize
from nncore.experiments.recipes import RECIPES
from nncore.files.model_file import bundled_model_path, load_model
from nncore.model.network import Network, NetworkSpec
from nncore.model.outputs import OUTPUTS
from tests.nncore.example_data import mnist

NETWORKS = {
    "bundled": lambda: load_model(bundled_model_path()).network(),
    "quick": lambda: Network(RECIPES["quick"].spec, seed=1),
    "one unit": lambda: Network(NetworkSpec.dense((784, 1, 10)), seed=1),
}


@pytest.fixture(params=NETWORKS, scope="module")
def network(request: pytest.FixtureRequest) -> Network:
    return NETWORKS[request.param]()


def digit(number: int = 0) -> NDArray[np.uint8]:
    test = mnist().test
    assert test is not None
    image: NDArray[np.uint8] = test.images[number]
    return image


def test_every_layer_has_the_numbers_that_the_network_computes(network: Network) -> None:
    inspection, prediction = Inspection.of_image(network, digit()), recognize(network, digit())
    assert len(inspection.layers) == len(network.layers)
    for layer, values in zip(inspection.layers, prediction.activations, strict=True):
        np.testing.assert_array_equal(layer.values, values)
        assert layer.values.shape == network.spec.shapes[layer.number]
    np.testing.assert_allclose(inspection.answers, prediction.probabilities, rtol=1e-6)


def test_each_number_is_explained_by_the_layer_before_it(network: Network) -> None:
    inspection, rng = Inspection.of_image(network, digit()), np.random.default_rng(0)
    for layer in inspection.layers:
        for flat in rng.integers(0, layer.values.size, 5):
            position = tuple(int(index) for index in np.unravel_index(flat, layer.values.shape))
            terms = inspection.terms(layer.number, position)
            # One row and 10,000 rows are computed by different BLAS routines, which round differently.
            assert terms.value == pytest.approx(float(layer.values[position]), rel=1e-4, abs=1e-4)
            before = inspection.input_of(layer.number)
            np.testing.assert_array_equal(terms.inputs, before[tuple(terms.sources.T)])


@pytest.mark.parametrize("temperature", [0.5, 1.0, 20.0])
def test_the_softmax_is_worked_out(temperature: float) -> None:
    inspection = Inspection.of_image(NETWORKS["bundled"](), digit(5))
    steps = inspection.softmax_steps(temperature)
    expected = OUTPUTS["softmax"](inspection.layers[-1].values[None].astype(np.float64) / temperature)[0]
    np.testing.assert_allclose(steps.probabilities, expected, rtol=1e-4)
    assert steps.shifted.max() == 0
    np.testing.assert_allclose(steps.powers / steps.total, steps.probabilities)
    if temperature == 1:
        np.testing.assert_allclose(steps.probabilities, inspection.answers, rtol=1e-5)


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan"), float("inf")])
def test_a_temperature_is_above_0(temperature: float) -> None:
    with pytest.raises(SettingError):
        Inspection.of_image(NETWORKS["quick"](), digit()).softmax_steps(temperature)


def test_a_number_has_words_for_a_screen_reader() -> None:
    network = Network(NetworkSpec.dense((3, 4, 2)))
    network.layers[0].b[...] = 0.5, 2, -1, 0.83  # type: ignore[attr-defined]
    inspection = Inspection(network, np.zeros(3))
    assert inspection.in_words(1, (3,)) == "layer 1, unit 4 of 4, 0.83, second largest"
    bundled = Inspection.of_image(NETWORKS["bundled"](), np.zeros((28, 28), np.uint8))
    assert bundled.in_words(1, (0, 0, 0)).startswith("layer 1, map 1 of 24, line 1, column 1, ")
    assert bundled.in_words(0, (0, 6, 2)) == "input, line 7, column 3, 0"
    flat = Inspection.of_image(NETWORKS["quick"](), digit())
    pixel = int(flat.input.argmax())
    assert flat.in_words(0, (pixel,)) == f"input, line {pixel // 28 + 1}, column {pixel % 28 + 1}, 1"


def test_a_nan_is_named_and_has_no_rank() -> None:
    network = Network(NetworkSpec.dense((3, 4, 2)))
    network.layers[0].b[...] = 1e-7, np.nan, np.inf, -2  # type: ignore[attr-defined]
    with np.errstate(invalid="ignore"):
        inspection = Inspection(network, np.zeros(3))
    assert inspection.in_words(1, (0,)).startswith("layer 1, unit 1 of 4, 0.0000001, ")
    assert inspection.in_words(1, (1,)) == "layer 1, unit 2 of 4, not a number"
    assert inspection.in_words(1, (2,)) == "layer 1, unit 3 of 4, infinity"
    assert inspection.in_words(1, (3,)).startswith("layer 1, unit 4 of 4, −2, ")


@pytest.mark.parametrize(
    ("place", "text"), [(1, ""), (2, "second "), (4, "4th "), (11, "11th "), (21, "21st "), (1002, "1,002nd ")]
)
def test_a_place_is_written_as_an_ordinal(place: int, text: str) -> None:
    assert ordinal(place) == text


def test_the_source_of_a_layer_is_that_of_the_installed_program() -> None:
    inspection = Inspection.of_image(NETWORKS["bundled"](), digit())
    (dense,), (relu,) = inspection.source_of(11), inspection.source_of(3)
    assert dense.text.startswith("def predict(self, X: Array) -> Array:\n    Y: Array = X @ self.W\n")
    assert relu.text.startswith("def _relu(X: Array, out: Array)")
    assert inspection.source_of_answers()[0].text.startswith("def softmax(")
    root = Path(nncore.__file__ or "").parents[1]
    for part in (dense, relu, *inspection.source_of(1), *inspection.source_of_answers()):
        lines = (root / part.file).read_text(encoding="utf-8").splitlines()
        assert lines[part.line - 1].strip() == part.text.splitlines()[0]


def test_the_numbers_of_a_layer_are_a_picture_if_each_belongs_to_a_pixel() -> None:
    bundled = Inspection.of_image(NETWORKS["bundled"](), digit())
    assert bundled.picture_shape(0) == (1, 28, 28)
    assert bundled.picture_shape(4) == (64, 7, 7)
    assert bundled.picture_shape(7) == (64, 7, 7)  # flattened maps
    assert bundled.picture_shape(8) is None
    dense = Inspection.of_image(NETWORKS["one unit"](), digit())
    assert dense.picture_shape(0) == (1, 28, 28)
    assert dense.picture_shape(1) is None
    curve = Inspection(Network(NetworkSpec.dense((1, 10, 1)), seed=1), np.array([0.5]))
    assert curve.picture_shape(0) is None


def test_a_place_in_short_is_in_figures() -> None:
    bundled = Inspection.of_image(NETWORKS["bundled"](), digit())
    assert bundled.short_place(8, (16,)) == "17"
    assert bundled.short_place(1, (1, 6, 2)) == "2: 7, 3"
    assert bundled.short_place(7, (49 + 7,)) == "2: 2, 1"  # flattened
    assert bundled.short_place(0, (0, 6, 2)) == "7, 3"


def test_the_nearest_number_of_another_network_is_found() -> None:
    inspection = Inspection.of_image(NETWORKS["bundled"](), digit())
    assert inspection.nearest_position(8, (17,)) == (8, (17,))
    assert inspection.nearest_position(8, (200,)) == (8, (127,))
    assert inspection.nearest_position(1, (30, 20, 3)) == (1, (23, 13, 3))
    assert inspection.nearest_position(8, (3, 4, 5)) is None
    assert inspection.nearest_position(12, (0,)) is None


def test_positions_that_do_not_exist_are_rejected() -> None:
    inspection = Inspection.of_image(NETWORKS["bundled"](), digit())
    for number, position in ((0, (0,)), (99, (0,)), (1, (24, 0, 0)), (1, (0,)), (8, (-1,)), (8, (128,)), (8, (0, 0))):
        with pytest.raises(SettingError):
            inspection.terms(number, position)


def test_input_of_another_size_or_with_nan_is_rejected() -> None:
    network = NETWORKS["quick"]()
    with pytest.raises(DataError, match="100 numbers; the network takes 784"):
        Inspection(network, np.zeros(100))
    with pytest.raises(DataError, match="not finite"):
        Inspection(network, np.full(784, np.nan))


def test_weights_that_are_not_finite_are_reported() -> None:
    network = NETWORKS["quick"]()
    assert Inspection.of_image(network, digit()).is_finite
    network.parameters.values[5] = np.nan
    with np.errstate(invalid="ignore"):
        assert not Inspection.of_image(network, digit()).is_finite


def test_training_does_not_change_what_was_inspected() -> None:
    network = NETWORKS["quick"]()
    inspection = Inspection.of_image(network, digit())
    before = [layer.values.copy() for layer in inspection.layers]
    network.parameters.values[:] += 1
    for layer, values in zip(inspection.layers, before, strict=True):
        np.testing.assert_array_equal(layer.values, values)
    with pytest.raises(ValueError, match="read-only"):
        inspection.input[...] = 0


def test_it_is_written_as_json(network: Network) -> None:
    described = json.loads(json.dumps(Inspection.of_image(network, digit()).to_json()))
    assert [layer["number"] for layer in described["layers"]] == list(range(1, len(network.layers) + 1))
    assert np.shape(described["layers"][0]["values"]) == tuple(described["layers"][0]["shape"])
    assert np.argmax(described["answers"]) == recognize(network, digit()).digit


def test_a_prediction_is_inspected_without_computing_again(network: Network) -> None:
    prediction = recognize(network, digit(3))
    kept, computed = Inspection.of_prediction(network, prediction), Inspection.of_image(network, digit(3))
    np.testing.assert_array_equal(kept.input, computed.input)
    for layer, other in zip(kept.layers, computed.layers, strict=True):
        np.testing.assert_array_equal(layer.values, other.values)
        assert np.shares_memory(layer.values, prediction.activations[layer.number - 1])
    assert kept.to_json() == computed.to_json()
