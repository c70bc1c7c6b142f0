"""The losses that training minimizes, each with its gradient.

A loss compares the answers P (n, outputs) of a network with the targets T (n, outputs). It takes the logits z, from
which P is computed (see `nncore.model.outputs`): if a probability is rounded to 0, its logarithm is infinite, but the
logit is still exact.

A new loss is a class with the methods of `Loss` and a row of LOSSES.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, tanh
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS
from nncore.errors import SettingError
from nncore.model.layers.parameters import Array
from nncore.model.outputs import OUTPUTS, SoftmaxWorkspace, sigmoid, sigmoid_by_tanh, subtract_maximum
from nncore.model.targets import TargetRows
from nncore.reporting.number_text import decimal_text
from nncore.system.copying import DeepCopyable

Labels = NDArray[np.integer]
Targets = NDArray[np.generic]


def cross_entropy(logits: Array, labels: Labels) -> Array:
    """The loss -log softmax(logits)[label] in nats of each row (n,); labels (n,) in 0 .. classes - 1, or NO_CLASS.

    The formula takes the logarithm of the sum, never of a probability that may be 0:

        -log(exp(z[label]) / sum(exp(z))) = log(sum(exp(z))) - z[label]

    For an example of NO_CLASS, the loss is the mean over all labels.
    """
    work = subtract_maximum(logits, out=None)
    of_label = np.where(labels == NO_CLASS, work.mean(axis=1), work[np.arange(len(labels)), labels])
    np.exp(work, out=work)
    losses: Array = np.log(work.sum(axis=1)) - of_label
    return losses


class Loss(Protocol):
    """The mean loss over a batch, and its gradient.

    logits: (n, outputs), where n is at most the `rows` of `allocate`. targets: numbers (n, outputs); or labels (n,),
    each of which stands for a row of zeros with a 1 at the label. For a single output, the label 0 or 1 itself is the
    target. The label NO_CLASS stands for a row of zeros (1/2 for a single output). Data sets check the range of labels.
    """

    def allocate(self, rows: int, outputs: int, dtype: np.dtype[np.floating]) -> None:
        """Create the workspaces for batches of up to `rows` rows, so that `forward` and `backward` allocate nothing."""

    def forward(self, logits: Array, targets: Targets) -> float:
        """The mean loss of the rows; raises DataError if the targets do not have the shape of the logits."""

    def backward(self) -> Array:
        """The gradient (n, outputs) with respect to the logits of the last `forward`, in a workspace; call it once."""

    def per_example(self, logits: Array, targets: Targets) -> Array:
        """The loss of each row (n,) in a new array, without label smoothing, so that runs can be compared."""


class _CrossEntropy(DeepCopyable):
    """The part that both cross-entropies share: label smoothing, and a gradient that is simply (P - T) / n."""

    _P: Array
    _T: Array

    def __init__(self, label_smoothing: float = 0.0) -> None:
        if not 0 <= label_smoothing < 1:
            raise SettingError(
                "label_smoothing",
                f"Label smoothing must be 0 or more and below 1; got {decimal_text(label_smoothing, 6)}.",
            )
        self.label_smoothing = label_smoothing

    def backward(self) -> Array:
        """The gradient (P - T) / n."""
        self._P -= self._T
        self._P *= 1 / len(self._P)  # the loss is the mean over the n rows
        return self._P


class SoftmaxCrossEntropy(_CrossEntropy):
    """-log of the probability that softmax gives the label, in nats: - sum T log P over the classes.

    Softmax and cross-entropy are one step because their derivative together is simply P - T:

        loss = log sum exp(z) - sum T z    (each row of T sums to 1),    d log sum exp(z) / dz = softmax(z) = P.

    An example of NO_CLASS has the target 1 / classes for each class: the network should give all classes the same
    probability ("outlier exposure", see nncore.data.dataset).

    label_smoothing s, 0 to below 1: the target of the label is 1 - s + s / classes, that of each other class is
    s / classes (Szegedy et al., "Rethinking the Inception Architecture", CVPR 2016, section 7).
    """

    def allocate(self, rows: int, outputs: int, dtype: np.dtype[np.floating]) -> None:
        """Create the workspaces."""
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
            _smooth(T, 1 / T.shape[1], self.label_smoothing)
        # The rows of T sum to 1, so subtracting the maximum c changes both terms of the loss by c, which cancels.
        z = self._softmax.subtract_maximum(logits)
        T_z = float(np.vdot(T, z))
        self._P, sums = self._softmax.probabilities(z)  # in place, so T z had to be computed before
        log_sums = np.log(sums, out=self._log_sums[:n])
        return (float(log_sums.sum()) - T_z) / n

    def per_example(self, logits: Array, targets: Targets) -> Array:
        """The loss of each row (n,)."""
        return cross_entropy(logits, targets.astype(np.intp, copy=False))


class BinaryCrossEntropy(_CrossEntropy):
    """-(T log P + (1 - T) log(1 - P)) with P = sigmoid(z), in nats, summed over the outputs.

    Each output answers a separate yes-or-no question, for labels: "is it this class?" Targets are labels, or numbers
    from 0 to 1. In terms of the logit the loss is

        log(1 + exp(z)) - z T  =  max(z, 0) - z T + log(1 + exp(-|z|)),

    in which exp cannot overflow; its derivative is sigmoid(z) - T = P - T. label_smoothing s, 0 to below 1, moves the
    targets towards 1/2: (1 - s) T + s / 2.
    """

    def allocate(self, rows: int, outputs: int, dtype: np.dtype[np.floating]) -> None:
        """Create the workspaces."""
        self._targets = TargetRows(rows, outputs, dtype)
        self._answers, self._losses, self._work = np.empty((3, rows, outputs), dtype)

    def forward(self, logits: Array, targets: Targets) -> float:
        """The mean loss in nats of logits (n, outputs)."""
        n = len(logits)
        self._T = T = self._targets.rows(targets, for_writing=self.label_smoothing > 0)
        if self.label_smoothing:
            _smooth(T, 1 / 2, self.label_smoothing)
        # max(z, 0) + log(1 + exp(-|z|)) - z T, term by term; the sigmoid shares the array 1 + exp(-|z|).
        losses, work = self._losses[:n], self._work[:n]
        self._P = sigmoid(logits, out=self._answers[:n], work=work)  # `work` is now 1 + exp(-|z|)
        np.maximum(logits, 0, out=losses)
        losses += np.log(work, out=work)
        losses -= np.multiply(logits, T, out=work)
        return float(losses.sum()) / n

    def per_example(self, logits: Array, targets: Targets) -> Array:
        """The loss of each row (n,)."""
        T = _target_rows(logits, targets)
        losses: Array = np.maximum(logits, 0) - logits * T + np.log1p(np.exp(-np.abs(logits)))
        sums: Array = losses.sum(axis=1)
        return sums


class MeanSquaredError(DeepCopyable):
    """Half the squared distance from answer to target: 1/2 sum (P - T)^2 over the outputs, mean over the rows.

    With the factor 1/2, the derivative with respect to P is P - T; the chain rule through the output function gives
    the derivative with respect to the logits. output: a key of OUTPUTS.
    """

    def __init__(self, output: str) -> None:
        self.output = output

    def allocate(self, rows: int, outputs: int, dtype: np.dtype[np.floating]) -> None:
        """Create the workspaces."""
        self._targets = TargetRows(rows, outputs, dtype)
        self._softmax = SoftmaxWorkspace(rows, outputs, dtype)
        self._answers, self._differences, self._work = np.empty((3, rows, outputs), dtype)

    def forward(self, logits: Array, targets: Targets) -> float:
        """The mean loss of logits (n, outputs)."""
        n = len(logits)
        self._is_single_sigmoid = logits.size == 1 and self.output == "sigmoid"
        if self._is_single_sigmoid:
            return self._forward_single_sigmoid(logits.item(), self._targets.rows(targets).item())
        self._P = self._answer(logits)
        self._D = np.subtract(self._P, self._targets.rows(targets), out=self._differences[:n])
        D = self._D.ravel()
        return float(D.dot(D)) / (2 * n)

    def _forward_single_sigmoid(self, logit: float, target: float) -> float:
        """The results of `forward` and `backward` for one sigmoid; NumPy would take five times as long."""
        p = 0.5 + 0.5 * tanh(0.5 * logit)
        difference = p - target
        self._D = self._differences[:1]
        self._D[0, 0] = difference * p * (1 - p)  # already the gradient: d(D^2 / 2)/dz = D p', with p' = p (1 - p)
        return 0.5 * difference * difference

    def _answer(self, logits: Array) -> Array:
        n = len(logits)
        if self.output == "softmax":
            return self._softmax.probabilities(self._softmax.subtract_maximum(logits))[0]
        if self.output == "sigmoid":
            return sigmoid_by_tanh(logits, self._answers[:n])
        return logits  # the output is linear

    def backward(self) -> Array:
        """The gradient D dP/dz / n, with D = P - T.

        linear: dP/dz = 1. sigmoid: P (1 - P). softmax: dP_i/dz_j = P_i (1[i = j] - P_j), so that
        sum_i D_i dP_i/dz_j = P_j (D_j - sum_i D_i P_i).
        """
        gradient: Array = self._D
        if self._is_single_sigmoid:
            return gradient
        P, D, work = self._P, self._D, self._work[: len(self._D)]
        if self.output == "softmax":
            # D is the difference; afterwards it is P (D - sum D P), the product of D with the Jacobian diag(P) - P P^T.
            D -= self._softmax.row_sums(np.multiply(D, P, out=work))
            D *= P
        elif self.output == "sigmoid":
            np.multiply(P, P, out=work)
            D *= np.subtract(P, work, out=work)
        if len(D) > 1:
            D *= 1 / len(D)
        return gradient

    def per_example(self, logits: Array, targets: Targets) -> Array:
        """The loss of each row (n,)."""
        D = OUTPUTS[self.output](logits)
        D -= _target_rows(logits, targets)
        D *= D
        squares: Array = D.sum(axis=1)
        return 0.5 * squares


def _target_rows(logits: Array, targets: Targets) -> Array:
    """The targets as rows like those of the logits, in a new array."""
    return TargetRows(len(logits), logits.shape[1], logits.dtype).rows(targets)


def _smooth(targets: Array, towards: float, fraction: float) -> None:
    """Move all targets towards the number `towards`, by this fraction of the distance."""
    targets *= 1 - fraction
    targets += fraction * towards


@dataclass(frozen=True)
class LossKind:
    """A row of LOSSES: a loss and its properties.

    Attributes:
        label: its name in the window.
        help: what it is for, in a few words that follow its name. build(output, label_smoothing): creates it.
        outputs: the output functions that it works with.
        target_range: the smallest and the largest number that a target may be; None if targets must be labels.
        has_label_smoothing: whether `label_smoothing` may be above 0.
    """

    label: str
    help: str
    build: Callable[[str, float], Loss]
    outputs: tuple[str, ...]
    target_range: tuple[float, float] | None
    has_label_smoothing: bool = False


LOSSES = {
    "cross_entropy": LossKind(
        "cross-entropy",
        "is for one class of several",
        lambda _, smoothing: SoftmaxCrossEntropy(smoothing),
        ("softmax",),
        target_range=None,
        has_label_smoothing=True,
    ),
    "binary_cross_entropy": LossKind(
        "binary cross-entropy",
        "is for each yes or no",
        lambda _, smoothing: BinaryCrossEntropy(smoothing),
        ("sigmoid",),
        target_range=(0, 1),
        has_label_smoothing=True,
    ),
    "mean_squared_error": LossKind(
        "mean squared error",
        "is for numbers",
        lambda output, _: MeanSquaredError(output),
        tuple(OUTPUTS),
        target_range=(-inf, inf),
    ),
}
"""The losses, by their names in settings and files."""

DEFAULT_LOSSES = {"softmax": "cross_entropy", "sigmoid": "binary_cross_entropy", "linear": "mean_squared_error"}
"""The default loss of each output function: the loss whose gradient is (P - T) / n."""


def make_loss(name: str | None, output: str, label_smoothing: float = 0.0) -> Loss:
    """The loss called `name` (None for the default loss) for a network with the output function `output`.

    Raises SettingError that names "loss", "output" or "label_smoothing" if one is unknown, or if they do not fit.
    """
    if output not in OUTPUTS:
        raise SettingError("output", f"Output {output!r} is unknown: choose one of {', '.join(OUTPUTS)}.")
    name = DEFAULT_LOSSES[output] if name is None else name
    if name not in LOSSES:
        raise SettingError("loss", f"Loss {name!r} is unknown: choose one of {', '.join(LOSSES)}.")
    loss = LOSSES[name]
    if output not in loss.outputs:
        needed = " or ".join(loss.outputs)
        raise SettingError("loss", f"Loss {name} needs the output {needed}; the network's output is {output}.")
    if label_smoothing and not loss.has_label_smoothing:
        raise SettingError("label_smoothing", f"Loss {name} has no label smoothing: set label smoothing to 0.")
    return loss.build(output, label_smoothing)
