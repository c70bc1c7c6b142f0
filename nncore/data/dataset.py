"""Examples to learn from: what goes into a network, and what should come out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib.resources import files
from math import prod
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from nncore.errors import DataError

DIGITS = tuple("0123456789")

NO_CLASS = -1
"""The label of an example that belongs to no class: a network is to give every class the same probability there.

Hendrycks, Mazeika and Dietterich, "Deep Anomaly Detection with Outlier Exposure", ICLR 2019.
"""

Rows: TypeAlias = slice | NDArray[np.intp]
"""Which examples, counted from 0."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples in memory, as read-only views: whoever made the arrays must not write to them any more.

    images: (n, height, width) uint8, ink bright on dark (0 paper, 255 ink); they stay bytes until a batch is taken.
    Or (n, d) float32, the inputs of any other problem, which go into the network as they are: see `from_floats`.
    labels: (n,) integers, each an index into `class_names`. Or, where `class_names` is empty, (n, k) float32: the
    numbers to be learnt (regression). source: where they come from, in words for a reader.
    open_set: whether examples may belong to no class, their label being NO_CLASS.

    A set may be empty, and its labels may all be the same: it can be judged on, and a network learns from it to give
    always that one answer.

    Raises DataError if images and labels do not belong together, a label is no index of a class, or a floating-point
    number is NaN or infinite.
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
            given, wanted = ("images" if self.is_bytes else "inputs"), ("labels" if self.class_names else "targets")
            raise DataError(f"{self.source}: {len(self.images)} {given}, but {wanted} {self.labels.shape}.")
        self._check_labels()
        arrays = {
            "images": np.ascontiguousarray(self.images),
            "labels": np.ascontiguousarray(self.labels, np.intp if self.class_names else np.float32),
        }
        arrays["_flat"] = arrays["images"].reshape(len(self.images), prod(self.images.shape[1:]))
        for name, array in arrays.items():
            view = array.view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)

    @classmethod
    def from_floats(
        cls, inputs: ArrayLike, targets: ArrayLike, class_names: tuple[str, ...] = (), source: str = ""
    ) -> Dataset:
        """A data set of plain numbers: inputs (n, d); targets (n, k), or labels (n,) if there are `class_names`.

        One axis alone means d = 1 or k = 1. All become float32. Raises DataError as the class does, and if a number
        is beyond float32.
        """
        numbers = _as_columns(inputs, source, "input")
        wanted = np.asarray(targets) if class_names else _as_columns(targets, source, "target")
        return cls(numbers, wanted, class_names, source)

    def __len__(self) -> int:
        return len(self.images)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one example: (height, width) of an image, (d,) of plain numbers."""
        return self.images.shape[1:]

    @property
    def is_bytes(self) -> bool:
        """Whether the examples are images of bytes, so that `raw` can give them."""
        return bool(self.images.dtype == np.uint8)

    def inputs(self, rows: Rows, out: NDArray[np.floating] | None = None) -> NDArray[np.floating]:
        """The chosen examples as the network takes them: (rows, input size); of images 0 for paper to 1 for ink.

        `out`, if given, is filled and returned; otherwise a fresh float32 array is.
        """
        if not self.is_bytes and out is not None and not isinstance(rows, slice) and out.dtype == self._flat.dtype:
            return self._flat.take(rows, axis=0, out=out, mode="clip")  # without a copy on the way
        scale = np.float32(1 / 255 if self.is_bytes else 1)
        chosen = self._chosen(rows)
        found: NDArray[np.floating] = np.multiply(
            chosen, scale, out=out, dtype=np.float32 if out is None else out.dtype
        )
        return found

    def raw(self, rows: NDArray[np.intp], out: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The chosen images as bytes, copied into `out` (rows, height * width), which is returned.

        Nothing else is allocated. Only if `is_bytes`; `rows` must be within the set.
        """
        return self._flat.take(rows, axis=0, out=out, mode="clip")  # other modes copy `out` first

    def targets(self, rows: Rows, out: NDArray[Any] | None = None) -> NDArray[Any]:
        """What should come out: labels (rows,) intp, or (rows, k) float32 where there are no classes.

        `out`, of that shape and type, if given, is filled and returned; otherwise a new array or a read-only view is.
        """
        if out is None:
            return self.labels[rows]
        if isinstance(rows, slice):
            np.copyto(out, self.labels[rows])
            return out
        return self.labels.take(rows, axis=0, out=out, mode="clip")

    def example(self, row: int, dtype: DTypeLike) -> tuple[NDArray[Any], NDArray[Any]] | None:
        """One example where it lies, input (1, numbers) and target (1, ...), read-only.

        None unless its numbers are there as `dtype`. To see one takes a third of the time of copying it.
        """
        if self._flat.dtype != dtype:
            return None
        return self._flat[row : row + 1], self.labels[row : row + 1]

    def batches(self, batch_size: int, rng: np.random.Generator) -> Iterator[NDArray[np.intp]]:
        """The rows of each batch of one epoch, in a fresh random order; the last batch is what remains.

        A batch as large as the set, or larger, is the whole set, as it lies: of its sum the order does not matter, and
        in a random one it takes longer to fetch.
        """
        order = np.arange(len(self)) if batch_size >= len(self) else rng.permutation(len(self))
        for start in range(0, len(order), batch_size):
            yield order[start : start + batch_size]

    def take(self, rows: Rows) -> Dataset:
        """A data set of the chosen examples, in memory."""
        chosen = self._chosen(rows)
        images = chosen.reshape(-1, *self.input_shape)
        return Dataset(images, self.targets(rows), self.class_names, self.source, self.open_set)

    def split(self, share: float, rng: np.random.Generator) -> tuple[Dataset, Dataset]:
        """Hold out a random `share` in (0, 1) of the examples: (those that stay, those held out).

        At least one example stays; of a single one none is held out.
        """
        held_out = held_out_of(len(self), share)
        order = rng.permutation(len(self))
        return self.take(np.sort(order[held_out:])), self.take(np.sort(order[:held_out]))

    def _chosen(self, rows: Rows) -> NDArray[Any]:
        """The chosen examples as they are kept, one a row."""
        return self._flat[rows]

    def _check_images(self) -> None:
        kind, axes = self.images.dtype, self.images.ndim
        if kind == np.float32 and axes == 2:
            _check_finite(self.images, self.images, self.source, "input")
        elif kind != np.uint8 or axes != 3:
            raise DataError(
                f"{self.source}: images are {kind} {self.images.shape}; "
                "expected uint8 with three axes: how many, height, width."
            )

    def _check_labels(self) -> None:
        kind, axes = self.labels.dtype.kind, self.labels.ndim
        if not self.class_names:
            if self.labels.dtype != np.float32 or axes != 2:
                raise DataError(
                    f"{self.source}: targets are {self.labels.dtype} {self.labels.shape}; "
                    "expected float32 with two axes, as there are no classes."
                )
            _check_finite(self.labels, self.labels, self.source, "target")
            return
        if axes != 1:
            raise DataError(f"{self.source}: {len(self.images)} images, but labels {self.labels.shape}.")
        if kind not in "iu":
            raise DataError(f"{self.source}: labels are {self.labels.dtype}; expected whole numbers.")
        check_classes(self.labels, self.class_names, self.source, open_set=self.open_set)


