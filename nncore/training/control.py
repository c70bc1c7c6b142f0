"""Control of a run in progress: pause, single step, stop and the learning rate."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from nncore.system.copying import NotCopyable
from nncore.training.config import SETTINGS


def check_learning_rate(rate: float) -> None:
    """Raise SettingError unless `rate` is above 0 and finite."""
    SETTINGS["learning_rate"].check(rate)


class TrainingControl(NotCopyable):
    """Pause, single step, stop and learning rate, safe to use from another thread; each acts within one mini-batch.

    The run itself reads `learning_rate` and `stopped`. The code that iterates over the run must call `wait_for_turn`
    after each step, so that pause and single step work.
    """

    copy_instead = "Make another one: each run has its own control, which threads share."

    def __init__(self, learning_rate: float, planned: Sequence[tuple[int, float]] = ()) -> None:
        """planned: (step, learning rate), the steps at which the rate changes; setting a rate ends the plan."""
        for rate in (learning_rate, *(rate for _, rate in planned)):
            check_learning_rate(rate)
        self._learning_rate = learning_rate
        self._planned = list(planned)
        self.rates_used: list[tuple[int, float]] = []
        """(step, learning rate): the rate of the first step, and of each step from which another one was used."""
        self._turn = threading.Condition()
        self._paused = False
        self._steps_allowed = 0
        self._stopped = False

    @property
    def learning_rate(self) -> float:
        """The rate of the next steps; setting it raises SettingError if it is not above 0 and finite."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        check_learning_rate(rate)
        self._planned = []
        self._learning_rate = rate

    def rate_for_step(self, step: int) -> float:
        """The rate for `step`, counted from 1; the run calls this once per step, and `rates_used` gets the changes."""
        while self._planned and step >= self._planned[0][0]:
            self._learning_rate = self._planned.pop(0)[1]
        rate = self._learning_rate  # read once: another thread may change it at any time
        if not self.rates_used or self.rates_used[-1][1] != rate:
            self.rates_used.append((step, rate))
        return rate

    @property
    def is_paused(self) -> bool:
        """Whether the run is paused, or will be after the current step."""
        return self._paused

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    def pause(self) -> None:
        """Pause after the current mini-batch."""
        with self._turn:
            self._paused = True
            self._steps_allowed = 0

    def resume(self) -> None:
        """End the pause."""
        with self._turn:
            self._paused = False
            self._steps_allowed = 0
            self._turn.notify_all()

    def step(self) -> None:
        """Train on one mini-batch, then pause again."""
        with self._turn:
            self._paused = True
            self._steps_allowed += 1
            self._turn.notify_all()

    def stop(self) -> None:
        """Stop the run, even while it is paused."""
        with self._turn:
            self._stopped = True
            self._turn.notify_all()

    def wait_for_turn(self, seconds: float | None = None) -> bool:
        """Block while paused, until resume, step or stop; False if none of them came within `seconds`."""
        with self._turn:
            if not self._turn.wait_for(lambda: self._stopped or not self._paused or self._steps_allowed > 0, seconds):
                return False
            # Without a pause the count is 0 already.
            self._steps_allowed = max(0, self._steps_allowed - 1)
            return True
