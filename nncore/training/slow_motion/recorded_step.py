"""One training step with the numbers of all its stages: forward, loss, backward, update, forward again.

    step = record_step(network, examples, TrainingConfig(optimizer="sgd", learning_rate=0.1))
    step.layers[0].numbers["dW"]

The layers, the loss and the optimizer are those that train, and every number is the same to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncore.data.dataset import Dataset, Splits
from nncore.errors import DataError
from nncore.model.checks import check_fit
from nncore.model.layers import LayerSpec
from nncore.model.layers.parameters import Array
from nncore.model.losses import Loss, Targets, make_loss
from nncore.model.network import Network
from nncore.model.outputs import OUTPUTS
from nncore.model.targets import TargetRows
from nncore.system.blas_threads import one_blas_thread
from nncore.system.numpy_modes import context_without_warnings
from nncore.training.checks import check_settings
from nncore.training.config import TrainingConfig
from nncore.training.optimizers import OPTIMIZERS, clip_gradients
from nncore.training.random_streams import RandomStreams

MAX_RECORDED_EXAMPLES = 256
"""The most examples of a recorded step, whose numbers are all kept."""


@dataclass(frozen=True, eq=False)
class RecordedParameter:
    """A weight matrix, kernel or bias in a step; all arrays have its shape.

    Attributes:
        before, after: its numbers before and after the update.
        gradient: the gradient of the loss, before the optimizer uses it.
    """

    before: Array
    gradient: Array
    after: Array


@dataclass(frozen=True, eq=False)
class RecordedLayer:
    """What one layer computed in a step; the first axis of all arrays but the parameters is that of the examples.

    Attributes:
        number: from 1 in the order of the layers.
        X, Y: its input, which it keeps for the backward pass, and its output.
        dY, dX: the gradients of the loss for the output and the input. dX of the first trained layer and of those
            before it is None: training does not compute it.
        parameters: by their names in the layer, such as "W" and "b".
    """

    number: int
    spec: LayerSpec
    X: Array
    Y: Array
    dY: Array | None
    dX: Array | None
    parameters: dict[str, RecordedParameter]

    @property
    def numbers(self) -> dict[str, Array]:
        """All arrays by the names of `nncore.model.derivations.SYMBOLS`; those that are not computed are missing."""
        found = {"X": self.X, "Y": self.Y, "dY": self.dY, "dX": self.dX}
        for name, parameter in self.parameters.items():
            found[name], found[f"d{name}"] = parameter.before, parameter.gradient
        return {name: numbers for name, numbers in found.items() if numbers is not None}


@dataclass(frozen=True, eq=False)
class RecordedStep:
    """One step of training on a batch.

    Attributes:
        layers: first to last.
        logits, answers, targets: (examples, outputs) before the update; a label is a row of zeros with a 1.
        dlogits: (examples, outputs) the gradient of the loss for the logits.
        loss, loss_after: the mean loss of the batch before and after the update.
        answers_after: (examples, outputs) after the update.
        learning_rate: the rate of the update.
        trained: the network after the update.
    """

    layers: tuple[RecordedLayer, ...]
    logits: Array
    answers: Array
    targets: Array
    dlogits: Array
    loss: float
    loss_after: float
    answers_after: Array
    learning_rate: float
    trained: Network

    @property
    def is_finite(self) -> bool:
        """Whether the losses and all gradients are finite; they are not for a network that has diverged."""
        gradients = [each.gradient for layer in self.layers for each in layer.parameters.values()]
        return bool(np.isfinite([self.loss, self.loss_after]).all()) and all(
            np.isfinite(each).all() for each in gradients
        )


def record_step(network: Network, examples: Dataset, config: TrainingConfig) -> RecordedStep:
    """Take one step on a copy of `network` with all of `examples` as the batch; `network` is not changed.

    The step is the first of a run with `config`, without its augmentation. Raises SettingError if network, examples and
    config do not fit, and DataError for more than MAX_RECORDED_EXAMPLES examples.
    """
    check_fit(network, examples)
    check_settings(network.spec, Splits(examples, examples, None), config)
    if len(examples) > MAX_RECORDED_EXAMPLES:
        raise DataError(f"A recorded step takes at most {MAX_RECORDED_EXAMPLES} examples; got {len(examples):,}.")
    with one_blas_thread():
        return context_without_warnings().run(_Recorder(network, examples, config).record)


class _Recorder:
    def __init__(self, network: Network, examples: Dataset, config: TrainingConfig) -> None:
        self.network, self.config = network.copy(), config
        self.X, self.targets = inputs_of(examples, network), examples.targets(slice(None))
        self.loss = allocated_loss(network, config, len(self.X))
        self.before = network.parameters

    def record(self) -> RecordedStep:
        network, config = self.network, self.config
        inputs, outputs, logits = self._forward()
        loss = self.loss.forward(logits, self.targets)
        dlogits = self.loss.backward()
        dlogits_kept = dlogits.copy()
        dY, dX = self._backward(dlogits)
        if config.clip_norm is not None:
            clip_gradients(network.parameters.gradients, config.clip_norm)
        gradients = {name: network.parameters.gradient(name).copy() for name in network.spec.parameter_shapes}
        OPTIMIZERS[config.optimizer](network.parameters, config.weight_decay).step(config.learning_rate)
        trained = network.copy()
        _, _, logits_after = self._forward()
        answer = OUTPUTS[network.spec.output]
        return RecordedStep(
            layers=self._layers(inputs, outputs, dY, dX, gradients, trained),
            logits=outputs[-1],
            answers=answer(outputs[-1].copy()),
            targets=TargetRows(len(self.X), network.spec.outputs, network.dtype).rows(self.targets).copy(),
            dlogits=dlogits_kept,
            loss=loss,
            loss_after=self.loss.forward(logits_after, self.targets),
            answers_after=answer(logits_after.copy()),
            learning_rate=config.learning_rate,
            trained=trained,
        )

    def _forward(self) -> tuple[list[Array], list[Array], Array]:
        """Copies of the input and of the output of each layer, and the logits in the network's workspace.

        Random layers draw the same numbers each time.
        """
        network = self.network
        network.set_generator(RandomStreams.from_seed(self.config.seed).dropout[0])
        network.allocate(len(self.X))
        X, inputs, outputs = self.X.reshape(len(self.X), *network.spec.shapes[0]), [], []
        for layer in network.layers:
            inputs.append(X.copy())
            X = layer.forward(X)
            outputs.append(X.copy())
        return inputs, outputs, X

    def _backward(self, dlogits: Array) -> tuple[list[Array | None], list[Array | None]]:
        """Copies of the gradients for the output and the input of each layer."""
        network, gradient = self.network, dlogits
        first = network.first_trained
        dY: list[Array | None] = [None] * len(network.layers)
        dX: list[Array | None] = [None] * len(network.layers)
        for index in range(len(network.layers) - 1, first - 1, -1):
            dY[index] = gradient.copy()
            given = network.layers[index].backward(gradient, need_dX=index > first)
            if given is not None and index > first:
                gradient = given
                dX[index] = given.copy()
        return dY, dX

    def _layers(
        self,
        inputs: list[Array],
        outputs: list[Array],
        dY: list[Array | None],
        dX: list[Array | None],
        gradients: dict[str, Array],
        trained: Network,
    ) -> tuple[RecordedLayer, ...]:
        layers = []
        for index, spec in enumerate(trained.spec.layers):
            parameters = {
                name: RecordedParameter(
                    self.before.value(f"{index + 1}.{name}").copy(),
                    gradients[f"{index + 1}.{name}"],
                    trained.parameters.value(f"{index + 1}.{name}"),
                )
                for name in spec.parameter_shapes(trained.spec.shapes[index])
            }
            layers.append(
                RecordedLayer(index + 1, spec, inputs[index], outputs[index], dY[index], dX[index], parameters)
            )
        return tuple(layers)


def inputs_of(examples: Dataset, network: Network) -> Array:
    """The inputs (examples, numbers) in the type of the network, as training converts them: bytes become 0 to 1."""
    if not examples.is_bytes:
        return np.array(examples.inputs(slice(None)), network.dtype).reshape(len(examples), -1)
    X = examples.images.reshape(len(examples), -1).astype(network.dtype)
    X *= 1 / 255
    return X


def allocated_loss(network: Network, config: TrainingConfig, rows: int) -> Loss:
    """The loss that `config` names for `network`, with workspaces for batches of up to `rows` rows."""
    loss = make_loss(config.loss, network.spec.output, config.label_smoothing)
    loss.allocate(rows, network.spec.outputs, network.dtype)
    return loss


def mean_loss(network: Network, loss: Loss, X: Array, targets: Targets, seed: int) -> float:
    """The mean loss of a batch in training mode; random layers draw the same numbers for the same seed."""
    network.set_generator(RandomStreams.from_seed(seed).dropout[0])
    return loss.forward(network.forward(X), targets)
