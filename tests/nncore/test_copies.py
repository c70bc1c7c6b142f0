"""A copy of an object with state gives the same bits as its original and shares nothing with it.

Objects that cannot be copied raise an error that says what to do instead.
"""

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
from nncore.evaluation.exciting_examples import LayerExamples, exciting_examples
from nncore.evaluation.explanation.baselines import NearestNeighbours, NetworkReading, ReadingMethod
from nncore.evaluation.explanation.changed_drawings import ChangedDrawings
from nncore.evaluation.explanation.changed_images import ChangedImages
from nncore.evaluation.inspection import Inspection
from nncore.evaluation.nearest_neighbours import HiddenLayerIndex
from nncore.evaluation.snapshots import Snapshots, TrainingPoint
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
from nncore.preprocessing.ink import Ink
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
from nncore.training.parallel.batch_part import BatchPart, ExampleBuffers, PartSpec
from nncore.training.parallel.helper_main import Worker
from nncore.training.parallel.helper_process import HelperProcess
from nncore.training.progress import Progress
from nncore.training.random_streams import RandomStreams
from nncore.training.step_curve import StepCurve
from tests.nncore.runs import few_digits, fresh_network

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
CONFIG = TrainingConfig(optimizer="momentum", learning_rate=0.05, batch_size=48, epochs=2, seed=3)

COPY_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
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


# ------------------------------------------------------------------ objects that are copied, and how they are used


def _layer_examples() -> LayerExamples:
    examples = exciting_examples(fresh_network(NetworkSpec.dense((784, 5, 10))), few_digits().training, 1)
    assert examples is not None
    return examples


def _most_and_least(examples: LayerExamples) -> Any:
    found = [examples.of_unit(unit) for unit in range(examples.units)]
    return [(each.most.rows, each.most.values, each.least.rows, each.least.values, each.active) for each in found]


def _explain(inspection: Inspection) -> Any:
    inspection.network.parameters.values[:] += 0.1
    return inspection.terms(len(inspection.layers), (0,)).to_json()


def _network(dtype: type = np.float32) -> Network:
    network = Network(EVERY_LAYER, dtype)
    network.initialize(np.random.default_rng(0))
    network.set_generator(np.random.default_rng(1))
    _train(network)
    return network


def _train(network: Network, optimizer: Optimizer | None = None, steps: int = 3) -> NDArray[np.floating]:
    """Train for some steps on fixed inputs; return the parameters and the running means afterwards."""
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


def _append_epoch(history: History) -> object:
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
    return progress.copy()


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
    return [generator.random() for generator in (streams.initialization, streams.split, *streams._saved_generators())]


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
    training = Training.continued(checkpoint, few_digits(), cores=1)
    for _ in training.events():
        pass
    return training.network.parameters.values.tobytes()


def _snapshots() -> Snapshots:
    snapshots = Snapshots(EVERY_LAYER)
    snapshots.add(TrainingPoint(1), _network())
    return snapshots


def _use_snapshots(snapshots: Snapshots) -> object:
    network = snapshots.network(TrainingPoint(1))
    network.parameters.values[:] += 1
    snapshots.add(TrainingPoint(snapshots.points[-1].epoch + 1), network)
    return snapshots.points, snapshots.values(TrainingPoint(2)).tobytes()


def _index() -> HiddenLayerIndex:
    return HiddenLayerIndex(_network(), np.arange(2), np.eye(2, 8, dtype=np.float32))


DENSE = NetworkSpec.dense((784, 8, 10))
VERTICAL_LINE = np.array([(0.5, 0.2), (0.5, 0.8)], np.float32)


def _read_digit(method: ReadingMethod) -> object:
    return method.read(few_digits().training.images[1])


def _change(changes: ChangedImages) -> object:
    drawn = changes.drawn("add", np.array([(9, 12), (12, 14)], np.float32), changes.image.reshape(-1))
    assert drawn is not None
    return drawn.image, drawn.difference, drawn.path, drawn.width


COPIED: list[tuple[str, Callable[[], Any], Callable[[Any], Any]]] = [
    ("network", _network, _train),
    ("examples that excite a layer", _layer_examples, _most_and_least),
    ("inspection", lambda: Inspection(_network(), np.linspace(0, 1, 144)), _explain),
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
    ("history", _history, _append_epoch),
    ("curve of steps", StepCurve, _curve),
    ("progress", lambda: Progress(100, config=CONFIG), _progress),
    ("adviser", lambda: Adviser(EVERY_LAYER, CONFIG), _adviser),
    ("health probe", _probed, _probe),
    ("random streams", lambda: RandomStreams.from_seed(4), _streams),
    ("checkpoint", _checkpoint, _resume),
    ("examples", lambda: ExampleBuffers(np.zeros((4, 784), np.uint8), np.zeros(4, np.int64)), lambda it: _gathered(it)),
    ("snapshots", _snapshots, _use_snapshots),
    ("nearest neighbours", lambda: NearestNeighbours(few_digits().training), _read_digit),
    ("reading of a network", lambda: NetworkReading("dense", fresh_network(DENSE)), _read_digit),
    ("changes of an image", lambda: ChangedImages(few_digits().training.images[0]), _change),
    ("changes of a drawing", lambda: ChangedDrawings(Ink((VERTICAL_LINE,))), _change),
    ("index of hidden features", _index, lambda index: index.nearest(np.ones((12, 12), np.float32), 2)),
]


