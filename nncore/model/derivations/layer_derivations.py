"""The gradients of the layers: dense, activation, convolution and batch normalization."""

from __future__ import annotations

import numpy as np

from nncore.model.derivations.derivation import Derivation, DerivationStep
from nncore.model.layers.activation import Activation
from nncore.model.layers.batch_norm import BatchNorm
from nncore.model.layers.convolution import Conv2D
from nncore.model.layers.dense import Dense
from nncore.model.layers.parameters import Array


def dense_input_gradient(W: Array, dY: Array) -> tuple[Array]:
    """DX (rows, inputs) for W (inputs, units) and dY (rows, units)."""
    return (dY @ W.T,)


def dense_weight_gradients(X: Array, dY: Array) -> tuple[Array, Array]:
    """DW (inputs, units) and db (units,) for X (rows, inputs) and dY (rows, units)."""
    return X.T @ dY, dY.sum(axis=0)


def elementwise_gradient(dY: Array, slope: Array) -> tuple[Array]:
    """dX, of the same shape as dY and slope."""
    return (dY * slope,)


def convolution_gradients(X: Array, W: Array, dY: Array, stride: Array, padding: Array) -> tuple[Array, Array, Array]:
    """dW, db and dX for X (rows, channels, height, width), W (filters, channels, lines, columns) and dY.

    One number of the kernel at a time: it meets the same place in every window, a grid of pixels `stride` apart.
    """
    (down, across), (top, left) = stride, padding
    padded = np.pad(X, ((0, 0), (0, 0), (top, top), (left, left)))
    dW, dpadded = np.zeros_like(W), np.zeros_like(padded)
    for line in range(W.shape[2]):
        for column in range(W.shape[3]):
            lines = slice(line, line + down * dY.shape[2], down)
            columns = slice(column, column + across * dY.shape[3], across)
            pixels = padded[:, :, lines, columns][:, :, : dY.shape[2], : dY.shape[3]]
            dW[:, :, line, column] = np.einsum("nfyx,ncyx->fc", dY, pixels)
            dpadded[:, :, lines, columns] += np.einsum("nfyx,fc->ncyx", dY, W[:, :, line, column])
    return dW, dY.sum(axis=(0, 2, 3)), dpadded[:, :, top : top + X.shape[2], left : left + X.shape[3]]


def batch_norm_gradients(X: Array, gamma: Array, epsilon: Array, dY: Array) -> tuple[Array, Array, Array]:
    """dX, dgamma and dbeta for X and dY, (rows, features) or (rows, channels, height, width)."""
    axes = (0, *range(2, X.ndim))  # the mean of a channel is over all rows and all its pixels
    sigma = np.sqrt(X.var(axis=axes, keepdims=True) + epsilon)
    N = (X - X.mean(axis=axes, keepdims=True)) / sigma
    scale = gamma.reshape(sigma.shape) / sigma
    mean_dY, mean_dY_N = dY.mean(axis=axes, keepdims=True), (dY * N).mean(axis=axes, keepdims=True)
    return scale * (dY - mean_dY - N * mean_dY_N), (dY * N).sum(axis=axes), dY.sum(axis=axes)


_DENSE_INPUT = Derivation(
    name="dense-input",
    title="Dense layer: the gradient of its input",
    goal="How the loss changes with each input of a dense layer, if it is known how the loss changes with its output.",
    steps=(
        DerivationStep(
            r"$Y_{nj} = \sum_i X_{ni} W_{ij} + b_j$",
            "Unit j computes a weighted sum of all inputs of row n. In matrices: $Y = X W + b$.",
            symbols=("X", "W", "b", "Y"),
        ),
        DerivationStep(
            r"$\frac{\partial Y_{nj}}{\partial X_{ni}} = W_{ij}$",
            "Only one term of the sum contains this input, and its factor is the weight.",
            (
                r"$\frac{\partial}{\partial X_{ni}} X_{ni} W_{ij} = W_{ij}$, and 0 for all other terms and the bias.",
                "The outputs of the other rows do not contain this input: their derivative is 0.",
            ),
            ("W",),
        ),
        DerivationStep(
            r"$dX_{ni} = \sum_j dY_{nj} \frac{\partial Y_{nj}}{\partial X_{ni}} = \sum_j dY_{nj} W_{ij}$",
            "The chain rule. The input acts on the loss through every unit j of its row, so the effects are added.",
            (r"$dY_{nj}$ is short for $\frac{\partial L}{\partial Y_{nj}}$, where $L$ is the loss.",),
            ("dY", "W"),
        ),
        DerivationStep(
            r"$dX = dY W^\top$",
            "The sum over j is a product of matrices: row n of dY times row i of W, or column i of its transpose.",
            ("The shapes: (rows, units) times (units, inputs) is (rows, inputs), the shape of X.",),
            ("dY", "W", "dX"),
        ),
    ),
    inputs=("W", "dY"),
    outputs=("dX",),
    compute=dense_input_gradient,
    kinds=frozenset({Dense.kind}),
)

