"""A part of a batch: the forward and backward pass of its examples, the same in each process."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import Dataset
from nncore.model.layers.parameters import Shape
from nncore.model.losses import make_loss
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.augmentation import Distorter
from nncore.system.copying import DeepCopyable, NotCopyable
from nncore.training.config import TrainingConfig


@dataclass(frozen=True)
class PartSpec:
    """The sizes and types of the parts of a run's batches; it can be sent to another process.

    Attributes:
        dtype: the type of the network's numbers.
        rows: the most rows of a part.
        input_shape: of one example.
        input_dtype: uint8 for images of bytes, otherwise `dtype`.
        target_shape, target_dtype: of the target of one example.
    """

    network: NetworkSpec
    config: TrainingConfig
    dtype: str
    rows: int
    input_shape: Shape
    input_dtype: str
    target_shape: Shape
    target_dtype: str

    @classmethod
    def for_run(cls, network: Network, data: Dataset, config: TrainingConfig, rows: int) -> PartSpec:
        """The spec for a run that trains `network` on `data` with `config`."""
        target, dtype = data.targets(slice(0, 1)), network.dtype.name
        return cls(
            network.spec, config, dtype, rows, data.input_shape, "uint8" if data.is_bytes else dtype,
            target.shape[1:], target.dtype.name,
        )  # fmt: skip

    @property
    def is_bytes(self) -> bool:
        """Whether examples are images of bytes."""
        return self.input_dtype == "uint8"

    @property
    def inputs_shape(self) -> Shape:
        """Shape of the array for the inputs of a part: one row per example, all its numbers in a row."""
        return (self.rows, prod(self.input_shape))

    @property
    def targets_shape(self) -> Shape:
        """Shape of the array for the targets of a part."""
        return (self.rows, *self.target_shape)


class ExampleBuffers(DeepCopyable):
    """Buffers for the examples of a part: inputs (rows, numbers) and targets (rows, ...), in the data set's types."""

    def __init__(self, inputs: NDArray[np.generic], targets: NDArray[np.generic]) -> None:
        self._inputs, self._targets = inputs, targets

    def gather(self, data: Dataset, rows: NDArray[np.intp]) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
        """Inputs and targets of the chosen examples, copied into the buffers."""
        inputs = self._inputs[: len(rows)]
        if data.is_bytes:
            data.copy_images(rows, out=inputs)  # type: ignore[arg-type]
        else:
            data.inputs(rows, out=inputs)  # type: ignore[arg-type]
        return inputs, data.targets(rows, out=self._targets[: len(rows)])


class BatchPart(NotCopyable):
    """A network with all workspaces that a part of a batch needs; they are allocated once and used for every batch."""

    copy_instead = "Make another one from the same PartSpec."

    def __init__(self, network: Network, spec: PartSpec) -> None:
        self.network = network
        config, dtype = spec.config, network.dtype
        self._loss = make_loss(config.loss, spec.network.output, config.label_smoothing)
        self._loss.allocate(spec.rows, spec.network.outputs, dtype)
        network.allocate(spec.rows)
        self._inputs = np.empty(spec.inputs_shape if spec.is_bytes else 0, dtype)
        self._answers, self._hits = np.empty(spec.rows, np.intp), np.empty(spec.rows, np.bool_)
        self._distorter = None
        if config.augmentation is not None:
            height, width = spec.input_shape
            self._distorter = Distorter(config.augmentation, (height, width), spec.rows, dtype)

    def gradients_of(
        self,
        examples: tuple[NDArray[np.generic], NDArray[np.generic]],
        fraction: float,
        augmentation: np.random.Generator,
        dropout: np.random.Generator,
    ) -> tuple[float, int]:
        """Set the gradient of `fraction` times the mean loss of `examples` (inputs, targets).

        Returns `fraction` times the loss, and the number of correct answers, 0 if the data has no classes.
        `augmentation` and `dropout` give the random numbers. A network that diverges overflows, so the caller must
        turn off NumPy's warnings.
        """
        X, targets = self._as_numbers(examples[0], augmentation), examples[1]
        self.network.set_generator(dropout)
        logits = self.network.forward(X)
        correct = self._count_correct(logits, targets)
        loss = fraction * self._loss.forward(logits, targets)
        dlogits = self._loss.backward()
        # Scaled here, so that the gradients of all parts of a batch add up to the gradient of its mean loss.
        if fraction != 1:
            dlogits *= fraction
        self.network.backward(dlogits)
        return loss, correct

    def _as_numbers(self, inputs: NDArray[np.generic], augmentation: np.random.Generator) -> NDArray[np.floating]:
        """Inputs as floating-point numbers; images of bytes become 0 to 1, distorted if augmentation is on."""
        if inputs.dtype != np.uint8:
            return inputs  # type: ignore[return-value]
        X = self._inputs[: len(inputs)]
        if self._distorter is not None:
            return self._distorter.apply(inputs, X, augmentation)  # type: ignore[arg-type]
        X[...] = inputs
        X *= 1 / 255
        return X

    def _count_correct(self, logits: NDArray[np.floating], targets: NDArray[np.generic]) -> int:
        """How many answers are correct: the largest logit is the label's, or a single logit has the label's sign."""
        if targets.ndim > 1:
            return 0
        hits = self._hits[: len(logits)]
        if logits.shape[1] == 1:
            np.greater(logits[:, 0], 0, out=hits)
            np.equal(hits, targets, out=hits)
        else:
            np.equal(np.argmax(logits, axis=1, out=self._answers[: len(logits)]), targets, out=hits)
        return int(np.count_nonzero(hits))
