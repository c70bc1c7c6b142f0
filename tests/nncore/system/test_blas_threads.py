"""BLAS has one thread while anyone needs it, and its earlier number afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import permutations
from threading import Event, Thread

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from nncore.system.blas_threads import ONE_THREAD_ENVIRONMENT, can_limit_blas_threads, one_blas_thread
from nncore.training import TrainingConfig, train
from tests.nncore.runs import few_digits, fresh_network


def blas_threads() -> set[int]:
    return {int(pool["num_threads"]) for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.fixture
def two_threads() -> Iterator[set[int]]:
    """Allow BLAS two threads; return its number of threads: {2}, or {1} if BLAS was built without threads."""
    with threadpool_limits(2, user_api="blas"):
        yield blas_threads()


def output_of_process(code: str) -> str:
    """Return what `code` prints in a process whose BLAS starts with two threads."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "2"},
        capture_output=True, text=True, check=True, timeout=240,
    ).stdout  # fmt: skip


def test_one_user_limits_blas_and_restores_it(two_threads: set[int]) -> None:
    with one_blas_thread():
        assert blas_threads() == {1}
    assert blas_threads() == two_threads


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_limit_lasts_until_the_last_user_leaves_in_any_order(order: tuple[int, ...], two_threads: set[int]) -> None:
    users = [ExitStack() for _ in range(3)]
    for user in users:
        user.enter_context(one_blas_thread())
    for number in order:
        assert blas_threads() == {1}
        users[number].close()
    assert blas_threads() == two_threads


def test_a_user_that_enters_after_another_has_left_keeps_the_limit(two_threads: set[int]) -> None:
    first, second, third = ExitStack(), ExitStack(), ExitStack()
    first.enter_context(one_blas_thread())
    second.enter_context(one_blas_thread())
    first.close()
    third.enter_context(one_blas_thread())
    second.close()
    assert blas_threads() == {1}
    third.close()
    assert blas_threads() == two_threads


def test_an_exception_ends_the_use_of_the_limit(two_threads: set[int]) -> None:
    with one_blas_thread():
        with pytest.raises(ZeroDivisionError), one_blas_thread():
            raise ZeroDivisionError
        assert blas_threads() == {1}
    assert blas_threads() == two_threads


def test_after_many_overlapping_threads_blas_has_its_earlier_number_of_threads(two_threads: set[int]) -> None:
    counts: list[set[int]] = []

    def enter_and_leave() -> None:
        for _ in range(50):
            with one_blas_thread():
                counts.append(blas_threads())

    threads = [Thread(target=enter_and_leave) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counts) == 200
    assert counts == [{1}] * 200
    assert blas_threads() == two_threads


def test_a_training_has_the_limit_until_its_iterator_is_closed_from_another_thread(two_threads: set[int]) -> None:
    events = train(fresh_network(), few_digits(), TrainingConfig(epochs=1), cores=1)
    next(events)
    with one_blas_thread():  # a shorter user, such as an evaluation, inside the training
        pass
    assert blas_threads() == {1}
    closing = Thread(target=events.close)
    closing.start()
    closing.join()
    assert blas_threads() == two_threads


def test_a_thread_that_is_not_the_first_user_restores_blas_and_lets_others_set_it(two_threads: set[int]) -> None:
    """threadpoolctl 3.8 ignores a change by one thread while another thread that changed OpenBLAS is alive."""
    user, first_has_entered, may_end = ExitStack(), Event(), Event()

    def enter_and_wait() -> None:
        user.enter_context(one_blas_thread())
        first_has_entered.set()
        may_end.wait(30)

    first = Thread(target=enter_and_wait)
    first.start()
    assert first_has_entered.wait(30)
    assert blas_threads() == {1}
    user.close()
    assert blas_threads() == two_threads
    with threadpool_limits(1, user_api="blas"):
        assert blas_threads() == {1}
    assert blas_threads() == two_threads
    may_end.set()
    first.join()


def test_a_training_that_runs_to_its_end_restores_blas(two_threads: set[int]) -> None:
    for _ in train(fresh_network(), few_digits(), TrainingConfig(epochs=1), cores=1):
        assert blas_threads() == {1}
    assert blas_threads() == two_threads


def test_the_limit_works_if_numpy_is_imported_within_it() -> None:
    printed = output_of_process(
        "from nncore.system.blas_threads import one_blas_thread\n"
        "from threadpoolctl import threadpool_info\n"
        "with one_blas_thread():\n"
        "    import numpy\n"
        "    print({pool['num_threads'] for pool in threadpool_info() if pool['user_api'] == 'blas'})"
    )
    assert printed == "{1}\n"


def test_without_threadpoolctl_blas_keeps_its_threads() -> None:
    printed = output_of_process(
        "import sys; sys.modules['threadpoolctl'] = None; from nncore.system.blas_threads import one_blas_thread\n"
        "with one_blas_thread(): print('in')\n"
        "print('out')"
    )
    assert printed.split() == ["in", "out"]


CALCULATIONS_AT_THE_SAME_TIME = """
import hashlib
from threading import Thread

import numpy as np

from nncore.data.dataset import Splits, load_mnist
from nncore.evaluation.metrics import evaluate
from nncore.evaluation.projection import layer_output, principal_components
from nncore.evaluation.robustness import DISTORTIONS, robustness
from nncore.handwriting.fine_tuning import fine_tune
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig, train
from tests.nncore.runs import fresh_network

mnist = load_mnist()
digits = mnist.training.take(slice(0, 4000))
found = {}

def network():
    return fresh_network(NetworkSpec.dense((784, 256, 128, 10)))

def training():
    trained = network()
    for _ in train(trained, Splits(digits), TrainingConfig(batch_size=256, epochs=3), cores=1):
        pass
    return trained.parameters.values.tobytes()

def fine_tuning():
    return fine_tune(network(), digits.take(slice(0, 20)), digits).parameters.values.tobytes()

def evaluation():
    return repr([evaluate(network(), digits).loss for _ in range(3)]).encode()

def projection():
    rows = np.arange(300)
    return b"".join(
        principal_components(layer_output(network(), digits, rows, number, cancelled=lambda: False)).points.tobytes()
        for number in (0, 1)
    )

def robustness_test():
    return repr([point.accuracy for point in robustness(network(), digits, DISTORTIONS[:1], count=200)]).encode()

def record(work):
    found[work.__name__] = hashlib.sha256(work()).hexdigest()

WORK = (training, fine_tuning, evaluation, projection, robustness_test)
for work in WORK:
    record(work)
one_after_another = dict(found)
for _ in range(2):
    found.clear()
    threads = [Thread(target=record, args=(work,)) for work in WORK]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print({name: found[name] == one_after_another[name] for name in one_after_another})
"""


@pytest.mark.slow
def test_calculations_at_the_same_time_give_the_same_bits_as_one_after_another() -> None:
    printed = output_of_process(CALCULATIONS_AT_THE_SAME_TIME)
    assert printed.count("True") == 10
    assert "False" not in printed


def test_without_threadpoolctl_only_the_environment_can_give_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    assert can_limit_blas_threads()
    monkeypatch.setattr("nncore.system.blas_threads.find_spec", lambda name: None)
    for variable in ONE_THREAD_ENVIRONMENT:
        monkeypatch.delenv(variable, raising=False)
    assert not can_limit_blas_threads()
    for variable in ONE_THREAD_ENVIRONMENT:
        monkeypatch.setenv(variable, "1")
    assert can_limit_blas_threads()
