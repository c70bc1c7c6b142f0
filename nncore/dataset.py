"""Labelled images, kept as the bytes they came in until a batch of them is taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError

DIGITS = tuple("0123456789")


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images with their labels, as read-only views: whoever made the arrays must not write to them any more.

    images: (n, height, width) uint8, ink bright on dark (0 paper, 255 ink). labels: (n,) integers, each an index
    into `class_names`. source: where they come from, in words for a reader.

    Raises DataError if images and labels do not belong together.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.intp]
    class_names: tuple[str, ...] = DIGITS
    source: str = ""
    _flat: NDArray[np.uint8] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.images.ndim != 3 or self.images.dtype != np.uint8:
            raise DataError(
                f"{self.source}: images are {self.images.dtype} {self.images.shape}; "
                "expected uint8 with three axes: how many, height, width."
            )
        if self.labels.shape != (len(self.images),):
            raise DataError(f"{self.source}: {len(self.images)} images, but labels {self.labels.shape}.")
        if self.labels.dtype.kind not in "iu":
            raise DataError(f"{self.source}: labels are {self.labels.dtype}; expected whole numbers.")
        labels = np.ascontiguousarray(self.labels, np.intp)
        wrong = np.flatnonzero((labels < 0) | (labels >= len(self.class_names)))
        if wrong.size:
            raise DataError(
                f"{self.source}: label {labels[wrong[0]]} of image {wrong[0] + 1}; "
                f"expected 0 to {len(self.class_names) - 1}."
            )
        images = np.ascontiguousarray(self.images)
        for name, array in (("images", images), ("labels", labels)):
            view = array.view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)
        object.__setattr__(self, "_flat", self.images.reshape(len(self), self.images.shape[1] * self.images.shape[2]))

    def __len__(self) -> int:
        return len(self.images)

    def inputs(self, rows: slice | NDArray[np.intp], out: NDArray[np.floating] | None = None) -> NDArray[np.floating]:
        """The chosen images as the network takes them: (rows, height * width), 0 for paper to 1 for ink.

        `out`, if given, is filled and returned; otherwise a fresh float32 array is.
        """
        chosen = self._flat[rows]
        return np.multiply(chosen, np.float32(1 / 255), out=out, dtype=np.float32 if out is None else out.dtype)

    def take(self, rows: slice | NDArray[np.intp]) -> Dataset:
        """A data set of the chosen images."""
        return Dataset(self.images[rows], self.labels[rows], self.class_names, self.source)

    def split(self, share: float, rng: np.random.Generator) -> tuple[Dataset, Dataset]:
        """Hold out a random `share` in (0, 1) of the images: (those that stay, those held out).

        At least one image stays; of a single image none is held out.
        """
        held_out = min(len(self) - 1, max(1, round(share * len(self))))
        order = rng.permutation(len(self))
        return self.take(np.sort(order[held_out:])), self.take(np.sort(order[:held_out]))


@dataclass(frozen=True)
class Splits:
    """What a run learns from, what it watches itself on, and what it is judged on at the end."""

    training: Dataset
    validation: Dataset | None = None
    test: Dataset | None = None


def bundled_mnist_path() -> Path:
    """The MNIST that comes with the app."""
    return Path(str(files("resources") / "mnist.npz"))


def load_mnist(path: Path | None = None) -> Splits:
    """The 60,000 training and 10,000 test images of MNIST that come with the app; takes about 0.3 s.

    Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits"; CC BY-SA 3.0.
    `path`: another copy of that file. Raises DataError if it is missing or damaged.
    """
    path = bundled_mnist_path() if path is None else path
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return Splits(
                training=Dataset(arrays["x_train"], arrays["y_train"], source="MNIST, training part"),
                test=Dataset(arrays["x_test"], arrays["y_test"], source="MNIST, test part"),
            )
    except OSError as problem:
        reason = problem.strerror or "it is no whole file"
        raise DataError(
            f"{path}: MNIST, which comes with Digit Lab, cannot be read ({reason}); install Digit Lab again."
        ) from None
    except MemoryError:
        raise
    except Exception:  # of a damaged file zipfile, zlib and NumPy raise whatever they stumble over
        raise DataError(f"{path}: MNIST, which comes with Digit Lab, is damaged; install Digit Lab again.") from None
