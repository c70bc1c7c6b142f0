from __future__ import annotations

import threading
import time
from array import array

from nncore.training.parallel.spin_wait import order_memory, wait_for


def test_a_word_that_is_there_is_not_waited_for() -> None:
    assert wait_for(memoryview(array("q", [0, 5])), 1, 5, 0.0)


def test_waiting_ends_without_it_when_the_time_is_over() -> None:
    assert not wait_for(memoryview(array("q", [4])), 0, 5, 0.0)
    assert not wait_for(memoryview(array("q", [4])), 0, 5, 0.05)


def test_it_ends_with_it_before() -> None:
    words = memoryview(array("q", [4]))

    def write() -> None:
        time.sleep(0.05)
        order_memory()
        words[0] = 6

    writer = threading.Thread(target=write)
    writer.start()
    assert wait_for(words, 0, 5, 60.0)
    writer.join()
