"""Calibration: make probabilities equal to the fraction of correct answers; count rejected and unsure answers.

Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS, Dataset
from nncore.errors import SettingError
from nncore.evaluation.metrics import expected_calibration_error, predicted_classes
from nncore.evaluation.recognition import NOT_A_DIGIT, verdicts
from nncore.model.layers import Dense
from nncore.model.layers.parameters import Array
from nncore.model.network import Network
from nncore.model.outputs import softmax
from nncore.reporting.number_text import decimal_text
from nncore.system.blas_threads import one_blas_thread

MIN_TEMPERATURE = 1 / 20
"""The lower end of the search for a temperature; below it the probabilities are nearly 0 and 1."""

MAX_TEMPERATURE = 20.0
"""The upper end of the search; above it the probabilities are nearly equal."""


@dataclass(frozen=True)
class VerdictRates:
    """Rates of the verdicts of a network on a data set, as fractions of its examples, 0 to 1.

    Attributes:
        rejected: verdict "not a digit".
        unsure: verdict "unsure".
        calibration_error: the expected calibration error on the examples that have a class; None if there are none.
    """

    rejected: float
    unsure: float
    calibration_error: float | None


def verdict_rates(network: Network, dataset: Dataset) -> VerdictRates | None:
    """Return the rates of the verdicts of `network` on `dataset`.

    None if its output is not softmax, if there are no examples, or if its weights have diverged.
    """
    if network.spec.output != "softmax" or not dataset.class_names or not len(dataset):
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        logits = logits_of(network, dataset)
        if not np.isfinite(logits).all():
            return None
        return verdict_rates_of(logits, dataset.targets(slice(None)))


def verdict_rates_of(logits: Array, labels: NDArray[np.intp]) -> VerdictRates:
    """Return the rates for the logits (n, classes) of examples with these labels (n,); n is at least 1."""
    P = softmax(logits)
    found, has_class = verdicts(P), labels != NO_CLASS
    error = None
    if has_class.any():
        correct = predicted_classes(logits)[has_class] == labels[has_class]
        error = expected_calibration_error(P.max(axis=1)[has_class], correct)
    return VerdictRates(found.count(NOT_A_DIGIT) / len(found), found.count("unsure") / len(found), error)


@one_blas_thread()
def logits_of(network: Network, dataset: Dataset) -> Array:
    """Return the logits (n, outputs) of every example of `dataset`."""
    step = 512
    return np.concatenate(
        [network.logits(dataset.inputs(slice(start, start + step))) for start in range(0, len(dataset), step)]
    )


def best_temperature(logits: Array, labels: NDArray[np.intp]) -> float:
    """Return the temperature T for which softmax(logits / T) gives the labels (n,) the highest likelihood.

    It is above 1 for an overconfident network, below 1 for an underconfident one. Use examples that were not used for
    training; those of NO_CLASS are left out. The temperature changes no predicted class, only the probabilities.

    With a = 1 / T the mean loss log sum exp(a z) - a z[label] has the derivative E[z] - z[label], where E[z] is the
    mean of a row's logits weighted by its probabilities. The second derivative is the variance of z under these
    probabilities, which is not negative. So the derivative grows with a, and bisection finds its only zero.
    Guo et al., section 4.2, call this "temperature scaling".
    """
    has_class = labels != NO_CLASS
    z = logits[has_class].astype(np.float64)
    label_logits = z[np.arange(len(z)), labels[has_class]]
    # Bisection on log(a): the limits differ by a factor of 400, and 40 halvings leave an error below 1e-11.
    low, high = np.log(1 / MAX_TEMPERATURE), np.log(1 / MIN_TEMPERATURE)
    for _ in range(40):
        middle = (low + high) / 2
        slope = ((softmax(np.exp(middle) * z) * z).sum(axis=1) - label_logits).sum()
        low, high = (low, middle) if slope > 0 else (middle, high)
    return float(np.exp(-(low + high) / 2))


def apply_temperature(network: Network, temperature: float) -> None:
    """Divide the logits of `network` by `temperature` permanently: divide W and b of its last layer in place.

    Raises SettingError if the last layer is not dense, or if the temperature is not above 0.
    """
    if not temperature > 0 or not isinstance(network.spec.layers[-1], Dense):
        raise SettingError(
            "temperature",
            f"The temperature must be above 0 and the last layer must be dense; got {decimal_text(temperature, 6)} and "
            f"{network.spec.layers[-1].kind}.",
        )
    number = len(network.spec.layers)
    for name in ("W", "b"):
        network.parameters.value(f"{number}.{name}")[...] /= temperature
