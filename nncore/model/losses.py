"""What a network is trained to make small, each loss with its gradient.

A loss compares a network's answers P (n, outputs) with the *targets* T (n, outputs). It takes the logits z that the
answers come from (see `nncore.model.outputs`): a probability that has vanished has no logarithm, its logit is still
there.
"""

from __future__ import annotations

from math import tanh
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS
from nncore.errors import SettingError
from nncore.model.outputs import OUTPUTS as OUTPUTS
from nncore.model.outputs import SoftmaxWorkspace, below_largest, sigmoid
from nncore.model.outputs import softmax as softmax
from nncore.model.targets import TargetRows
from nncore.system.copying import CopiedDeeply

Array = NDArray[np.floating]
Labels = NDArray[np.integer]
Targets = NDArray[np.generic]


def cross_entropy(logits: Array, labels: Labels) -> Array:
    """The loss -log softmax(logits)[label] in nats of each row (n,); labels (n,) in 0 .. classes - 1, or NO_CLASS.

    The logarithm is taken of the sum, never of a probability that may have vanished:

        -log(exp(z[label]) / sum(exp(z))) = log(sum(exp(z))) - z[label]

    Of an example of no class it is the mean over all labels.
    """
    work = below_largest(logits, out=None)
    of_label = np.where(labels == NO_CLASS, work.mean(axis=1), work[np.arange(len(labels)), labels])
    np.exp(work, out=work)
    losses: Array = np.log(work.sum(axis=1)) - of_label
    return losses


class Loss(Protocol):
    """What training asks of a loss: the mean over a batch, and its gradient.

    logits: (n, outputs), n at most the rows `allocate` was told. targets: (n, outputs) numbers; or labels (n,) in
    0 .. outputs - 1, which stand for rows of zeros with a one at the label (a network of a single output takes the
    label, 0 or 1, as the number); NO_CLASS, for zeros alone (for 1/2). Labels out of range are for the data set to
    refuse.
    """

    def allocate(self, rows: int, outputs: int, dtype: np.dtype[np.floating]) -> None:
        """Size the workspaces for batches of up to `rows` rows: `forward` and `backward` allocate no more for them."""

    def forward(self, logits: Array, targets: Targets) -> float:
        """The mean loss of the rows; DataError if the targets are not of the logits' shape."""

    def backward(self) -> Array:
        """The gradient (n, outputs) with respect to the logits of the last forward, in a workspace; once a forward."""

    def of(self, logits: Array, targets: Targets) -> Array:
        """The loss of each row (n,) in a fresh array, without label smoothing, so that runs compare."""


class SoftmaxCrossEntropy(CopiedDeeply):
    """-log of the probability that softmax gives the label, in nats: - sum T log P over the classes.

    Softmax and cross-entropy are one step because together their derivative is simply P - T.

    An example of NO_CLASS has the target 1 / classes in each: the network is to have no opinion ("outlier exposure",
    see nncore.data.dataset).

    label_smoothing s, 0 to below 1: the network is asked for the label with 1 - s + s / classes only, and for each
    other class with s / classes (Szegedy et al., "Rethinking the Inception Architecture", CVPR 2016, section 7).
    """

    def __init__(self, label_smoothing: float = 0.0) -> None:
        self.label_smoothing = _checked_smoothing(label_smoothing)

    def allocate(self, rows: int, outputs: int, dtype: np.dtype[np.floating]) -> None:
        """Size the workspaces."""
        self._targets = TargetRows(rows, outputs, dtype)
        self._softmax = SoftmaxWorkspace(rows, outputs, dtype)
        self._log_sums = np.empty((rows, 1), dtype)

    def forward(self, logits: Array, targets: Targets) -> float:
        """The mean loss in nats of logits (n, classes) against labels (n,).

        log P = z - log sum exp(z), and each row of T sums to one: - sum T log P = log sum exp(z) - sum T z.
        """
        n = len(logits)
        self._T = T = self._targets.one_hot(targets)
        self._targets.spread_evenly(targets)
        if self.label_smoothing:
            _pull(T, 1 / T.shape[1], self.label_smoothing)
        z = self._softmax.below_largest(logits)
        T_z = float(np.vdot(T, z))
        self._P, sums = self._softmax.probabilities(z)
        log_sums = np.log(sums, out=self._log_sums[:n])
        return (float(log_sums.sum()) - T_z) / n

    def backward(self) -> Array:
        """The gradient (P - T) / n."""
        self._P -= self._T
        self._P *= 1 / len(self._P)
        return self._P

    def of(self, logits: Array, targets: Targets) -> Array:
        """The loss of each row (n,)."""
        return cross_entropy(logits, targets.astype(np.intp, copy=False))


