"""The gradients of the losses, and the chain rule through all layers of a network."""

from __future__ import annotations

import numpy as np

from nncore.model.derivations.derivation import Derivation, DerivationStep
from nncore.model.layers.parameters import Array


def softmax_cross_entropy_gradient(Z: Array, T: Array) -> tuple[Array]:
    """DZ (rows, classes) for Z and T (rows, classes), whose rows have the sum 1."""
    exponentials = np.exp(Z - Z.max(axis=1, keepdims=True))  # the maximum cancels; without it, exp overflows
    P = exponentials / exponentials.sum(axis=1, keepdims=True)
    return ((P - T) / len(Z),)


def sigmoid_squared_error_gradient(Z: Array, T: Array) -> tuple[Array]:
    """DZ (rows, outputs) for Z and T (rows, outputs)."""
    P = 1 / (1 + np.exp(-Z))
    return ((P - T) * P * (1 - P) / len(Z),)


def chain_rule(W: Array, dY: Array, slope: Array) -> tuple[Array]:
    """The gradient of the numbers before an activation from that of the dense layer after it.

    W (units, units of the next layer), dY (rows, units of the next layer), slope (rows, units): f' before the layer.
    """
    return (dY @ W.T * slope,)


_SOFTMAX_CROSS_ENTROPY = Derivation(
    name="softmax-cross-entropy",
    title="Softmax with cross-entropy",
    goal="Why the gradient of this loss is simply the difference between the probabilities and the targets.",
    steps=(
        DerivationStep(
            r"$P_k = \frac{\exp(Z_k)}{\sum_j \exp(Z_j)}$",
            "Softmax: positive numbers that have the sum 1. One row of logits is one example.",
            symbols=("Z", "P"),
        ),
        DerivationStep(
            r"$L = -\sum_k T_k \log P_k$",
            "Cross-entropy. Each row of T has the sum 1; without label smoothing, it is 1 for the label and 0 "
            "elsewhere, and the loss is minus the logarithm of the probability of the label.",
            symbols=("T", "P"),
        ),
        DerivationStep(
            r"$L = \log \sum_j \exp(Z_j) - \sum_k T_k Z_k$",
            "The logarithm of a fraction is a difference.",
            (
                r"$\log P_k = Z_k - \log \sum_j \exp(Z_j)$",
                r"$-\sum_k T_k \log P_k = -\sum_k T_k Z_k + \left(\sum_k T_k\right) \log \sum_j \exp(Z_j)$",
                r"The sum in brackets is 1.",
            ),
            ("Z", "T"),
        ),
        DerivationStep(
            r"$\frac{\partial}{\partial Z_k} \log \sum_j \exp(Z_j) = \frac{\exp(Z_k)}{\sum_j \exp(Z_j)} = P_k$",
            r"The derivative of $\log u$ is $\frac{1}{u}$, times the derivative of $u$; only one term of the sum "
            "contains this logit.",
            symbols=("P",),
        ),
        DerivationStep(
            r"$\frac{\partial L}{\partial Z_k} = P_k - T_k$",
            "The second part of the loss has the derivative T. A probability that is too high gives a positive "
            "gradient: the step makes its logit smaller.",
            symbols=("P", "T"),
        ),
        DerivationStep(
            r"$dZ = \frac{P - T}{n}$",
            "The loss of a batch is the mean over its n rows.",
            symbols=("dZ",),
        ),
    ),
    inputs=("Z", "T"),
    outputs=("dZ",),
    compute=softmax_cross_entropy_gradient,
    losses=frozenset({("cross_entropy", "softmax")}),
)

