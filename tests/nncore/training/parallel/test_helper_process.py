"""A helper process does not change the bits of a run, even if it is killed or suspended."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

import main
from nncore.data.dataset import Dataset, Splits
from nncore.model.layers import Activation, BatchNorm, Dense, Dropout, Flatten
from nncore.model.network import NetworkSpec
from nncore.preprocessing.augmentation import Augmentation
from nncore.training import Training, TrainingConfig
from nncore.training.events import Started, StepDone
from nncore.training.optimizers import BLOCK_SIZE, OPTIMIZERS
from nncore.training.parallel import batch_gradients
from nncore.training.parallel import helper_process as helper_process
from nncore.training.parallel.helper_process import HelperProcess
from nncore.training.parallel.shared_memory import Word
from tests.nncore.runs import SMALL, few_digits, fresh_network

SPEC = NetworkSpec(
    (28, 28), (Flatten(), Dense(100), BatchNorm(), Activation("relu"), Dropout(0.3), Dense(20), Dense(10))
)
CONFIG = TrainingConfig(epochs=3, batch_size=64, augmentation=Augmentation(shift=2, elastic=1, noise=0.1))
STEPS = 9

on_posix = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="Windows cannot stop a process")

Change = Callable[[HelperProcess, int], None]


@pytest.fixture(autouse=True)
def split(monkeypatch: pytest.MonkeyPatch) -> None:
    """Split every batch with enough rows, and wait for the helper process even on a busy machine."""
    monkeypatch.setattr(batch_gradients, "MIN_MULTIPLICATIONS_TO_SPLIT", 0)
    monkeypatch.setattr(batch_gradients, "EXTRA_WAIT_SECONDS", 30.0)
    monkeypatch.setattr(helper_process, "LATE_AFTER_SECONDS", 30.0)


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def helper_of(training: Training) -> HelperProcess:
    helper = training.helper
    assert helper is not None
    return helper


def wait_for_helper(training: Training) -> HelperProcess:
    helper = helper_of(training)
    wait_until(lambda: helper.is_free)
    return helper


def run(training: Training, helper_after: int = 0, change: Change | None = None) -> NDArray[np.floating]:
    """Train; from step `helper_after` on the helper is running, and `change` is called with it before each step."""
    for event in training.events():
        step = event.step if isinstance(event, StepDone) else 0
        if isinstance(event, Started | StepDone) and step >= helper_after:
            if step == helper_after:
                wait_for_helper(training)
            if change is not None:
                change(helper_of(training), step)
    return training.network.parameters.values.copy()


def training_with_helper(
    config: TrainingConfig = CONFIG, data: Splits | None = None, spec: NetworkSpec = SPEC
) -> Training:
    return Training(fresh_network(spec), data or few_digits(), config, cores=2)


def values_without_helper(
    config: TrainingConfig = CONFIG, data: Splits | None = None, spec: NetworkSpec = SPEC
) -> NDArray[np.floating]:
    training = Training(fresh_network(spec), data or few_digits(), config, cores=1)
    list(training.events())
    assert training.helper is None
    return training.network.parameters.values


def tasks_done(training: Training) -> int:
    return helper_of(training).shared.words[Word.TASKS_DONE] - 1


def test_the_network_has_more_than_one_block_of_parameters() -> None:
    assert fresh_network(SPEC).parameters.trainable.size > BLOCK_SIZE


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_gives_the_same_bits_with_a_helper(optimizer: str) -> None:
    config = replace(CONFIG, optimizer=optimizer, weight_decay=0.01, label_smoothing=0.1)
    training = training_with_helper(config)
    np.testing.assert_array_equal(run(training), values_without_helper(config))
    assert tasks_done(training) == 2 * STEPS


def test_a_clipped_gradient_is_that_of_the_whole_batch() -> None:
    config = replace(CONFIG, clip_norm=0.1)
    training = training_with_helper(config)
    np.testing.assert_array_equal(run(training), values_without_helper(config))
    assert tasks_done(training) > STEPS


def test_a_batch_of_several_passes_has_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_gradients, "MAX_ROWS_PER_PART", 30)
    config = replace(CONFIG, batch_size=None)
    training = training_with_helper(config)
    np.testing.assert_array_equal(run(training), values_without_helper(config))
    assert tasks_done(training) >= 3 * 3


def test_training_on_numbers_has_the_same_bits() -> None:
    digits = few_digits().training
    data = Splits(Dataset.from_floats(digits.inputs(slice(None)), np.eye(10)[digits.labels]))
    spec = NetworkSpec((784,), (Dense(100), Activation("tanh"), Dense(10)), "linear")
    config = replace(CONFIG, augmentation=None)
    training = training_with_helper(config, data, spec)
    np.testing.assert_array_equal(run(training), values_without_helper(config, data, spec))
    assert tasks_done(training) > STEPS


def test_the_helper_can_start_at_any_step() -> None:
    np.testing.assert_array_equal(run(training_with_helper(), helper_after=4), values_without_helper())


@pytest.mark.parametrize("killed_after", [0, 1, 5])
def test_the_helper_can_be_killed_between_two_steps(killed_after: int) -> None:
    def kill(helper: HelperProcess, step: int) -> None:
        if step == killed_after:
            assert helper.process is not None
            helper.process.kill()

    np.testing.assert_array_equal(run(training_with_helper(), change=kill), values_without_helper())


@on_posix
def test_the_helper_can_be_suspended_and_resumed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_gradients, "EXTRA_WAIT_SECONDS", 0.01)

    def suspend(helper: HelperProcess, step: int) -> None:
        assert helper.process is not None
        if step in (2, 5):
            os.kill(helper.process.pid, signal.SIGSTOP if step == 2 else signal.SIGCONT)

    np.testing.assert_array_equal(run(training_with_helper(), change=suspend), values_without_helper())


@on_posix
@pytest.mark.parametrize("begun", [True, False])
def test_a_step_that_the_helper_did_not_finish_is_repeated(begun: bool) -> None:
    """The step starts from the values and the memory before it, even if the helper had begun to change them."""
    broken_steps = 0

    def kill_during_step(helper: HelperProcess, step: int) -> None:
        begin = helper.begin_step

        def begin_and_kill(number: int, learning_rate: float, is_summed: bool) -> None:
            nonlocal broken_steps
            shared, process, helper_part = helper.shared, helper.process, slice(helper.shared.cut, None)
            assert process is not None
            wait_until(lambda: shared.words[Word.SAVED_STEP] == number)
            os.kill(process.pid, signal.SIGSTOP)
            begin(number, learning_rate, is_summed)
            if begun:
                shared.values[: shared.memory.shape[1]][helper_part] = np.nan
                shared.memory[:, helper_part] = np.nan
            else:
                shared.words[Word.SAVED_STEP] = 0
                shared.saved[:] = np.nan
            process.kill()
            process.wait()
            broken_steps += 1

        if step == 3:
            helper.begin_step = begin_and_kill  # type: ignore[method-assign,assignment]

    np.testing.assert_array_equal(run(training_with_helper(), change=kill_during_step), values_without_helper())
    assert broken_steps == 1


@pytest.mark.parametrize("microseconds", [0, 50, 100, 200, 400])
def test_the_helper_can_be_killed_during_a_step(microseconds: int) -> None:
    config = replace(CONFIG, augmentation=None)

    timers = []

    def kill_soon(helper: HelperProcess, step: int) -> None:
        if step == 2:
            assert helper.process is not None
            timers.append(threading.Timer(microseconds / 1e6, helper.process.kill))
            timers[0].start()

    np.testing.assert_array_equal(run(training_with_helper(config), change=kill_soon), values_without_helper(config))
    timers[0].join()


@pytest.mark.parametrize("step", [1, 4, 6])
def test_a_resumed_checkpoint_has_the_same_bits(step: int) -> None:
    training = training_with_helper()
    events = training.events()
    for event in events:
        if isinstance(event, Started):
            wait_for_helper(training)
        if isinstance(event, StepDone) and event.step == step:
            break
    checkpoint = training.checkpoint()
    events.close()
    for cores in (1, 2):
        resumed = Training.continued(checkpoint, few_digits(), cores=cores)
        values = run(resumed) if cores == 2 else list(resumed.events()) and resumed.network.parameters.values
        np.testing.assert_array_equal(values, values_without_helper())


def open_shared_memory() -> int:
    """The number of files of shared memory that this process has open."""
    links = []
    for file in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # the descriptor of the listing is closed by now
            links.append(os.readlink(f"/proc/self/fd/{file}"))
    return sum("memfd:digitlab" in link for link in links)


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files in /proc")
@pytest.mark.parametrize("end", ["finished", "closed", "exception"])
def test_the_helper_and_its_memory_are_released_at_the_end(end: str) -> None:
    gc.collect()
    open_before = open_shared_memory()
    training = training_with_helper()
    events = training.events()
    next(events)
    process = wait_for_helper(training).process
    assert process is not None
    assert open_shared_memory() > open_before
    if end == "finished":
        list(events)
    elif end == "closed":
        events.close()
    else:
        with pytest.raises(KeyError):
            events.throw(KeyError())
    assert process.poll() is not None
    assert process.pid not in [child.pid for child in psutil.Process().children()]
    del training, events  # the network uses the shared memory as long as it exists
    gc.collect()
    assert open_shared_memory() == open_before


def test_the_helper_ends_if_the_run_ends_before_it_has_started() -> None:
    training = training_with_helper()
    events = training.events()
    next(events)
    process = helper_of(training).process
    assert process is not None
    events.close()
    assert process.poll() is not None


def test_a_network_can_be_trained_again_after_the_helper_ended() -> None:
    network = fresh_network(SPEC)
    list(Training(network, few_digits(), CONFIG, cores=2).events())
    np.testing.assert_array_equal(network.parameters.values, values_without_helper())
    list(Training(network, few_digits(), CONFIG, cores=2).events())
    assert not np.array_equal(network.parameters.values, values_without_helper())


def test_a_run_continues_alone_if_the_helper_cannot_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    training = training_with_helper()
    list(training.events())
    np.testing.assert_array_equal(training.network.parameters.values, values_without_helper())
    assert tasks_done(training) == -1


def test_a_packed_program_starts_itself_if_it_can_be_a_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert training_with_helper().helper is None
    monkeypatch.setattr(sys.modules["__main__"], "HELPER_ARGUMENT", main.HELPER_ARGUMENT, raising=False)
    assert helper_process.helper_command() == [sys.executable, main.HELPER_ARGUMENT]


def test_a_program_that_embeds_python_has_no_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/opt/Drawing Program")
    assert training_with_helper().helper is None


def test_batches_that_are_not_split_start_no_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert training_with_helper(spec=SMALL).helper is None
    assert training_with_helper(replace(CONFIG, batch_size=31)).helper is None


SCRIPT = """
import os, sys, time
from nncore.model.network import Network, NetworkSpec
from nncore.training import Training, TrainingConfig, RandomStreams
from tests.nncore.example_data import small_mnist