_DENSE_WEIGHTS = Derivation(
    name="dense-weights",
    title="Dense layer: the gradients of its weights and biases",
    goal="How the loss changes with each weight and each bias. These gradients are what training needs.",
    steps=(
        DerivationStep(
            r"$Y_{nj} = \sum_i X_{ni} W_{ij} + b_j$",
            "The same weights are used for every row n.",
            symbols=("X", "W", "b", "Y"),
        ),
        DerivationStep(
            r"$\frac{\partial Y_{nj}}{\partial W_{ij}} = X_{ni}$",
            "Only one term of the sum contains this weight, and its factor is the input.",
            ("The outputs of the other units do not contain this weight: their derivative is 0.",),
            ("X",),
        ),
        DerivationStep(
            r"$dW_{ij} = \sum_n dY_{nj} X_{ni}$",
            "The chain rule. The weight acts on unit j of every row, so the sum is over the rows.",
            symbols=("X", "dY"),
        ),
        DerivationStep(
            r"$dW = X^\top dY$",
            "The sum over n is a product of matrices. Without the transpose, the shapes do not fit.",
            ("The shapes: (inputs, rows) times (rows, units) is (inputs, units), the shape of W.",),
            ("X", "dY", "dW"),
        ),
        DerivationStep(
            r"$db_j = \sum_n dY_{nj}$",
            "A bias is a weight of an input that is always 1. Each unit has its own bias, so each has its own sum.",
            ("One sum over all units would give all biases the same gradient, which is a common mistake.",),
            ("dY", "db"),
        ),
    ),
    inputs=("X", "dY"),
    outputs=("dW", "db"),
    compute=dense_weight_gradients,
    kinds=frozenset({Dense.kind}),
)

_ELEMENTWISE = Derivation(
    name="elementwise",
    title="Activation: a function of each number",
    goal="How the loss changes with the input of an activation such as ReLU, sigmoid or tanh.",
    steps=(
        DerivationStep(
            r"$Y_{ni} = f(X_{ni})$",
            "The function is applied to each number on its own.",
            symbols=("X", "Y"),
        ),
        DerivationStep(
            r"$\frac{\partial Y_{ni}}{\partial X_{ni}} = f'(X_{ni})$",
            "Each output depends on one input only. All other derivatives are 0.",
            (
                r"ReLU, $f(x) = \max(x, 0)$: $f'(x)$ is 1 for $x > 0$, otherwise 0.",
                r"sigmoid, $y = \sigma(x)$: $f'(x) = y (1 - y)$, at most 0.25.",
                r"tanh, $y = \tanh(x)$: $f'(x) = 1 - y^2$, at most 1.",
            ),
            ("slope",),
        ),
        DerivationStep(
            r"$dX_{ni} = dY_{ni} f'(X_{ni})$",
            "The chain rule, with a single path from this input to the loss.",
            symbols=("dY", "slope"),
        ),
        DerivationStep(
            r"$dX = dY \odot f'(X)$",
            r"The sign $\odot$ is the product of numbers at the same place. All arrays have the same shape. Where the "
            "derivative is close to 0, nothing is learned: the gradient vanishes.",
            symbols=("dY", "slope", "dX"),
        ),
    ),
    inputs=("dY", "slope"),
    outputs=("dX",),
    compute=elementwise_gradient,
    kinds=frozenset({Activation.kind}),
)

