"""The time to repaint the Train tab after 100,000 steps, with every plot visible and the training running.

The window is real: a training thread takes steps as fast as it can, six earlier runs lie behind the curves, the health
of the layers is shown, and for a run that fits a curve its fits. A repaint is all that the window does for one frame:
the data it hands to the plots, and the painting that follows.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from time import perf_counter

import numpy as np
import psutil

from nncore.system.blas_threads import one_blas_thread
from nncore.training.history import EpochFigures
from tests.bench.child import interleaved
from tests.bench.report import Figure, Section

STEPS = 100_000
SECONDS = 20
MEDIAN, PERCENTILE_99 = 16.0, 33.0
GHOSTS, GHOST_POINTS, GHOST_EPOCHS = 6, 2000, 60
WAYS = {"digits": "a network of three layers", "sine": "the recipe sine"}


def measure(rounds: int) -> Iterator[Section]:
    """Each kind of run in turn, `rounds` times."""
    runs = interleaved("tests.bench.repaint", {way: [way] for way in WAYS}, range(rounds))
    limits = {"median": MEDIAN, "99th percentile": PERCENTILE_99, "longest": None}
    for way, words in WAYS.items():
        figures = [Figure(what, "ms", runs[way].of(what), at_most=limit) for what, limit in limits.items()]
        grown = f"memory that the next {SECONDS} s of steps took"
        figures += [Figure(what, unit, runs[way].of(what)) for what, unit in (("steps", ""), (grown, "MiB"))]
        yield Section(f"A repaint of the Train tab after {STEPS:,} steps: {words}", figures)


def repaints(way: str) -> dict[str, float]:
    """Return the milliseconds of the repaints during SECONDS after STEPS steps, and the growth of the memory."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["DIGITLAB_HOME"] = tempfile.mkdtemp()  # the runs are not the user's
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication

    from app.session.run_events import StepsDone
    from app.session.session import Session
    from app.style.theme import Appearance, ThemeChoice, apply_appearance
    from app.tabs.train.charts.curves_view import CurvesView
    from app.window.main_window import MainWindow
    from app.window.preferences import WindowPreferences
    from nncore.experiments.recipes import recipe_named
    from nncore.model.network import NetworkSpec
    from nncore.training import TrainingConfig

    found: list[float] = []
    handed_over = [0.0]

    class TimedApplication(QApplication):
        def notify(self, receiver: QObject, event: QEvent) -> bool:
            if event.type() != QEvent.Type.UpdateRequest:
                return super().notify(receiver, event)
            began = perf_counter()
            handled = super().notify(receiver, event)
            found.append(1000 * (perf_counter() - began + handed_over[0]))
            handed_over[0] = 0.0
            return handled

    hand_over = CurvesView._paint

    def timed(view: CurvesView) -> None:
        began = perf_counter()
        hand_over(view)
        handed_over[0] += perf_counter() - began

    CurvesView._paint = timed  # type: ignore[assignment, method-assign]
    application = TimedApplication([])
    apply_appearance(application, Appearance(theme=ThemeChoice.LIGHT))
    window = MainWindow(Session(), WindowPreferences())
    window.resize(1366, 728)
    window.show()
    session, process = window.session, psutil.Process()
    session.load_bundled_data()
    while session.data is None:
        application.processEvents()
    steps, memory = [0], [0.0]

    def note(event: object) -> None:
        if isinstance(event, StepsDone) and len(event.steps):
            steps[0] = int(event.steps[-1])
            if steps[0] >= STEPS and not memory[0]:
                memory[0] = process.memory_info().rss / 2**20
                found.clear()
                QTimer.singleShot(SECONDS * 1000, application.quit)

    session.run_event.connect(note)
    window.train_tab.curves.set_earlier_runs(_earlier())
    if way == "sine":
        recipe = recipe_named("sine")
        session.start_training(
            recipe.spec,
            TrainingConfig(optimizer="sgd", learning_rate=0.01, batch_size=1, epochs=10**6, loss=recipe.config.loss),
            recipe="sine",
        )
    else:
        session.start_training(NetworkSpec.dense((784, 32, 16, 10)), TrainingConfig(batch_size=32, epochs=10**4))
    application.exec()
    grown = process.memory_info().rss / 2**20 - memory[0]
    window.close()
    found.sort()
    return {
        "median": found[len(found) // 2],
        "99th percentile": found[int(0.99 * len(found))],
        "longest": found[-1],
        "steps": steps[0],
        f"memory that the next {SECONDS} s of steps took": grown,
    }


def _earlier() -> list:  # type: ignore[type-arg]
    """Return earlier runs with the longest curves that are stored."""
    from app.tabs.train.charts.earlier_runs import EarlierRun

    x = np.linspace(1, STEPS, GHOST_POINTS)
    rng = np.random.default_rng(0)
    earlier_runs = []
    for number in range(GHOSTS):
        loss = 2 / (1 + x / 5000) + 0.1 * rng.random(GHOST_POINTS)
        rows: list[EpochFigures] = [
            {"epoch": epoch, "validation_loss": 2 / epoch, "validation_accuracy": 1 - 1 / (epoch + 1)}
            for epoch in range(1, GHOST_EPOCHS)
        ]
        curve = np.array([x, loss, 1 - loss / 3], np.float32)
        earlier_runs.append(EarlierRun(f"run {number}", f"seed {number}", rows, curve, STEPS / GHOST_EPOCHS))
    return earlier_runs


if __name__ == "__main__":
    with one_blas_thread():  # as in the app
        print(json.dumps(repaints(sys.argv[1])))