print("once", flush=True)
network = Network(NetworkSpec.dense((784, 300, 10)))
network.initialize(RandomStreams.from_seed(0).initialization)
training = Training(network, small_mnist(), TrainingConfig(epochs=10**6), cores=2)
for event in training.events():
    helper = training.helper
    if helper.is_free:
        print(helper.process.pid, flush=True)
        if len(sys.argv) > 1:
            break
        time.sleep(60)
"""


def script(tmp_path: Path, *arguments: str) -> subprocess.Popen[str]:
    path = tmp_path / "unguarded.py"
    path.write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])}
    return subprocess.Popen(
        [sys.executable, "-W", "error", str(path), *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip


def test_a_script_without_a_main_guard_runs_once(tmp_path: Path) -> None:
    output, errors = script(tmp_path, "break").communicate(timeout=240)
    first, *pids = output.split()
    assert (first, len(pids), errors) == ("once", 1, "")
    wait_until(lambda: not psutil.pid_exists(int(pids[0])))


def test_the_program_is_a_helper_if_that_is_its_only_argument() -> None:
    """It waits for its task on the standard input, and ends when that is closed."""
    command = [sys.executable, main.__file__, main.HELPER_ARGUMENT]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=240)
    assert done.returncode != 0
    assert b"EOFError" in done.stderr


def test_the_helper_ends_if_the_main_process_is_killed(tmp_path: Path) -> None:
    with script(tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "once\n"
        pid = int(process.stdout.readline())
        assert psutil.pid_exists(pid)
        process.kill()
    wait_until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
