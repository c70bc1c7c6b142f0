"""PCA and t-SNE put examples in two dimensions, and PCA equals the singular value decomposition."""

from __future__ import annotations

import numpy as np
import pytest

import nncore.evaluation.projection
from nncore.errors import DataError
from nncore.evaluation.projection import TSNE_PARTS, layer_output, output_names, principal_components, tsne, why_no_tsne
from nncore.model.layers import Conv2D, Dense, Flatten
from nncore.model.network import Network, NetworkSpec
from tests.nncore.example_data import small_mnist


@pytest.mark.parametrize("width", [7, 400])
def test_the_axes_are_those_of_the_singular_value_decomposition(width: int) -> None:
    X = np.random.default_rng(0).standard_normal((50, width)) * np.linspace(3, 0.1, width)
    found = principal_components(X)
    U, S, _ = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(np.abs(found.points), np.abs(U[:, :2] * S[:2]), atol=1e-4)
    assert found.explained == pytest.approx(tuple((S[:2] ** 2 / (S**2).sum()).tolist()))
    furthest = np.abs(found.points).argmax(axis=0)
    assert (found.points[furthest, [0, 1]] > 0).all()


def test_points_on_a_line_vary_along_one_axis_only() -> None:
    line = principal_components(np.outer(np.arange(10.0), np.ones(4)))
    assert line.explained == pytest.approx((1.0, 0.0), abs=1e-9)
    assert np.ptp(line.points[:, 0]) == pytest.approx(18.0)
    single = principal_components(np.arange(5.0)[:, None])
    assert single.points.shape == (5, 2)
    assert not principal_components(np.ones((4, 3))).points.any()


def test_layer_output_returns_the_pixels_and_each_activation() -> None:
    network = Network(NetworkSpec((28, 28), (Conv2D(3, 5, 2), Flatten(), Dense(10))))
    network.initialize(np.random.default_rng(0))
    data, rows = small_mnist().training, np.array([3, 1, 700])
    names = output_names(network)
    assert len(names) == 4
    assert names[0] == "the pixels"
    assert "10" in names[-1]
    layers = network.activations(data.inputs(rows))
    for number, wanted in enumerate([data.inputs(rows), *layers]):
        seen = layer_output(network, data, rows, number, cancelled=lambda: False)
        assert seen is not None
        np.testing.assert_allclose(seen, wanted.reshape(3, -1), rtol=1e-5, atol=1e-5)
    assert layer_output(network, data, rows, 0, cancelled=lambda: True) is None


def test_diverged_weights_raise_an_error() -> None:
    network = Network(NetworkSpec.dense((784, 10)))
    network.parameters.values[:] = np.nan
    with pytest.raises(DataError, match="diverged"):
        layer_output(network, small_mnist().training, np.arange(3), 1, cancelled=lambda: False)


def test_without_scikit_learn_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nncore.evaluation.projection, "find_spec", lambda name: None)
    assert "digitlab[maps]" in str(why_no_tsne())
    with pytest.raises(DataError, match="scikit-learn"):
        next(tsne(np.ones((5, 2))))


def test_tsne_separates_two_clusters() -> None:
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(0)
    middles = np.repeat(np.array([[0.0] * 5, [20.0] * 5]), 30, axis=0)
    layouts = list(tsne((middles + rng.standard_normal((60, 5))).astype(np.float32)))
    assert len(layouts) == TSNE_PARTS
    points = layouts[-1].points
    one, other = points[:30], points[30:]
    apart = np.linalg.norm(one.mean(axis=0) - other.mean(axis=0))
    assert apart > np.linalg.norm(one - one.mean(axis=0), axis=1).max()
    assert apart > np.linalg.norm(other - other.mean(axis=0), axis=1).max()


def test_tsne_raises_an_error_for_too_few_or_equal_points() -> None:
    pytest.importorskip("sklearn")
    with pytest.raises(DataError, match="three digits"):
        next(tsne(np.ones((2, 2))))
    with pytest.raises(DataError, match="look the same"):
        next(tsne(np.ones((20, 2), np.float32)))