class BinaryCrossEntropy(CopiedDeeply):
    """-(T log P + (1 - T) log(1 - P)) with P = sigmoid(z), in nats, summed over the outputs.

    Each output answers a yes-or-no question of its own: with labels, whether it is this class or any other. Targets
    are labels, or numbers from 0 to 1. In terms of the logit it is

        log(1 + exp(z)) - z T  =  max(z, 0) - z T + log(1 + exp(-|z|)),

    where exp() cannot overflow; its derivative is P - T. label_smoothing s, 0 to below 1, pulls the targets towards
    "don't know": (1 - s) T + s / 2.
    """

    def __init__(self, label_smoothing: float = 0.0) -> None:
        self.label_smoothing = _checked_smoothing(label_smoothing)

    def allocate(self, rows: int, outputs: int, dtype: np.dtype[np.floating]) -> None:
        """Size the workspaces."""
        self._targets = TargetRows(rows, outputs, dtype)
        self._answers, self._losses, self._work = np.empty((3, rows, outputs), dtype)

    def forward(self, logits: Array, targets: Targets) -> float:
        """The mean loss in nats of logits (n, outputs)."""
        n = len(logits)
        self._T = T = self._targets.rows(targets, for_writing=self.label_smoothing > 0)
        if self.label_smoothing:
            _pull(T, 1 / 2, self.label_smoothing)
        losses, work = self._losses[:n], self._work[:n]
        self._P = sigmoid(logits, out=self._answers[:n], work=work)  # which leaves 1 + exp(-|z|) in `work`
        np.maximum(logits, 0, out=losses)
        losses += np.log(work, out=work)
        losses -= np.multiply(logits, T, out=work)
        return float(losses.sum()) / n

    def backward(self) -> Array:
        """The gradient (P - T) / n."""
        self._P -= self._T
        self._P *= 1 / len(self._P)
        return self._P

    def of(self, logits: Array, targets: Targets) -> Array:
        """The loss of each row (n,)."""
        T = _target_rows(logits, targets)
        losses: Array = np.maximum(logits, 0) - logits * T + np.log1p(np.exp(-np.abs(logits)))
        sums: Array = losses.sum(axis=1)
        return sums


