"""The main paths of nncore in an environment that has NumPy and nothing else: run `python -m tests.numpy_alone`.

It needs no pytest and prints a line for each path. It fails if any other package from outside has been imported. With
the environment variables of ONE_THREAD_ENVIRONMENT set, a second process takes part in the training.
"""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

import numpy as np

from nncore.data.dataset import Dataset, Splits, load_mnist
from nncore.data.formats import read_dataset, read_ink
from nncore.data.formats.unipen_writer import write_ink
from nncore.errors import ModelFileError
from nncore.evaluation.metrics import evaluate
from nncore.evaluation.predictions import predict_dataset
from nncore.evaluation.projection import layer_output, principal_components
from nncore.evaluation.recognition import read_digit
from nncore.evaluation.robustness import DISTORTIONS, robustness
from nncore.experiments.recipes import RECIPES
from nncore.experiments.run_log.log import RunLog, RunSettings
from nncore.experiments.sweep import SweepResult, grid, run_sweep
from nncore.files.checkpoint_file import load_checkpoint, save_checkpoint
from nncore.files.model_file import bundled_model_path, load_model, save_model, trained_model
from nncore.handwriting.fine_tuning import fine_tune
from nncore.handwriting.synthetic import digits
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.ink import rasterize
from nncore.training import RandomStreams, Training, TrainingConfig, train
from nncore.training.events import EpochDone, Finished
from nncore.training.parallel.helper_process import can_start_helper

SPEC = NetworkSpec.dense((784, 512, 10))
CONFIG = TrainingConfig(learning_rate=0.001, batch_size=100, epochs=2)


def main() -> None:
    """Run each path with real digits in its own folder."""
    mnist = load_mnist()
    assert mnist.test is not None
    few = Splits(mnist.training.take(slice(0, 2000)), mnist.test.take(slice(0, 500)), mnist.test.take(slice(500, 1000)))
    print(f"MNIST: {len(mnist.training):,} digits, {len(few.training):,} of them used here")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        training, finished = check_training(few)
        check_resuming(few, training, folder)
        check_model_files(training, finished, few, folder)
        check_formats(few.training, folder)
        check_evaluation(few)
        check_handwriting(few, folder)
        check_experiments(few, folder)
    check_imports()


def fresh_network() -> Network:
    network = Network(SPEC)
    network.initialize(RandomStreams.from_seed(0).initialization)
    return network


def check_training(data: Splits) -> tuple[Training, Finished]:
    """Train with one process and with two; without threadpoolctl the environment has to limit BLAS to one thread."""
    alone = Training(fresh_network(), data, CONFIG, cores=1)
    finished = list(alone.events())[-1]
    assert isinstance(finished, Finished)
    assert finished.test is not None
    assert finished.test.accuracy is not None
    assert finished.test.accuracy > 0.8
    with_help = fresh_network()
    for _ in train(with_help, data, CONFIG, cores=2):
        pass
    same_bits(alone.network, with_help)
    helper = "a second" if can_start_helper() else "no second"
    print(f"training: {finished.test.accuracy:.1%}; with {helper} process to help")
    return alone, finished


def check_resuming(data: Splits, whole: Training, folder: Path) -> None:
    half = Training(fresh_network(), data, CONFIG, cores=1)
    for _ in takewhile(lambda event: not isinstance(event, EpochDone), half.events()):
        pass
    save_checkpoint(half.checkpoint(), folder / "checkpoint.npz")
    resumed = Training.continued(load_checkpoint(folder / "checkpoint.npz"), data, cores=1)
    for _ in resumed.events():
        pass
    same_bits(whole.network, resumed.network)
    print("checkpoint: a resumed run has the bits of an uninterrupted one")


def check_model_files(training: Training, finished: Finished, data: Splits, folder: Path) -> None:
    model = trained_model(training, finished.test, name="NumPy alone")
    for suffix in (".npz", ".py"):
        save_model(model, folder / f"model{suffix}")
        same_bits(training.network, load_model(folder / f"model{suffix}").network())
    np.save(folder / "digits.npy", data.training.inputs(slice(0, 2)))
    subprocess.run([sys.executable, folder / "model.py", folder / "digits.npy"], check=True, stdout=subprocess.DEVNULL)
    assert "pip install onnx" in error_message(lambda: save_model(model, folder / "model.onnx"))
    print("model file: saved, loaded, exported as a script that runs; ONNX says which package it needs")


