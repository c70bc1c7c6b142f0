"""A copy of a stateful object goes on to the same bits as its original and leaves it alone, or is refused in words."""

from __future__ import annotations

import copy
import inspect
import io
import pickle
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from enum import Enum
from importlib import import_module
from typing import Any

import joblib
import numpy as np
import pytest
from numpy.typing import NDArray

import nncore
from nncore.evaluation.epoch_snapshots import EpochSnapshots
from nncore.evaluation.nearest_neighbours import HiddenIndex
from nncore.handwriting.fine_tuning import FrozenNorm
from nncore.model.layers import (
    LAYER_SPECS,
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool2D,
    Scale,
)
from nncore.model.layers.layer import Workspace
from nncore.model.layers.parameters import Parameters
from nncore.model.losses import SoftmaxCrossEntropy, make_loss
from nncore.model.network import Network, NetworkSpec
from nncore.model.outputs import SoftmaxWorkspace
from nncore.model.targets import TargetRows
from nncore.preprocessing.augmentation import Augmentation, Distorter
from nncore.preprocessing.augmentation.bilinear import BilinearSampler
from nncore.preprocessing.augmentation.stroke_thickness import ThicknessChanger
from nncore.training import TrainingConfig
from nncore.training.checkpoint import Checkpoint
from nncore.training.control import TrainingControl
from nncore.training.diagnosis.advice import Adviser
from nncore.training.events import EpochDone, StepDone
from nncore.training.health import HealthProbe
from nncore.training.history import History
from nncore.training.loop import Training
from nncore.training.optimizers import OPTIMIZERS, Optimizer
from nncore.training.parallel.batch_gradients import BatchGradients
from nncore.training.parallel.batch_part import BatchPart, Examples, PartSpec
from nncore.training.parallel.helper_main import Worker
from nncore.training.parallel.helper_process import HelperProcess
from nncore.training.progress import Progress
from nncore.training.random_streams import RandomStreams
from nncore.training.step_curve import StepCurve
from tests.nncore.runs import few_digits

EVERY_LAYER = NetworkSpec(
    (12, 12),
    (
        Scale(0.5),
        Conv2D(3, 3, 1, 1),
        BatchNorm(),
        Activation("leaky_relu"),
        MaxPool2D(2),
        AveragePool2D(2),
        Flatten(),
        Dropout(0.3),
        Dense(8),
        Activation("softmax"),
        Dropout(0.2),
        Dense(4),
    ),
)
CONFIG = TrainingConfig("momentum", 0.05, batch_size=48, epochs=2, seed=3)

WAYS: dict[str, Callable[[Any], Any]] = {
    "copy.copy": copy.copy,
    "copy.deepcopy": copy.deepcopy,
    "pickle": lambda it: pickle.loads(pickle.dumps(it)),
    "the oldest pickle protocol": lambda it: pickle.loads(pickle.dumps(it, 2)),
    "joblib": lambda it: _through_joblib(it),
}


def _through_joblib(it: object) -> object:
    file = io.BytesIO()
    joblib.dump(it, file)
    file.seek(0)
    return joblib.load(file)


# ------------------------------------------------------------------------ what is copied, and how it goes on


def _network(dtype: type = np.float32) -> Network:
    network = Network(EVERY_LAYER, dtype)
    network.initialize(np.random.default_rng(0))
    network.set_generator(np.random.default_rng(1))
    _train(network)
    return network


def _train(network: Network, optimizer: Optimizer | None = None, steps: int = 3) -> NDArray[np.floating]:
    """Some steps on fixed digits; the parameters afterwards, with the running means."""
    optimizer = optimizer or OPTIMIZERS["adam"](network.parameters)
    loss = SoftmaxCrossEntropy()
    loss.allocate(16, 4, network.dtype)
    X = np.random.default_rng(2).random((16, 12, 12)).astype(network.dtype)
    for _ in range(steps):
        loss.forward(network.forward(X), np.arange(16) % 4)
        network.backward(loss.backward())
        optimizer.step(0.01)
    return np.concatenate([network.parameters.values, network.parameters.state])