class MeanSquaredError(CopiedDeeply):
    """Half the squared distance of the answer to the target: 1/2 sum (P - T)^2 over the outputs, mean over the rows.

    The half makes the derivative with respect to P simply P - T; the chain rule through the output function follows.
    output: "softmax", "sigmoid" or "linear".
    """

    def __init__(self, output: str) -> None:
        self.output = output

    def allocate(self, rows: int, outputs: int, dtype: np.dtype[np.floating]) -> None:
        """Size the workspaces."""
        self._targets = TargetRows(rows, outputs, dtype)
        self._softmax = SoftmaxWorkspace(rows, outputs, dtype)
        self._answers, self._differences, self._work = np.empty((3, rows, outputs), dtype)

    def forward(self, logits: Array, targets: Targets) -> float:
        """The mean loss of logits (n, outputs)."""
        n = len(logits)
        self._of_one = logits.size == 1 and self.output == "sigmoid"
        if self._of_one:
            return self._forward_of_one(logits.item(), self._targets.rows(targets).item())
        self._P = self._answer(logits)
        self._D = np.subtract(self._P, self._targets.rows(targets), out=self._differences[:n])
        D = self._D.ravel()
        return float(D.dot(D)) / (2 * n)

    def _forward_of_one(self, logit: float, target: float) -> float:
        """What `forward` and `backward` give for a single sigmoid; NumPy would take five times as long for it."""
        p = 0.5 + 0.5 * tanh(0.5 * logit)
        difference = p - target
        self._D = self._differences[:1]
        self._D[0, 0] = difference * p * (1 - p)
        return 0.5 * difference * difference

    def _answer(self, logits: Array) -> Array:
        n = len(logits)
        if self.output == "softmax":
            return self._softmax.probabilities(self._softmax.below_largest(logits))[0]
        if self.output == "sigmoid":
            return _sigmoid(logits, self._answers[:n])
        return logits  # linear

    def backward(self) -> Array:
        """The gradient D dP/dz / n, with D = P - T.

        linear: dP/dz = 1. sigmoid: P (1 - P). softmax: dP_i/dz_j = P_i (1[i = j] - P_j), so that
        sum_i D_i dP_i/dz_j = P_j (D_j - sum_i D_i P_i).
        """
        gradient: Array = self._D
        if self._of_one:
            return gradient
        P, D, work = self._P, self._D, self._work[: len(self._D)]
        if self.output == "softmax":
            D -= self._softmax.row_sums(np.multiply(D, P, out=work))
            D *= P
        elif self.output == "sigmoid":
            np.multiply(P, P, out=work)
            D *= np.subtract(P, work, out=work)
        if len(D) > 1:
            D *= 1 / len(D)
        return gradient

    def of(self, logits: Array, targets: Targets) -> Array:
        """The loss of each row (n,)."""
        D = OUTPUTS[self.output](logits)
        D -= _target_rows(logits, targets)
        D *= D
        squares: Array = D.sum(axis=1)
        return 0.5 * squares


def _sigmoid(logits: Array, out: Array) -> Array:
    """(1 + tanh(z / 2)) / 2, half as many operations as `sigmoid`; a small probability is less exact, by 1e-7."""
    np.multiply(logits, 0.5, out=out)
    np.tanh(out, out=out)
    out *= 0.5
    out += 0.5
    return out


def _target_rows(logits: Array, targets: Targets) -> Array:
    """The targets as rows like those of the logits, in a fresh array."""
    return TargetRows(len(logits), logits.shape[1], logits.dtype).rows(targets)


def _pull(targets: Array, towards: float, share: float) -> None:
    """Mix `share` of the number `towards` into all targets."""
    targets *= 1 - share
    targets += share * towards


def _checked_smoothing(label_smoothing: float) -> float:
    if not 0 <= label_smoothing < 1:
        raise SettingError("label_smoothing", f"Label smoothing {label_smoothing:g} cannot be: it is 0 to below 1.")
    return label_smoothing


LOSSES = ("cross_entropy", "binary_cross_entropy", "mean_squared_error")

NATURAL_LOSS = {"softmax": "cross_entropy", "sigmoid": "binary_cross_entropy", "linear": "mean_squared_error"}
"""The loss that goes with an output function unless another is asked for: the one whose gradient is (P - T) / n."""


def make_loss(name: str | None, output: str, label_smoothing: float = 0.0) -> Loss:
    """The loss called `name` (None: the natural one) for a network with the output function `output`.

    cross_entropy needs softmax, binary_cross_entropy sigmoid; mean_squared_error takes any, but no label smoothing.
    Raises SettingError naming "loss", "output" or "label_smoothing".
    """
    if output not in OUTPUTS:
        raise SettingError("output", f"Output {output!r} is unknown: choose one of {', '.join(OUTPUTS)}.")
    name = NATURAL_LOSS[output] if name is None else name
    if name not in LOSSES:
        raise SettingError("loss", f"Loss {name!r} is unknown: choose one of {', '.join(LOSSES)}.")
    if name == "mean_squared_error":
        if label_smoothing:
            raise SettingError(
                "label_smoothing", "Label smoothing is for cross-entropies; mean_squared_error has none."
            )
        return MeanSquaredError(output)
    if name != NATURAL_LOSS[output]:
        fitting = "softmax" if name == "cross_entropy" else "sigmoid"
        raise SettingError("loss", f"Loss {name} needs the output {fitting}; the network's output is {output}.")
    return SoftmaxCrossEntropy(label_smoothing) if name == "cross_entropy" else BinaryCrossEntropy(label_smoothing)
