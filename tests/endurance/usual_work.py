"""What a user does with the window all day: train, evaluate, draw, teach, and open files."""

from __future__ import annotations

from collections.abc import Callable

from app.session.run_events import RunState
from app.style.theme import Appearance, ThemeChoice
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from tests.endurance.random_events import Monkey
from tests.nncore.example_data import small_mnist
from tests.nncore.handwriting.personal_test.samples import ink

MAX_EXAMPLES = 10
"""Taught drawings after which they are forgotten."""


class Worker(Monkey):
    """Uses the window as intended; waits for the end of each task."""

    def round(self, note: Callable[[str], None]) -> None:
        """Train two epochs, evaluate, teach a drawing, and open some files, most of them damaged."""
        window, session = self.window, self.window.session
        note("round")
        session.use_data(small_mnist())
        window.tabs.setCurrentWidget(window.train_tab)
        session.start_training(NetworkSpec.dense((784, 16, 10)), TrainingConfig(epochs=2, batch_size=100))
        self._wait(lambda: session.run_state is RunState.IDLE)
        for tab in (window.evaluate_tab, window.runs_tab, window.data_tab, window.draw_tab):
            window.tabs.setCurrentWidget(tab)
            self.rest()
        drawing = ink(int(self.rng.integers(10_000)))
        window.draw_tab.canvas.set_ink(drawing)
        self.rest()
        window.teacher.teach(drawing, int(self.rng.integers(10)))
        if window.teacher.count > MAX_EXAMPLES:
            window.teacher.forget()
        self.rest()
        for number in self.rng.choice(len(self.files), 5):
            window.open_paths([self.files[number]])
            self.rest()
        if self.rng.random() < 0.1:
            window.set_appearance(Appearance((ThemeChoice.LIGHT, ThemeChoice.DARK)[self.rng.integers(2)]))
        session.open_bundled_model()
        self.rest()