def _in_shared_memory() -> Network:
    network = _network()
    values, gradients = np.zeros(network.parameters.size, np.float32), np.zeros_like(network.parameters.gradients)
    network.move_to(values, gradients)
    network.set_generator(np.random.default_rng(1))
    return network


def _replica() -> Parameters:
    replica = _network().parameters.replica()
    replica.state[:] += 1
    return replica


def _move_parameters(parameters: Parameters) -> NDArray[np.floating]:
    for name in parameters.shapes:
        parameters.gradient(name)[...] += 1
        parameters.value(name)[...] -= 0.5 * parameters.gradient(name)
    for name in parameters.state_shapes:
        parameters.value(name)[...] *= 2
    return np.concatenate([parameters.trainable, parameters.state, parameters.gradients])


def _optimizer(name: str) -> Callable[[], Optimizer]:
    def make() -> Optimizer:
        optimizer = OPTIMIZERS[name](_network().parameters, 0.01)
        _step(optimizer)
        return optimizer

    return make


def _step(optimizer: Optimizer) -> NDArray[np.floating]:
    for step in range(3):
        optimizer.parameters.gradients[:] = np.sin(np.arange(len(optimizer.parameters.gradients)) + step)
        optimizer.step(0.1)
    return np.concatenate([optimizer.parameters.values, optimizer.memory.ravel(), [optimizer.steps]])


def _loss(name: str, output: str) -> Callable[[], Any]:
    def make() -> Any:
        loss = make_loss(name, output)
        loss.allocate(6, 4, np.dtype(np.float32))
        _measure(loss)
        return loss

    return make


def _measure(loss: Any) -> tuple[float, bytes]:
    logits = np.random.default_rng(0).standard_normal((6, 4)).astype(np.float32)
    value = loss.forward(logits, np.arange(6) % 4)
    return value, loss.backward().tobytes()


def _target_rows(rows: TargetRows) -> bytes:
    return rows.rows(np.arange(5) % 3).tobytes()


def _softmax(workspace: SoftmaxWorkspace) -> bytes:
    return workspace.probabilities(workspace.subtract_maximum(np.eye(3, dtype=np.float32)))[0].tobytes()


def _epoch(number: int) -> EpochDone:
    return EpochDone(number, number, 0.5 / number, 0.9, 1 / number, 0.8, 100.0, 1.0, None)


def _history() -> History:
    history = History()
    history.append(_epoch(1))
    return history


def _go_on(history: History) -> object:
    history.append(_epoch(history.epochs + 1))
    return history.rows()


def _curve(curve: StepCurve) -> bytes:
    for step in range(4500):
        curve.add(step, 1 / (step + 1), None)
    return curve.array().tobytes()


def _progress(progress: Progress) -> object:
    progress.begin_epoch()
    progress.count_step(0.5, 3, 4, 0.1)
    progress.close_epoch(0.2)
    return progress.counters()


def _adviser(adviser: Adviser) -> object:
    hints = []
    for number in range(1, 130):
        hints.append(adviser.after_epoch(_epoch(number)))
    return [hint and hint.cause for hint in hints], len(adviser._records)


def _probe(probe: HealthProbe) -> object:
    probe.before_step()
    probe.network.parameters.trainable[:] *= 0.99
    probe.after_step()
    figures = probe.figures(few_digits().training)
    return [(layer.gradient_norm, layer.update_ratio, layer.dead_fraction) for layer in figures]


def _probed() -> HealthProbe:
    network = Network(NetworkSpec.dense((784, 8, 10)))
    network.initialize(np.random.default_rng(0))
    network.parameters.gradients[:] = 1
    return HealthProbe(network)


def _streams(streams: RandomStreams) -> list[float]:
    return [generator.random() for generator in (streams.initialization, streams.split, *streams._moving())]


def _training() -> Training:
    network = Network(NetworkSpec.dense((784, 16, 10)))
    network.initialize(np.random.default_rng(0))
    return Training(network, few_digits(), CONFIG, cores=1)