_CONVOLUTION = Derivation(
    name="convolution",
    title="Convolution: its gradients",
    goal="How the loss changes with the kernels, the biases and the input images of a convolution.",
    steps=(
        DerivationStep(
            r"$Y_{nfyx} = \sum_{cuv} W_{fcuv} X_{n,c,ys+u,xs+v} + b_f$",
            "Filter f computes at each place (y, x) a weighted sum of the pixels (u, v) in a window of all channels c. "
            "The image is surrounded by p lines and columns of zeros, and the window moves by s pixels.",
            symbols=("X", "W", "b", "stride", "padding", "Y"),
        ),
        DerivationStep(
            r"$\frac{\partial Y_{nfyx}}{\partial W_{fcuv}} = X_{n,c,ys+u,xs+v}$",
            "The factor of the weight is the pixel on which it lies.",
            symbols=("X",),
        ),
        DerivationStep(
            r"$dW_{fcuv} = \sum_{nyx} dY_{nfyx} X_{n,c,ys+u,xs+v}$",
            "The chain rule. The same weight is used in every window of every image, so the sum is over all of them.",
            ("It is the rule of the dense layer, with a window of an image in the place of a row.",),
            ("X", "dY", "dW"),
        ),
        DerivationStep(
            r"$db_f = \sum_{nyx} dY_{nfyx}$",
            "The bias of a filter is added once in each window.",
            symbols=("dY", "db"),
        ),
        DerivationStep(
            r"$dX_{n,c,k,l} = \sum dY_{nfyx} W_{fcuv}$ over all f, y, x, u, v with $k = ys + u$ and $l = xs + v$",
            "A pixel (k, l) is in several windows, and in each of them it has another weight. It acts on the loss "
            "through all of them. The gradients of the zeros around the image are not needed.",
            ("Each window adds its weights, times its gradient, to the pixels under it.",),
            ("W", "dY", "stride", "padding", "dX"),
        ),
    ),
    inputs=("X", "W", "dY", "stride", "padding"),
    outputs=("dW", "db", "dX"),
    compute=convolution_gradients,
    kinds=frozenset({Conv2D.kind}),
)

_BATCH_NORM = Derivation(
    name="batch-norm",
    title="Batch normalization: its gradients",
    goal="How the loss changes with the input of a batch normalization, which acts on all examples of the batch.",
    steps=(
        DerivationStep(
            r"$N_i = \frac{X_i - \mu}{\sigma}$ with $\mu = \frac{1}{n} \sum_j X_j$ and "
            r"$\sigma^2 = \frac{1}{n} \sum_j (X_j - \mu)^2 + \varepsilon$",
            "For one feature: the n numbers of the batch get the mean 0 and the variance 1. For images, a feature is a "
            "channel, and its numbers are all pixels of all images.",
            symbols=("X", "epsilon"),
        ),
        DerivationStep(
            r"$Y_i = \gamma N_i + \beta$",
            "The scale and the shift are learned.",
            symbols=("gamma", "beta", "Y"),
        ),
        DerivationStep(
            r"$d\gamma = \sum_i dY_i N_i$ and $d\beta = \sum_i dY_i$",
            "The same scale and shift are used for all numbers of the feature, so the sum is over all of them.",
            symbols=("dY", "dgamma", "dbeta"),
        ),
        DerivationStep(
            r"$\frac{\partial \mu}{\partial X_j} = \frac{1}{n}$ and $\frac{\partial \sigma}{\partial X_j} = "
            r"\frac{N_j}{n}$",
            "Each number acts on the mean and on the standard deviation of its feature.",
            (
                r"$2 \sigma \frac{\partial \sigma}{\partial X_j} = \frac{2}{n} (X_j - \mu)$",
                r"The mean also depends on $X_j$, but this adds $-\frac{2}{n^2} \sum_i (X_i - \mu)$, which is 0.",
                r"Division by $2 \sigma$ gives $\frac{1}{n} \cdot \frac{X_j - \mu}{\sigma}$, which is $\frac{N_j}{n}$.",
            ),
        ),
        DerivationStep(
            r"$\frac{\partial N_i}{\partial X_j} = \frac{1}{\sigma} \left([i = j] - \frac{1}{n} - "
            r"\frac{1}{n} N_i N_j\right)$",
            "A number acts on every N of its feature in three ways: directly on its own, through the mean, and through "
            r"the standard deviation. $[i = j]$ is 1 for the same number, otherwise 0.",
            (
                r"$\frac{\partial N_i}{\partial X_j} = \frac{1}{\sigma} \left([i = j] - "
                r"\frac{\partial \mu}{\partial X_j}\right) - \frac{X_i - \mu}{\sigma^2} "
                r"\frac{\partial \sigma}{\partial X_j}$",
            ),
        ),
        DerivationStep(
            r"$dX_j = \frac{\gamma}{\sigma} \left(dY_j - \frac{1}{n} \sum_i dY_i - "
            r"N_j \frac{1}{n} \sum_i dY_i N_i\right)$",
            r"The chain rule over all i, with $dN_i = \gamma dY_i$. The two sums are $d\beta$ and $d\gamma$, which are "
            "already computed.",
            ("The gradients of a feature have the sum 0: a number that is added to all of X changes nothing.",),
            ("gamma", "dgamma", "dbeta", "dY", "dX"),
        ),
    ),
    inputs=("X", "gamma", "epsilon", "dY"),
    outputs=("dX", "dgamma", "dbeta"),
    compute=batch_norm_gradients,
    kinds=frozenset({BatchNorm.kind}),
)

LAYER_DERIVATIONS = (_DENSE_INPUT, _DENSE_WEIGHTS, _ELEMENTWISE, _CONVOLUTION, _BATCH_NORM)
