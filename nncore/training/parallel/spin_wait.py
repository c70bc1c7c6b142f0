"""How two processes wait for each other: each reads a word of shared memory until it changes (a spin-wait).

Handing over work takes 1 us this way; waking a thread takes 40 to 70 us. A process that has waited for long sleeps
between two reads, so a paused run costs almost nothing and other programs can use the core.
"""

from __future__ import annotations

import threading
import time
from time import perf_counter

READS_PER_CLOCK_CHECK = 100
"""Reads of the word between two reads of the clock; they take about 4 us."""

SPIN_SECONDS = 0.0003
"""Seconds of waiting after which sleeping begins.

Until then the process keeps its core: time.sleep(0) takes 50 us or more, and sched_yield gives the core to any other
program for 3 ms, even to one of low priority. Other threads of this process wait at most this long for the interpreter.
"""

MIN_SLEEP = 0.00005
"""The shortest sleep in seconds."""

MAX_SLEEP = 0.05
"""The longest sleep in seconds."""

SLEEP_FRACTION = 0.05
"""A sleep lasts this fraction of the time waited so far, so the delay is at most this fraction of the whole wait."""

_barrier = threading.Lock()
_barrier.acquire()


def memory_barrier() -> None:
    """Order memory accesses: all reads and writes before this call take effect before all those after it.

    Processors such as ARM's may reorder writes: another process could see the word that says "done" before it sees the
    numbers. Releasing a lock completes everything before it, and acquiring one holds back everything after it.
    """
    _barrier.release()
    _barrier.acquire()


def wait_for(words: memoryview, index: int, value: int, seconds: float) -> bool:
    """Wait at most `seconds` until words[index] is at least `value`; returns whether it is."""
    start_time = perf_counter()
    while True:
        for _ in range(READS_PER_CLOCK_CHECK):
            if words[index] >= value:
                memory_barrier()
                return True
        waited = perf_counter() - start_time
        if waited > seconds:
            return False
        if waited > SPIN_SECONDS:
            time.sleep(min(max(MIN_SLEEP, SLEEP_FRACTION * waited), MAX_SLEEP))