def _checkpoint() -> Checkpoint:
    training, events = _training(), 0
    for event in training.events():
        events += isinstance(event, StepDone)
        if events == 3:
            break
    return training.checkpoint()


def _resume(checkpoint: Checkpoint) -> bytes:
    training = Training.resumed(checkpoint, few_digits(), cores=1)
    for _ in training.events():
        pass
    return training.network.parameters.values.tobytes()


def _rewind() -> EpochSnapshots:
    rewind = EpochSnapshots(EVERY_LAYER)
    rewind.add(1, _network())
    return rewind


def _wind(rewind: EpochSnapshots) -> object:
    network = rewind.network(1)
    network.parameters.values[:] += 1
    rewind.add(rewind.epochs[-1] + 1, network)
    return rewind.epochs, rewind.values(2).tobytes()


def _index() -> HiddenIndex:
    return HiddenIndex(_network(), np.arange(2), np.eye(2, 8, dtype=np.float32))


COPIED: list[tuple[str, Callable[[], Any], Callable[[Any], Any]]] = [
    ("network", _network, _train),
    ("network in float64", lambda: _network(np.float64), _train),
    ("network whose parameters moved", _in_shared_memory, _train),
    ("parameters", lambda: _network().parameters, _move_parameters),
    ("replica of parameters", _replica, _move_parameters),
    *((name, _optimizer(name), _step) for name in OPTIMIZERS),
    ("cross-entropy", _loss("cross_entropy", "softmax"), _measure),
    ("binary cross-entropy", _loss("binary_cross_entropy", "sigmoid"), _measure),
    ("squared error", _loss("mean_squared_error", "softmax"), _measure),
    ("target rows", lambda: TargetRows(5, 3, np.dtype(np.float32)), _target_rows),
    ("softmax workspace", lambda: SoftmaxWorkspace(3, 3, np.dtype(np.float32)), _softmax),
    ("history", _history, _go_on),
    ("curve of steps", StepCurve, _curve),
    ("progress", lambda: Progress(CONFIG, 100), _progress),
    ("adviser", lambda: Adviser(EVERY_LAYER, CONFIG), _adviser),
    ("health probe", _probed, _probe),
    ("random streams", lambda: RandomStreams.from_seed(4), _streams),
    ("checkpoint", _checkpoint, _resume),
    ("examples", lambda: Examples(np.zeros((4, 784), np.uint8), np.zeros(4, np.int64)), lambda it: _gathered(it)),
    ("rewind", _rewind, _wind),
    ("index of hidden features", _index, lambda index: index.nearest(np.ones((12, 12), np.float32), 2)),
]


def _gathered(examples: Examples) -> bytes:
    return examples.gather(few_digits().training, np.arange(4))[0].tobytes()


def _refused() -> Iterator[Any]:
    network, digits = _network(), few_digits().training
    yield from network.layers
    norm = next(layer for layer in network.layers if type(layer).__name__ == "BatchNormLayer")
    yield FrozenNorm(norm)  # type: ignore[arg-type]
    yield Workspace(3, (4,), np.float32)
    yield _training()
    yield TrainingControl(0.1)
    yield Distorter(Augmentation(shift=1), (28, 28), 4)
    sampler = BilinearSampler(2, 5, 5)
    yield sampler
    yield ThicknessChanger(sampler.framed)
    dense = Network(NetworkSpec.dense((784, 8, 10)))
    yield BatchGradients(dense, digits, CONFIG, RandomStreams.from_seed(0), 48, 1, lambda: False)
    spec = PartSpec.for_run(dense, digits, CONFIG, 48)
    yield BatchPart(dense, spec)
    second = HelperProcess(dense, spec)
    yield second
    yield second.shared
    yield Worker(second.shared, spec)
    second.close()


REFUSED = list(_refused())

PACKAGES = ("model", "training", "preprocessing", "evaluation", "handwriting.fine_tuning")
"""Where something learns, or is looked at while it learns. Private classes live within one call."""