def _gathered(examples: ExampleBuffers) -> bytes:
    return examples.gather(few_digits().training, np.arange(4))[0].tobytes()


def _not_copyable() -> Iterator[Any]:
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


NOT_COPYABLE = list(_not_copyable())

PACKAGES = ("model", "training", "preprocessing", "evaluation", "handwriting.fine_tuning")
"""Packages whose public classes may have state. Private classes are used only within one call."""


def _classes_with_state() -> set[type]:
    """Return the public classes with state of PACKAGES: no frozen dataclasses, tuples, enums, protocols or bases."""
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


def test_every_class_with_state_is_tested_here() -> None:
    tested = {type(make()) for _, make, _ in COPIED} | {type(each) for each in NOT_COPYABLE}
    assert {each.__name__ for each in _classes_with_state() - tested} == set()


def test_the_copied_network_has_a_layer_of_every_kind() -> None:
    assert {layer.kind for layer in EVERY_LAYER.layers} == set(LAYER_SPECS)


@pytest.mark.parametrize("copy_name", COPY_FUNCTIONS)
@pytest.mark.parametrize(("make", "use"), [case[1:] for case in COPIED], ids=[case[0] for case in COPIED])
def test_copy_and_original_give_the_same_bits_independently(
    make: Callable[[], Any], use: Callable[[Any], Any], copy_name: str
) -> None:
    expected = use(make())
    original = make()
    copied = COPY_FUNCTIONS[copy_name](original)
    np.testing.assert_equal(use(copied), expected)
    np.testing.assert_equal(use(original), expected)
    np.testing.assert_equal(use(copied), use(original))


@pytest.mark.parametrize("copy_name", COPY_FUNCTIONS)
@pytest.mark.parametrize("original", NOT_COPYABLE, ids=lambda it: type(it).__name__)
def test_the_error_for_an_object_that_cannot_be_copied_says_what_to_do_instead(original: Any, copy_name: str) -> None:
    with pytest.raises(TypeError, match=rf"{type(original).__name__} objects cannot be copied or pickled\. \w.*\.$"):
        COPY_FUNCTIONS[copy_name](original)


@pytest.mark.parametrize("copy_name", ["copy.deepcopy", "pickle", "joblib"])
def test_an_optimizer_copied_together_with_its_network_trains_the_copy(copy_name: str) -> None:
    network = _network()
    optimizer = OPTIMIZERS["adam"](network.parameters)
    _train(network, optimizer)
    copied, copied_optimizer = COPY_FUNCTIONS[copy_name]((network, optimizer))
    assert copied_optimizer.parameters is copied.parameters
    before = network.parameters.values.copy()
    moved = _train(copied, copied_optimizer)
    assert not np.array_equal(moved[: before.size], before)
    np.testing.assert_array_equal(network.parameters.values, before)
    np.testing.assert_array_equal(_train(network, optimizer), moved)


def test_dropout_layers_of_a_copy_share_one_generator_like_those_of_the_original() -> None:
    generators = [layer.generator for layer in copy.deepcopy(_network()).layers if hasattr(layer, "generator")]
    assert len(generators) == 2
    assert generators[0] is generators[1]


@pytest.mark.parametrize("copy_name", COPY_FUNCTIONS)
def test_a_network_copied_during_a_run_with_two_processes_can_be_trained(copy_name: str) -> None:
    network = Network(NetworkSpec.dense((784, 300, 10)))
    network.initialize(np.random.default_rng(0))
    config = TrainingConfig(optimizer="adam", learning_rate=0.01, batch_size=95, epochs=3)
    copies = []
    for event in Training(network, few_digits(), config, cores=2).events():
        if isinstance(event, StepDone) and event.step == 2:
            copies = [COPY_FUNCTIONS[copy_name](network), network.copy()]
    before = copies[0].parameters.values.copy()
    for copied in copies:
        np.testing.assert_array_equal(copied.parameters.values, before)
        for _ in Training(copied, few_digits(), config, cores=1).events():
            pass
    np.testing.assert_array_equal(copies[0].parameters.values, copies[1].parameters.values)
    assert not np.array_equal(copies[0].parameters.values, before)


def test_no_layer_overrides_the_error_for_copies() -> None:
    for layer in _network().layers:
        assert type(layer).__reduce_ex__ is Layer.__reduce_ex__