_SIGMOID_SQUARED_ERROR = Derivation(
    name="sigmoid-squared-error",
    title="Sigmoid with squared error",
    goal="Why an output that is certain and wrong learns slowly with this loss.",
    steps=(
        DerivationStep(
            r"$P = \sigma(Z) = \frac{1}{1 + \exp(-Z)}$",
            "The sigmoid: a number between 0 and 1.",
            symbols=("Z", "P"),
        ),
        DerivationStep(
            r"$L = \frac{1}{2} (P - T)^2$",
            "Half the squared error, so that its derivative has no factor 2. The errors of several outputs are added.",
            symbols=("P", "T"),
        ),
        DerivationStep(
            r"$\frac{\partial L}{\partial P} = P - T$",
            "The derivative of a square is twice the base, times the derivative of the base, which is 1.",
            symbols=("P", "T"),
        ),
        DerivationStep(
            r"$\frac{\partial P}{\partial Z} = P (1 - P)$",
            "The derivative of the sigmoid can be computed from its value.",
            (
                r"$\frac{\partial P}{\partial Z} = \frac{\exp(-Z)}{(1 + \exp(-Z))^2} = "
                r"\frac{1}{1 + \exp(-Z)} \cdot \frac{\exp(-Z)}{1 + \exp(-Z)}$",
                r"The first factor is $P$, and the second is $1 - P$.",
            ),
            ("P",),
        ),
        DerivationStep(
            r"$\frac{\partial L}{\partial Z} = (P - T) P (1 - P)$",
            "The chain rule. If P is close to 0 or 1, the last two factors make the gradient small, even if the answer "
            "is wrong. Cross-entropy does not have this factor.",
            symbols=("P", "T"),
        ),
        DerivationStep(
            r"$dZ = \frac{1}{n} (P - T) P (1 - P)$",
            "The loss of a batch is the mean over its n rows.",
            symbols=("dZ",),
        ),
    ),
    inputs=("Z", "T"),
    outputs=("dZ",),
    compute=sigmoid_squared_error_gradient,
    losses=frozenset({("mean_squared_error", "sigmoid")}),
)

_CHAIN_RULE = Derivation(
    name="chain-rule",
    title="The chain rule through all layers",
    goal="How the error at the output becomes the gradients of all layers, and what must be stored for that.",
    steps=(
        DerivationStep(
            r"$Z_l = A_{l-1} W_l + b_l$ and $A_l = f(Z_l)$, for $l = 1, \ldots, L$",
            "Each layer takes the output of the layer before it. The input of the network is $A_0$.",
            symbols=("X", "W"),
        ),
        DerivationStep(
            r"$dZ_L$",
            "The loss gives the gradient of the last logits. From there, the calculation goes back layer by layer.",
            symbols=("dZ",),
        ),
        DerivationStep(
            r"$dW_l = A_{l-1}^\top dZ_l$ and $db_l = \sum_n dZ_{l,n}$",
            "The gradients of a dense layer need its input. So the forward pass stores $A_{l-1}$.",
            symbols=("X", "dY", "dW"),
        ),
        DerivationStep(
            r"$dA_{l-1} = dZ_l W_l^\top$",
            "The gradient of the input of a layer is the gradient of the output of the layer before it.",
            symbols=("dY", "W", "dX"),
        ),
        DerivationStep(
            r"$dZ_{l-1} = dA_{l-1} \odot f'(Z_{l-1})$",
            "The activation needs its input or its output. So the forward pass stores one of them.",
            symbols=("slope",),
        ),
        DerivationStep(
            r"$dZ_{l-1} = \left(dZ_l W_l^\top\right) \odot f'(Z_{l-1})$",
            "Together: one matrix product for each layer. The product with the weights of each layer and with each "
            "derivative is why gradients can vanish or explode in deep networks.",
            (
                "Every gradient is computed once and used by all layers before it. That is why the calculation goes "
                "from the end to the beginning: one backward pass costs about two forward passes.",
            ),
            ("dY", "W", "slope"),
        ),
    ),
    inputs=("W", "dY", "slope"),
    outputs=("dX",),
    compute=chain_rule,
)

NETWORK_DERIVATIONS = (_SOFTMAX_CROSS_ENTROPY, _SIGMOID_SQUARED_ERROR, _CHAIN_RULE)