def _stateful_classes() -> set[type]:
    """Every public class there but descriptions: frozen dataclasses, tuples, enums, protocols, bases, NumPy's own."""
    found = {Checkpoint, RandomStreams}
    for module in pkgutil.walk_packages(nncore.__path__, "nncore."):
        if module.name.startswith(tuple(f"nncore.{package}" for package in PACKAGES)):
            members = vars(import_module(module.name)).values()
            found |= {each for each in members if inspect.isclass(each) and each.__module__ == module.name}
    bases = {base for each in found for base in each.__mro__[1:]}
    described = {each for each in found if is_dataclass(each) and each.__dataclass_params__.frozen}  # type: ignore[attr-defined]
    described |= {each for each in found if issubclass(each, tuple | Enum) or getattr(each, "_is_protocol", False)}
    public = {each for each in found if not each.__name__.startswith("_")}
    return (public - bases - described) | {Checkpoint, RandomStreams}


def test_every_stateful_class_is_copied_or_refused_here() -> None:
    here = {type(make()) for _, make, _ in COPIED} | {type(each) for each in REFUSED}
    assert {each.__name__ for each in _stateful_classes() - here} == set()


def test_every_kind_of_layer_is_in_the_network_that_is_copied() -> None:
    assert {layer.kind for layer in EVERY_LAYER.layers} == set(LAYER_SPECS)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("make", "go_on"), [case[1:] for case in COPIED], ids=[case[0] for case in COPIED])
def test_copy_and_original_go_on_to_the_same_bits_each_by_itself(
    make: Callable[[], Any], go_on: Callable[[Any], Any], way: str
) -> None:
    expected = go_on(make())
    original = make()
    twin = WAYS[way](original)
    np.testing.assert_equal(go_on(twin), expected)
    np.testing.assert_equal(go_on(original), expected)
    np.testing.assert_equal(go_on(twin), go_on(original))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("original", REFUSED, ids=lambda it: type(it).__name__)
def test_what_cannot_be_copied_says_what_to_do_instead(original: Any, way: str) -> None:
    with pytest.raises(TypeError, match=rf"{type(original).__name__} objects cannot be copied or pickled\. \w.*\.$"):
        WAYS[way](original)


@pytest.mark.parametrize("way", ["copy.deepcopy", "pickle", "joblib"])
def test_a_network_copied_together_with_its_optimizer_is_trained_by_the_copied_one(way: str) -> None:
    network = _network()
    optimizer = OPTIMIZERS["adam"](network.parameters)
    _train(network, optimizer)
    twin, its_optimizer = WAYS[way]((network, optimizer))
    assert its_optimizer.parameters is twin.parameters
    before = network.parameters.values.copy()
    moved = _train(twin, its_optimizer)
    assert not np.array_equal(moved[: before.size], before)
    np.testing.assert_array_equal(network.parameters.values, before)
    np.testing.assert_array_equal(_train(network, optimizer), moved)


def test_dropout_layers_that_share_a_generator_share_one_in_the_copy() -> None:
    generators = [layer.generator for layer in copy.deepcopy(_network()).layers if hasattr(layer, "generator")]
    assert len(generators) == 2
    assert generators[0] is generators[1]


@pytest.mark.parametrize("way", WAYS)
def test_a_network_copied_in_the_middle_of_a_run_with_two_processes_trains_on(way: str) -> None:
    network = Network(NetworkSpec.dense((784, 300, 10)))
    network.initialize(np.random.default_rng(0))
    config = TrainingConfig("adam", 0.01, batch_size=95, epochs=3)
    twins = []
    for event in Training(network, few_digits(), config, cores=2).events():
        if isinstance(event, StepDone) and event.step == 2:
            twins = [WAYS[way](network), network.copy()]
    before = twins[0].parameters.values.copy()
    for twin in twins:
        np.testing.assert_array_equal(twin.parameters.values, before)
        for _ in Training(twin, few_digits(), config, cores=1).events():
            pass
    np.testing.assert_array_equal(twins[0].parameters.values, twins[1].parameters.values)
    assert not np.array_equal(twins[0].parameters.values, before)


def test_a_layer_of_any_kind_inherits_the_refusal() -> None:
    for layer in _network().layers:
        assert type(layer).__reduce_ex__ is Layer.__reduce_ex__
