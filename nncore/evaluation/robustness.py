"""Accuracy on rotated, shifted, thicker or thinner, and noisy images."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS, Dataset
from nncore.errors import DataError
from nncore.evaluation.metrics import predicted_classes
from nncore.model.checks import check_fit
from nncore.model.network import PREDICTION_BATCH_SIZE, Network
from nncore.preprocessing.augmentation import Augmentation, Distorter
from nncore.system.blas_threads import one_blas_thread

IMAGE_COUNT = 1000
"""Number of images: enough to distinguish an accuracy of 95 % from 97 %."""


@dataclass(frozen=True)
class Distortion:
    """One kind of distortion at several strengths.

    Attributes:
        setting: the field of an Augmentation.
        strengths: ascending; a sign is the direction.
        is_direction_random: whether the direction is random for each image.
        unit: the unit of a strength, for the label of an axis.
    """

    name: str
    setting: str
    unit: str
    strengths: tuple[float, ...]
    is_direction_random: bool = False


DISTORTIONS = (
    Distortion("Noise", "noise", "fraction of full ink", (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)),
    Distortion("Rotation", "rotation", "degrees", (-60.0, -45.0, -30.0, -15.0, 0.0, 15.0, 30.0, 45.0, 60.0)),
    Distortion("Shift", "shift", "pixels each way", (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0), is_direction_random=True),
    Distortion("Thickness", "thickness", "pixels wider", (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)),
)
"""The distortions of the robustness curves."""


@dataclass(frozen=True)
class RobustnessPoint:
    """The accuracy, 0 to 1, on `count` images distorted with this strength."""

    distortion: Distortion
    strength: float
    accuracy: float
    count: int


def distorted(
    images: NDArray[np.uint8], distortion: Distortion, strength: float, seed: int = 0
) -> NDArray[np.floating]:
    """Return images (n, height, width), 0 to 255, distorted by `strength`: (n, height * width) float32, 0 to 1.

    A positive rotation is clockwise, a positive thickness wider. Raises SettingError if the strength is out of the
    range of an Augmentation.
    """
    augmentation = Augmentation(**{distortion.setting: abs(strength)})
    distorter = Distorter(augmentation, images.shape[1:], len(images))
    out = np.empty((len(images), images[0].size), np.float32)
    return distorter.apply(
        images, out, _ExtremeGenerator(seed, None if distortion.is_direction_random else strength >= 0)
    )


def robustness(
    network: Network,
    dataset: Dataset,
    distortions: Sequence[Distortion] = DISTORTIONS,
    count: int = IMAGE_COUNT,
    seed: int = 0,
    *,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[RobustnessPoint]:
    """Evaluate `network` on `count` random images of `dataset`, the same at each strength; yield point by point.

    Ends early once `cancelled()` is true. Raises DataError if there are no images of a class, SettingError if they do
    not fit the network.
    """
    # Images and seeds are the same at each strength, so that points differ only by the strength.
    rows = _some_rows(network, dataset, count, seed)
    chosen = dataset.take(rows)
    for distortion in distortions:
        for strength in distortion.strengths:
            correct = 0
            for start in range(0, len(rows), PREDICTION_BATCH_SIZE):
                if cancelled():
                    return
                part = slice(start, start + PREDICTION_BATCH_SIZE)
                X = distorted(chosen.images[part], distortion, strength, seed + start)
                with one_blas_thread(), np.errstate(over="ignore", invalid="ignore"):
                    correct += int((predicted_classes(network.logits(X)) == chosen.labels[part]).sum())
            yield RobustnessPoint(distortion, strength, correct / len(rows), len(rows))


def _some_rows(network: Network, dataset: Dataset, count: int, seed: int) -> NDArray[np.intp]:
    if not (dataset.is_bytes and dataset.class_names):
        raise DataError(f"{dataset.source}: robustness can be measured only on images with classes.")
    check_fit(network, dataset)
    has_class = np.flatnonzero(dataset.targets(slice(None)) != NO_CLASS)
    if not len(has_class):
        raise DataError(f"{dataset.source}: no image belongs to a class.")
    return np.sort(np.random.default_rng(seed).permutation(has_class)[:count])


class _ExtremeGenerator(np.random.Generator):
    """A random generator that returns only 0 or 1, so that a Distorter applies its full limits."""

    def __init__(self, seed: int, upwards: bool | None) -> None:
        """upwards: True for 1, False for 0; None for a random one of the two."""
        super().__init__(np.random.PCG64(seed))
        self._upwards = upwards

    def random(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        """Return 0 or 1 instead of the numbers between."""
        # A Distorter maps 0 and 1 to the ends of its range, so that each image gets the full strength. Drawing the
        # numbers first keeps the generator's state the same for a fixed and for a random direction.
        numbers = super().random(size, dtype, out)
        numbers[...] = np.round(numbers) if self._upwards is None else self._upwards
        return numbers
