"""The figures of each layer equal their definitions, and show dead units and long steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.model.layers import Activation, BatchNorm, Conv2D, Dense, Dropout, Flatten
from nncore.model.network import Network, NetworkSpec
from nncore.training import TrainingConfig, health, train
from nncore.training.health import HISTOGRAM_BINS, HealthProbe, LayerHealth
from nncore.training.parallel.batch_gradients import BatchGradients
from nncore.training.random_streams import RandomStreams
from tests.nncore.runs import SMALL, epochs, few_digits, fresh_network, values_of

SPEC = NetworkSpec(
    (28, 28),
    (Conv2D(4, stride=(4, 4)), Activation("relu"), BatchNorm(), Flatten(), Dropout(0.0), Dense(9), Activation("relu"),
     Dense(10)),
)  # fmt: skip

CONFIG = TrainingConfig(optimizer="sgd", learning_rate=0.1, batch_size=None, epochs=1, clip_norm=0.01)


def after_an_epoch(spec: NetworkSpec = SPEC) -> tuple[Network, Network, tuple[LayerHealth, ...]]:
    """The network before and after an epoch of one step, and its figures."""
    network = fresh_network(spec)
    before = network.copy()
    (done,) = epochs(list(train(network, few_digits(), CONFIG)))
    assert done.health is not None
    return before, network, done.health


def part_of(spec: NetworkSpec, layer: int, values: NDArray[np.floating]) -> NDArray[np.floating]:
    parts, start = [], 0
    for name, shape in spec.parameter_shapes.items():
        size = int(np.prod(shape))
        if name.startswith(f"{layer}."):
            parts.append(values[start : start + size])
        start += size
    return np.concatenate(parts)


def test_each_layer_has_figures_and_layers_with_parameters_have_norms() -> None:
    _, _, figures = after_an_epoch()
    assert [each.layer for each in figures] == list(range(1, 9))
    assert [each.kind for each in figures] == [layer.kind for layer in SPEC.layers]
    with_weights = [each.layer for each in figures if each.gradient_norm is not None]
    assert with_weights == [1, 3, 6, 8]
    assert [each.layer for each in figures if each.update_ratio is not None] == with_weights
    assert [each.layer for each in figures if each.histogram is not None] == with_weights
    assert [each.layer for each in figures if each.dead_fraction is not None] == [2, 7]


def test_gradient_norms_are_measured_before_clipping() -> None:
    before, _, figures = after_an_epoch()
    data = few_digits().training
    with BatchGradients(before, data, CONFIG, RandomStreams.from_seed(0), len(data), 1, lambda: False) as gradients:
        gradients.compute(np.arange(len(data)))
    assert np.linalg.norm(before.parameters.gradients) > 0.1  # far above the clipping limit
    for each in figures:
        if each.gradient_norm is not None:
            part = part_of(SPEC, each.layer, before.parameters.gradients)
            assert each.gradient_norm == pytest.approx(float(np.linalg.norm(part)), rel=1e-3)


def test_update_ratios_compare_the_step_with_the_parameters() -> None:
    before, after, figures = after_an_epoch()
    for each in figures:
        if each.update_ratio is not None:
            old, new = (part_of(SPEC, each.layer, network.parameters.values) for network in (before, after))
            assert each.update_ratio == pytest.approx(np.linalg.norm(new - old) / np.linalg.norm(new), rel=1e-3)


def test_histograms_count_every_parameter() -> None:
    _, after, figures = after_an_epoch()
    for each in figures:
        if each.histogram is not None:
            part = part_of(SPEC, each.layer, after.parameters.values).astype(np.float64)
            counts, edges = np.histogram(part, HISTOGRAM_BINS)
            np.testing.assert_array_equal(each.histogram, counts)
            np.testing.assert_array_equal(each.edges, edges)
            assert each.histogram.sum() == len(part)


def test_dead_units_are_zero_for_every_example() -> None:
    network, validation = fresh_network(NetworkSpec.dense((784, 20, 10))), few_digits().validation
    assert validation is not None
    network.parameters.value("1.b")[:5] = -1e6
    (done,) = epochs(list(train(network, few_digits(), replace(CONFIG, learning_rate=1e-6))))
    assert done.health is not None
    is_dead = (network.activations(validation.inputs(slice(None)))[1] == 0).all(axis=0)
    assert is_dead[:5].all()
    assert done.health[1].dead_fraction == pytest.approx(is_dead.mean())
    assert 0.25 <= is_dead.mean() < 1


def test_parameters_with_almost_equal_values_have_a_histogram() -> None:
    spec = NetworkSpec.dense((1, 1))
    network = fresh_network(spec)
    network.parameters.values[:] = 1, np.nextafter(np.float32(1), np.float32(2))
    figures = health.HealthProbe(network)._layer_figures(1, np.zeros((1, 1)))
    assert figures.histogram is not None
    assert figures.edges is not None
    assert (np.diff(figures.edges) > 0).all()
    assert (figures.histogram.sum(), figures.histogram[0], figures.histogram[-1]) == (2, 1, 1)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_histograms_ignore_parameters_that_are_not_finite(value: float) -> None:
    network = fresh_network(NetworkSpec.dense((3, 2)))
    network.parameters.values[:3] = value
    figures = health.HealthProbe(network)._layer_figures(1, np.zeros((1, 2)))
    assert figures.histogram is not None
    assert figures.histogram.sum() == network.parameters.size - 3


def test_figures_are_measured_only_after_the_minimum_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0
    monkeypatch.setattr(health, "perf_counter", lambda: clock)
    measured = []
    for event in train(fresh_network(), few_digits(), replace(CONFIG, epochs=6)):
        for done in epochs([event]):
            measured.append(done.health is not None)
            clock += 0.6 * health.MIN_SECONDS_BETWEEN_FIGURES
    assert measured == [True, False, True, False, True, False]


def test_an_epoch_without_a_measured_step_has_no_figures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise the figures of an earlier epoch would be reported for this one."""
    readings = iter([0.0, 0.0, 0.1, 0.3, 0.5])
    monkeypatch.setattr(health, "perf_counter", lambda: next(readings, 9.0))
    measured = [
        done.health is not None
        for done in epochs(list(train(fresh_network(), few_digits(), replace(CONFIG, epochs=3))))
    ]
    # Figures are due at 0 s and at 0.3 s (third epoch), but not at 0.1 s, the time of the second epoch's step.
    assert measured == [True, False, True]


def test_measuring_figures_does_not_change_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    def trained() -> NDArray[np.floating]:
        network = fresh_network(SMALL)
        list(train(network, few_digits(), TrainingConfig(epochs=3, batch_size=50)))
        return values_of(network)

    with_figures = trained()
    monkeypatch.setattr(health, "MIN_SECONDS_BETWEEN_FIGURES", 1e9)
    np.testing.assert_array_equal(trained(), with_figures)


def test_units_are_probed_with_examples_from_first_to_last() -> None:
    """The examples are sorted, and the unit gives 0 for all but the last ones."""
    network = Network(NetworkSpec((1,), (Dense(1), Activation("relu"), Dense(1)), "linear"))
    network.parameters.value("1.W")[...], network.parameters.value("1.b")[...] = 1, -0.95
    inputs = np.linspace(0, 1, 1000, dtype=np.float32)[:, None]
    health = HealthProbe(network).figures(Dataset.from_floats(inputs, inputs))
    assert health[1].dead_fraction == 0
