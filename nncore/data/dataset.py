"""Data sets: the inputs of a network and the targets that it should predict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib.resources import files
from math import prod
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

import resources
from nncore.errors import DataError

DIGITS = tuple("0123456789")

NO_CLASS = -1
"""Label of an example that belongs to no class: a network should give every class the same probability for it.

Hendrycks, Mazeika and Dietterich, "Deep Anomaly Detection with Outlier Exposure", ICLR 2019.
"""

Rows: TypeAlias = slice | NDArray[np.intp]
"""Indices of examples, counted from 0."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples in memory, as read-only views: the caller must not write to the given arrays afterwards.

    Attributes:
        images: (n, height, width) uint8, bright ink on dark paper (0 paper, 255 ink); they stay bytes until a batch is
            taken. Or (n, d) float32, the inputs of any other problem, which are not scaled: see `from_floats`.
        labels: (n,) integers, each an index into `class_names`. Or, if `class_names` is empty, (n, k) float32: the
            targets of a regression.
        source: where the examples come from, as text for people.
        open_set: whether examples may belong to no class, with the label NO_CLASS.

    A dataset may be empty, and all its labels may be the same.

    Raises DataError if images and labels do not match, a label is not an index of a class, or a floating-point number
    is NaN or infinite.
    """

    images: NDArray[Any]
    labels: NDArray[Any]
    class_names: tuple[str, ...] = DIGITS
    source: str = ""
    open_set: bool = False
    _flat: NDArray[Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check_images()
        if self.labels.shape[:1] != self.images.shape[:1]:
            inputs, targets = ("images" if self.is_bytes else "inputs"), ("labels" if self.class_names else "targets")
            raise DataError(
                f"{self.source}: found {len(self.images)} {inputs}, but {targets} with shape {self.labels.shape}; "
                "expected one for each."
            )
        self._check_labels()
        arrays = {
            "images": np.ascontiguousarray(self.images),
            "labels": np.ascontiguousarray(self.labels, np.intp if self.class_names else np.float32),
        }
        arrays["_flat"] = arrays["images"].reshape(len(self.images), prod(self.images.shape[1:]))
        # `_flat` (n, numbers) shares the memory of `images`. A view is made read-only, not the caller's array itself.
        for name, array in arrays.items():
            view = array.view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)

    @classmethod
    def from_floats(
        cls, inputs: ArrayLike, targets: ArrayLike, class_names: tuple[str, ...] = (), source: str = ""
    ) -> Dataset:
        """Return a data set of plain numbers: inputs (n, d); targets (n, k), or labels (n,) if there are `class_names`.

        An array with one axis means d = 1 or k = 1. All numbers become float32. Raises DataError as the class does, and
        if a number is too large for float32.
        """
        columns = _as_columns(inputs, source, "input")
        converted = np.asarray(targets) if class_names else _as_columns(targets, source, "target")
        return cls(columns, converted, class_names, source)

    def __len__(self) -> int:
        return len(self.images)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one example: (height, width) of an image, (d,) of plain numbers."""
        return self.images.shape[1:]

    @property
    def is_bytes(self) -> bool:
        """Whether the examples are images of bytes, which `copy_images` can return."""
        return bool(self.images.dtype == np.uint8)

    def inputs(self, rows: Rows, out: NDArray[np.floating] | None = None) -> NDArray[np.floating]:
        """Return the chosen examples as inputs (rows, input size) of the network; images from 0 for paper to 1 for ink.

        If `out` is given, it is filled and returned; otherwise the result is a new float32 array.
        """
        if not self.is_bytes and out is not None and not isinstance(rows, slice) and out.dtype == self._flat.dtype:
            return self._flat.take(rows, axis=0, out=out, mode="clip")  # without the temporary copy that indexing makes
        scale = np.float32(1 / 255 if self.is_bytes else 1)  # a multiplication is faster than a division by 255
        chosen = self._chosen(rows)
        dtype = np.float32 if out is None else out.dtype
        scaled: NDArray[np.floating] = np.multiply(chosen, scale, out=out, dtype=dtype)
        return scaled

    def copy_images(self, rows: NDArray[np.intp], out: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Copy the chosen images as bytes into `out` (rows, height * width) and return it; allocates nothing.

        Only if `is_bytes`. All `rows` must be indices of the data set; they are not checked.
        """
        return self._flat.take(rows, axis=0, out=out, mode="clip")  # other modes copy `out` first

    def targets(self, rows: Rows, out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return the targets of the chosen examples: labels (rows,) intp, or (rows, k) float32 without classes.

        If `out` is given, with that shape and type, it is filled and returned; otherwise the result is a new array or a
        read-only view.
        """
        if out is None:
            return self.labels[rows]
        if isinstance(rows, slice):
            np.copyto(out, self.labels[rows])
            return out
        return self.labels.take(rows, axis=0, out=out, mode="clip")

    def example(self, row: int, dtype: DTypeLike) -> tuple[NDArray[Any], NDArray[Any]] | None:
        """Return read-only views of one example: input (1, numbers) and target (1, ...).

        Returns None if the numbers are not stored as `dtype`. A view takes a third of the time of a copy.
        """
        if self._flat.dtype != dtype:
            return None
        return self._flat[row : row + 1], self.labels[row : row + 1]

    def batches(self, batch_size: int, rng: np.random.Generator) -> Iterator[NDArray[np.intp]]:
        """Yield the rows of each batch of one epoch in a new random order; the last batch holds the remaining rows.

        A batch size of at least the size of the dataset gives all rows in their stored order: the sum over a batch does
        not depend on the order, and a random order takes longer to read.
        """
        order = np.arange(len(self)) if batch_size >= len(self) else rng.permutation(len(self))
        for start in range(0, len(order), batch_size):
            yield order[start : start + batch_size]

    def take(self, rows: Rows) -> Dataset:
        """Return a data set of the chosen examples, in memory."""
        chosen = self._chosen(rows)
        images = chosen.reshape(-1, *self.input_shape)
        return Dataset(images, self.targets(rows), self.class_names, self.source, self.open_set)

    def split(self, fraction: float, rng: np.random.Generator) -> tuple[Dataset, Dataset]:
        """Hold out a random `fraction` in (0, 1) of the examples: return (remaining, held out).

        At least one example remains, so all of a data set of one example remains.
        """
        held_out = held_out_count(len(self), fraction)
        order = rng.permutation(len(self))
        return self.take(np.sort(order[held_out:])), self.take(np.sort(order[:held_out]))

    def _chosen(self, rows: Rows) -> NDArray[Any]:
        """Return the chosen examples as they are stored, one per row."""
        return self._flat[rows]

    def _check_images(self) -> None:
        if self.images.dtype == np.float32 and self.images.ndim == 2:
            _check_finite(self.images, self.images, self.source, "input")
        else:
            check_image_array(self.images.shape, self.images.dtype, self.source)

    def _check_labels(self) -> None:
        if self.class_names:
            check_label_array(self.labels.shape, self.labels.dtype, len(self.images), self.source)
            check_classes(self.labels, self.class_names, self.source, open_set=self.open_set)
            return
        if self.labels.dtype != np.float32 or self.labels.ndim != 2:
            raise DataError(
                f"{self.source}: targets are {self.labels.dtype} {self.labels.shape}; "
                "expected float32 with two axes, because there are no classes."
            )
        _check_finite(self.labels, self.labels, self.source, "target")


def check_image_array(shape: tuple[int, ...], dtype: np.dtype[Any], source: str) -> None:
    """Raise DataError unless an array of images consists of bytes and has three axes."""
    if len(shape) != 3 or dtype != np.uint8:
        raise DataError(f"{source}: images are {dtype} {shape}; expected uint8 with three axes: number, height, width.")


def check_label_array(shape: tuple[int, ...], dtype: np.dtype[Any], count: int, source: str) -> None:
    """Raise DataError unless an array of labels consists of `count` integers and has one axis."""
    if shape != (count,):
        raise DataError(f"{source}: labels have shape {shape}; expected ({count},), one per image.")
    if dtype.kind not in "iu":
        raise DataError(f"{source}: labels are {dtype}; expected integers.")


def check_classes(
    labels: NDArray[Any], class_names: tuple[str, ...], source: str, first: int = 0, open_set: bool = False
) -> None:
    """Raise DataError if one of the `labels` is not an index of a class, or if there is only one class.

    first: index of the image that the first label belongs to, for the message. NO_CLASS is valid in an `open_set` only.
    """
    if len(class_names) == 1:
        raise DataError(f"{source}: found one class, {class_names[0]!r}; expected at least two.")
    invalid = np.flatnonzero((labels < (NO_CLASS if open_set else 0)) | (labels >= len(class_names)))
    if invalid.size:
        raise DataError(
            f"{source}: the label of image {first + invalid[0] + 1} is {labels[invalid[0]]}; "
            f"expected 0 to {len(class_names) - 1}."
        )


def held_out_count(count: int, fraction: float) -> int:
    """Return how many of `count` examples a split holds out: about this fraction, at least one, and never all."""
    return max(0, min(count - 1, max(1, round(fraction * count))))


def _as_columns(numbers: ArrayLike, source: str, what: str) -> NDArray[np.float32]:
    """Convert numbers to (n, columns) float32."""
    original = np.asarray(numbers)
    if original.dtype.kind not in "iuf" or original.ndim not in (1, 2):
        raise DataError(
            f"{source}: {what}s are {original.dtype} {original.shape}; expected numbers with one or two axes."
        )
    original = original[:, None] if original.ndim == 1 else original
    with np.errstate(over="ignore"):  # numbers too large for float32 become infinite and are rejected below
        converted = original.astype(np.float32)
    _check_finite(converted, original, source, what)
    return converted


def _check_finite(numbers: NDArray[Any], original: NDArray[Any], source: str, what: str) -> None:
    """Raise DataError if one of the numbers (n, columns) is not finite; the message shows the number in `original`."""
    invalid = np.argwhere(~np.isfinite(numbers))
    if invalid.size:
        row, column = invalid[0]
        raise DataError(
            f"{source}, row {row + 1}, {what} {column + 1}: found {original[row, column]}; "
            "expected a finite number that a float32 can hold."
        )


@dataclass(frozen=True)
class Splits:
    """The training set of a run, and its validation and test sets if there are any."""

    training: Dataset
    validation: Dataset | None = None
    test: Dataset | None = None

    def with_test(self, fraction: float, seed: int = 0) -> Splits:
        """Return splits in which a random `fraction` in (0, 1) of the training set is the test set."""
        training, test = self.training.split(fraction, np.random.default_rng(seed))
        return replace(self, training=training, test=test)


def bundled_mnist_path() -> Path:
    """Return the path of the bundled MNIST file."""
    return Path(str(files(resources) / "mnist.npz"))


def load_mnist(path: Path | None = None) -> Splits:
    """Read the bundled MNIST data, 60,000 training and 10,000 test images; takes about 0.3 s.

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
        reason = problem.strerror or "the file is incomplete"
        raise DataError(f"{path}: the bundled MNIST data cannot be read ({reason}); install Digit Lab again.") from None
    except MemoryError:
        raise
    except Exception:  # zipfile, zlib and NumPy raise many kinds of exception for a damaged file
        raise DataError(f"{path}: the bundled MNIST data is damaged; install Digit Lab again.") from None
