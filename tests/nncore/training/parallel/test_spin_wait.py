"""Waiting for a word of memory ends with its value or at the time limit."""

from __future__ import annotations

import threading
import time
from array import array

from nncore.training.parallel.spin_wait import memory_barrier, wait_for


def test_waiting_returns_at_once_if_the_value_is_reached() -> None:
    assert wait_for(memoryview(array("q", [0, 5])), 1, 5, 0.0)


def test_waiting_returns_false_after_the_time_limit() -> None:
    assert not wait_for(memoryview(array("q", [4])), 0, 5, 0.0)
    assert not wait_for(memoryview(array("q", [4])), 0, 5, 0.05)


def test_waiting_returns_true_once_the_value_is_written() -> None:
    words = memoryview(array("q", [4]))

    def write() -> None:
        time.sleep(0.05)
        memory_barrier()
        words[0] = 6

    writer = threading.Thread(target=write)
    writer.start()
    assert wait_for(words, 0, 5, 60.0)
    writer.join()
