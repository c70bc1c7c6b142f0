"""Maps of digits: the outputs of a layer, projected to two dimensions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from math import prod

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.errors import DataError
from nncore.model.layers.parameters import Array
from nncore.model.network import PREDICTION_BATCH_SIZE, Network
from nncore.system.blas_threads import one_blas_thread

PERPLEXITY = 30.0
"""About the number of neighbours that t-SNE keeps near each digit; its authors recommend 5 to 50."""

EXAGGERATION = 12.0
"""Factor by which neighbours attract each other more in the first part of t-SNE ("early exaggeration"), so that
clusters form."""

TSNE_PARTS = 4
"""Number of parts, each of 250 steps: the smallest number that scikit-learn accepts."""

TSNE_MISSING = 't-SNE needs scikit-learn: install it with  pip install "digitlab[maps]"  and start Digit Lab again.'


@dataclass(frozen=True, eq=False)
class Projection:
    """points: (n, 2) float32. explained: fraction of the variance along each axis, 0 to 1; None for t-SNE."""

    points: NDArray[np.float32]
    explained: tuple[float, float] | None = None


def output_names(network: Network) -> tuple[str, ...]:
    """Return the names of the outputs that can be mapped: the pixels, then each layer, first to last."""
    layers = zip(network.spec.layers, network.spec.shapes[1:], strict=True)
    named = (
        f"{n} {layer.kind.replace('_', ' ')}, {' × '.join(map(str, shape))}"
        for n, (layer, shape) in enumerate(layers, start=1)
    )
    return ("the pixels", *named)


@one_blas_thread()
def layer_output(
    network: Network, dataset: Dataset, rows: NDArray[np.intp], index: int, *, cancelled: Callable[[], bool]
) -> NDArray[np.float32] | None:
    """Return the output at `index` of `output_names` for the examples `rows` (n,): (n, numbers) float32.

    It is None if `cancelled()` became true. Raises DataError if the weights have diverged.
    """
    parts: list[Array] = []
    for start in range(0, len(rows), PREDICTION_BATCH_SIZE):
        if cancelled():
            return None
        X = dataset.inputs(rows[start : start + PREDICTION_BATCH_SIZE])
        with np.errstate(over="ignore", invalid="ignore"):
            output = network.activations(X)[index - 1] if index else X
        parts.append(output.reshape(len(X), -1))
    outputs = np.concatenate(parts).astype(np.float32, copy=False)
    if not np.isfinite(outputs).all():
        raise DataError("This model's weights have diverged, so there is nothing to map.")
    return outputs


@one_blas_thread()
def drawing_output(network: Network, image: NDArray[np.uint8], index: int) -> NDArray[np.float32]:
    """Return the output at `index` of `output_names` for one image (height, width): (1, numbers) float32.

    Empty, (0, 0), if the network reads inputs of a different size.
    """
    X = image.reshape(1, -1).astype(np.float32) / 255
    if X.shape[1] != prod(network.spec.input_shape):
        return np.empty((0, 0), np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        output = network.activations(X)[index - 1] if index else X
    return output.reshape(1, -1).astype(np.float32, copy=False)


@one_blas_thread()
def principal_components(X: Array) -> Projection:
    """Project X (n, numbers) on its first two principal components.

    With the singular value decomposition X = U S V^T of the centred X they are the first two columns of U S. For a wide
    X they come from X X^T = U S^2 U^T, which is only n x n: ten times as fast for a convolution's 4,704 numbers.
    The sign, which is arbitrary, is chosen so that the most distant point has a positive coordinate.

    K. Pearson, "On lines and planes of closest fit to systems of points in space", 1901.
    """
    centred = X - X.mean(axis=0)
    n, width = centred.shape
    if width < n:
        U, S, _ = np.linalg.svd(centred, full_matrices=False)
        squares = S.astype(np.float64) ** 2
    else:
        # X X^T has the same U, and the eigenvalues S^2. So the points U S need no V.
        # eigh gives the eigenvalues in ascending order, and rounding can make those near 0 negative.
        squares, U = np.linalg.eigh(centred @ centred.T)
        squares, U = np.maximum(squares[::-1], 0).astype(np.float64), U[:, ::-1]
    points = np.zeros((n, 2), np.float32)
    axes = min(2, U.shape[1])
    points[:, :axes] = U[:, :axes] * np.sqrt(squares[:axes])  # (n, 2): U S = X V, the coordinates along the axes
    furthest = np.abs(points).argmax(axis=0)
    points *= np.where(points[furthest, [0, 1]] < 0, np.float32(-1), np.float32(1))
    # The variance along axis i is S_i^2 / n, so its fraction of the whole is S_i^2 / sum S^2.
    first, second, *_ = (*(squares / max(float(squares.sum()), 1e-30)), 0.0, 0.0)
    return Projection(points, (float(first), float(second)))


def why_no_tsne() -> str | None:
    """Return one sentence on why t-SNE is not available; None if it is."""
    return None if find_spec("sklearn") else TSNE_MISSING


def tsne(X: Array, seed: int = 0) -> Iterator[Projection]:
    """Yield layouts of X (n, numbers) in which neighbours stay neighbours; large distances have little meaning.

    There are TSNE_PARTS layouts. Each continues the one before, so that progress can be shown, and can be stopped.
    L. van der Maaten and G. Hinton, "Visualizing Data using t-SNE", Journal of Machine Learning Research 9, 2008;
    computed by scikit-learn, 1,000 points in about 6 s. Raises DataError if it is not installed, if there are fewer
    than three points, or if all points are equal.
    """
    reason = why_no_tsne()
    if reason is not None:
        raise DataError(reason)
    if len(X) < 3:
        raise DataError(f"t-SNE needs three digits or more; there are {len(X)}.")
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    begin = principal_components(X).points
    spread = float(begin[:, 0].std())
    if not spread:
        raise DataError("All digits look the same to this layer, so there is nothing to map.")
    # The start and the rate are those of scikit-learn with init="pca" and learning_rate="auto". It uses about three
    # times as many neighbours of each point as the perplexity says, and a point has only n - 1.
    points: NDArray[np.float32] = begin * np.float32(1e-4 / spread)
    perplexity = min(PERPLEXITY, (len(X) - 1) / 3)
    rate = max(len(X) / EXAGGERATION / 4, 50.0)
    for part in range(TSNE_PARTS):
        # The first part draws neighbours together. scikit-learn uses a momentum of 0.5 in its first 250 steps and
        # of 0.8 later. Each part is a new call, so all steps have 0.5. A learning rate 2.5 times as high compensates
        # for that, because the length of a step is proportional to 1 / (1 - momentum).
        exaggeration, longer = (EXAGGERATION, 1.0) if part == 0 else (1.0, 2.5)
        layout = TSNE(
            perplexity=perplexity, init=points, random_state=seed, max_iter=250,
            early_exaggeration=exaggeration, learning_rate=longer * rate,
        )  # fmt: skip
        # One OpenMP thread: with two, each waits for the other whenever the window uses a core. scikit-learn limits
        # BLAS itself and restores the earlier number of threads: within our own limit that number is one.
        with one_blas_thread(), threadpool_limits(1, user_api="openmp"):
            points = np.asarray(layout.fit_transform(X), np.float32)
        yield Projection(points)