def error_message(write: Callable[[], None]) -> str:
    """The message of the ModelFileError that `write` raises; empty if it raises none."""
    try:
        write()
    except ModelFileError as problem:
        return str(problem)
    return ""


def check_formats(data: Dataset, folder: Path) -> None:
    images, labels, rows = data.images[:300], data.labels[:300].astype(np.uint8), range(300)
    (folder / "train-images-idx3-ubyte").write_bytes(struct.pack(">4I", 2051, 300, 28, 28) + images.tobytes())
    (folder / "train-labels-idx1-ubyte").write_bytes(struct.pack(">2I", 2049, 300) + labels.tobytes())
    np.save(folder / "train-images.npy", images)
    np.save(folder / "train-labels.npy", labels)
    np.savez(folder / "keras.npz", x_train=images, y_train=labels)
    table = np.c_[labels, images.reshape(300, -1)]
    np.savetxt(folder / "whole.csv", table, "%d", ",")
    np.savetxt(folder / "quoted_floats.csv", table, '"%.1f"', ",")
    for name in ("train-images-idx3-ubyte", "train-images.npy", "keras.npz", "whole.csv", "quoted_floats.csv"):
        read = read_dataset(folder / name).training
        assert np.array_equal(read.images, images), name
        assert [int(read.labels[row]) for row in rows] == labels.tolist(), name
    write_ink(digits(20, np.random.default_rng(0)), folder / "ink.unipen")
    assert len(read_ink(folder / "ink.unipen")) == 20
    print("formats: IDX, NPY, NPZ, CSV plain and quoted, UNIPEN")


def check_evaluation(data: Splits) -> None:
    assert data.test is not None
    network = load_model(bundled_model_path()).network()
    evaluation, predictions = evaluate(network, data.test), predict_dataset(network, data.test)
    assert evaluation is not None
    assert predictions is not None
    assert evaluation.accuracy == predictions.accuracy
    assert evaluation.accuracy is not None
    assert evaluation.accuracy > 0.97
    points = list(robustness(network, data.test, DISTORTIONS[:1], count=100))
    assert points[0].accuracy > points[-1].accuracy
    seen = layer_output(network, data.test, np.arange(200), 0, cancelled=lambda: False)
    assert seen is not None
    assert np.isfinite(principal_components(seen).points).all()
    print(f"evaluation: {evaluation.accuracy:.1%}, robustness at {len(points)} strengths, projection")


def check_handwriting(data: Splits, folder: Path) -> None:
    network, drawings = load_model(bundled_model_path()).network(), read_ink(folder / "ink.unipen")
    read = [read_digit(network, rasterize(ink)).digit for ink in drawings.inks]
    right = sum(found == label for found, label in zip(read, drawings.labels, strict=True))
    assert right >= 15
    assert fine_tune(network, drawings.to_dataset(), data.training) is not None
    print(f"handwriting: {right} of {len(read)} drawings read, fine tuning")


def check_experiments(data: Splits, folder: Path) -> None:
    recipe = RECIPES["sine"]
    fitted = Network(recipe.spec)
    fitted.initialize(RandomStreams.from_seed(0).initialization)
    events = list(train(fitted, recipe.splits(), TrainingConfig(loss=recipe.config.loss, epochs=1), cores=1))
    assert isinstance(events[-1], Finished)
    with contextlib.closing(RunLog(folder / "runs.sqlite")) as log:
        run = log.begin(RunSettings("first", SPEC, CONFIG, data=data.training.source))
        log.end(run, "finished")
        assert [each.settings.name for each in log.runs()] == ["first"]
    jobs = grid(SPEC, TrainingConfig(epochs=1), {"learning_rate": (0.001, 0.01)})
    results = [event for event in run_sweep(jobs, data) if isinstance(event, SweepResult)]
    assert [result.state for result in results] == ["finished", "finished"]
    print("experiments: a recipe, the log of runs, a sweep of two runs")


def same_bits(first: Network, second: Network) -> None:
    assert first.parameters.values.tobytes() == second.parameters.values.tobytes()


def check_imports() -> None:
    """Fail if a third-party package other than NumPy was imported."""
    libraries = os.sep + "site-packages" + os.sep
    foreign = {
        name.partition(".")[0]
        for name, module in sys.modules.items()
        if libraries in (getattr(module, "__file__", None) or "") and not name.startswith("_")
    }
    assert foreign <= {"numpy"}, foreign
    print("imported from outside: NumPy alone")


if __name__ == "__main__":
    main()