def check_classes(
    labels: NDArray[Any], class_names: tuple[str, ...], source: str, first: int = 0, open_set: bool = False
) -> None:
    """Raise DataError if one of the `labels`, of the images from `first` on, is no index of a class.

    NO_CLASS is one only in an `open_set`. Nor can there be a single class: there would be nothing to tell apart.
    """
    if len(class_names) == 1:
        raise DataError(f"{source}: there is one class, {class_names[0]!r}; expected two or more to tell apart.")
    wrong = np.flatnonzero((labels < (NO_CLASS if open_set else 0)) | (labels >= len(class_names)))
    if wrong.size:
        raise DataError(
            f"{source}: label {labels[wrong[0]]} of image {first + wrong[0] + 1}; expected 0 to {len(class_names) - 1}."
        )


def held_out_of(count: int, share: float) -> int:
    """How many of `count` a split holds out: about the share, at least one, but never all."""
    return max(0, min(count - 1, max(1, round(share * count))))


def _as_columns(numbers: ArrayLike, source: str, what: str) -> NDArray[np.float32]:
    """The numbers as (n, columns) float32."""
    given = np.asarray(numbers)
    if given.dtype.kind not in "iuf" or given.ndim not in (1, 2):
        raise DataError(f"{source}: {what}s are {given.dtype} {given.shape}; expected numbers with one or two axes.")
    given = given[:, None] if given.ndim == 1 else given
    with np.errstate(over="ignore"):  # what is beyond float32 becomes infinite, and is refused as that
        converted = given.astype(np.float32)
    _check_finite(converted, given, source, what)
    return converted


def _check_finite(numbers: NDArray[Any], given: NDArray[Any], source: str, what: str) -> None:
    wrong = np.argwhere(~np.isfinite(numbers))
    if wrong.size:
        row, column = wrong[0]
        raise DataError(
            f"{source}, row {row + 1}, {what} {column + 1}: found {given[row, column]}; "
            "expected a finite number that a float32 can hold."
        )


@dataclass(frozen=True)
class Splits:
    """What a run learns from, what it watches itself on, and what it is judged on at the end."""

    training: Dataset
    validation: Dataset | None = None
    test: Dataset | None = None

    def with_test(self, share: float, seed: int = 0) -> Splits:
        """The same with a random `share` in (0, 1) of the training part as the test part."""
        training, test = self.training.split(share, np.random.default_rng(seed))
        return replace(self, training=training, test=test)


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
