"""How two processes wait for each other: by looking at a word of shared memory until it changes.

Handing over takes 1 us this way, where waking a thread takes 40 to 70. Who waits for long sleeps: a run that is paused
costs nothing, and other programs get the core.
"""

from __future__ import annotations

import threading
import time
from time import perf_counter

LOOKS = 100
"""So many looks at the word, about 4 us, between two at the clock."""

SPINNING = 0.0003
"""Seconds of waiting after which sleeping begins.

Until then nothing is given away: time.sleep(0) takes 50 us or more, and sched_yield lets any other program have the
core for 3 ms, be it ever so humble. Other threads of this process wait so long at most.
"""

SHORTEST_SLEEP, LONGEST_SLEEP = 0.00005, 0.05
"""Seconds. In between, a sleep is as long as SLEEP_SHARE of what was waited already: so late the end of it is seen."""

SLEEP_SHARE = 0.05

_barrier = threading.Lock()
_barrier.acquire()


def order_memory() -> None:
    """Let nothing written or read before this be seen, or done, after what comes behind it.

    Processors such as ARM's let a later write overtake an earlier one: the word that says "done" could be there before
    the numbers are. Releasing a lock waits for all that went before, taking it holds back all that follows.
    """
    _barrier.release()
    _barrier.acquire()


def wait_for(words: memoryview, place: int, value: int, seconds: float) -> bool:
    """Wait until words[place] is at least `value`, for `seconds` at most; whether it is."""
    began = perf_counter()
    while True:
        for _ in range(LOOKS):
            if words[place] >= value:
                order_memory()
                return True
        waited = perf_counter() - began
        if waited > seconds:
            return False
        if waited > SPINNING:
            time.sleep(min(max(SHORTEST_SLEEP, SLEEP_SHARE * waited), LONGEST_SLEEP))
