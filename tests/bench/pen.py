"""From a pen event to repainted bars, in the real window, at rest and while a training runs.

Each round draws strokes of 0.6 s with an event every 8 ms, as a mouse sends them, waits 0.4 s and clears the canvas.
An event is answered when the bars have painted the prediction that follows it, or, if no bar changes, when the
prediction is there. Events within one frame share its answer.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from math import cos, pi, sin
from time import perf_counter

from nncore.system.blas_threads import one_blas_thread
from tests.bench.child import interleaved
from tests.bench.report import Figure, Section

SECONDS = 20
EVENT_MILLISECONDS, STROKE_EVENTS, CYCLE_EVENTS = 8, 75, 125
NETWORKS_TRAINED = {"while a dense network trains": "dense", "while a convolutional one trains": "convnet"}
FRAME = 16.0


def measure(rounds: int) -> Iterator[Section]:
    """At rest and in training, `rounds` times each."""
    ways = {"at rest": "rest"} | NETWORKS_TRAINED
    runs = interleaved("tests.bench.pen", {name: [way] for name, way in ways.items()}, range(rounds))
    figures = [
        Figure(f"{name}: {what}", "ms", runs[name].of(what), at_most=FRAME if what.startswith("99") else None)
        for name in ways
        for what in ("median", "99th percentile", "longest")
    ]
    yield Section("From a pen event to repainted bars", figures)


def latencies(trains: str, network: str = "shown") -> dict[str, float]:
    """Milliseconds from each event to its answer.

    trains: "rest", or the network that trains. network: "shown" with the network at work beside the bars, as at the
    first start; "drawn" if an event is answered when this network has painted, not the bars; "folded" without it.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["DIGITLAB_HOME"] = tempfile.mkdtemp()  # the models of these runs are not the user's
    from PySide6.QtCore import QPoint, Qt, QTimer
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from app.session.run_events import RunState
    from app.session.session import Session
    from app.style.theme import Appearance, ThemeChoice, apply_appearance
    from app.tabs.draw import draw_tab, network_pane
    from app.widgets.network_view.network_view import NetworkView
    from app.widgets.probability_bars import ProbabilityBars
    from app.window.main_window import MainWindow
    from app.window.preferences import WindowPreferences
    from nncore.experiments.recipes import recipe_named
    from nncore.training import TrainingConfig

    found: list[float] = []
    waiting: list[float] = []
    read: list[float] = []
    """Events whose prediction is known, but not yet painted."""
    read_at = 0.0

    def answer(now: float) -> None:
        found.extend((now - began) * 1000 for began in read)
        read.clear()

    class TimedBars(ProbabilityBars):
        def paintEvent(self, event: QPaintEvent) -> None:
            super().paintEvent(event)
            if network != "drawn":
                answer(perf_counter())

    class TimedView(NetworkView):
        def paintEvent(self, event: QPaintEvent) -> None:
            super().paintEvent(event)
            if network == "drawn":
                answer(perf_counter())

    draw_tab.ProbabilityBars = TimedBars  # type: ignore[attr-defined]
    network_pane.NetworkView = TimedView  # type: ignore[attr-defined]
    application = QApplication([])
    apply_appearance(application, Appearance(theme=ThemeChoice.LIGHT))
    window = MainWindow(Session(), WindowPreferences())
    window.resize(1366, 700)
    window.show()
    session = window.session
    session.load_bundled_data()
    session.open_bundled_model()
    while session.data is None or session.model is None:
        application.processEvents()
    window.tabs.setCurrentWidget(window.draw_tab)
    window.draw_tab.network_pane.toggle.setChecked(network != "folded")

    def note_prediction() -> None:
        nonlocal read_at
        read.extend(waiting)
        waiting.clear()
        read_at = perf_counter()

    canvas, numbers = window.draw_tab.canvas, itertools.count()

    def move_pen() -> None:
        answer(read_at)  # their bars did not change, so nothing was painted
        number, moment = divmod(next(numbers), CYCLE_EVENTS)
        side, turn = min(canvas.width(), canvas.height()) / 2, 2 * pi * moment / STROKE_EVENTS * (1 + number % 3 / 2)
        point = QPoint(
            round(canvas.width() / 2 + side * 0.5 * sin(turn)),
            round(canvas.height() / 2 - side * 0.7 * cos(turn * 0.7)),
        )
        if moment < STROKE_EVENTS:
            waiting.append(perf_counter())
        if moment == 0:
            QTest.keyClick(canvas, Qt.Key.Key_Delete)
            QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=point)
        elif moment < STROKE_EVENTS:
            QTest.mouseMove(canvas, point)
        elif moment == STROKE_EVENTS:
            QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=point)

    window.draw_tab.predicted.connect(note_prediction)
    pen = QTimer(interval=EVENT_MILLISECONDS, timerType=Qt.TimerType.PreciseTimer)
    pen.timeout.connect(move_pen)
    if trains != "rest":
        spec = recipe_named("quick" if trains == "dense" else trains).spec
        session.start_training(spec, TrainingConfig(epochs=1000))
        while session.run_state is not RunState.RUNNING:
            application.processEvents()
    pen.start()
    QTimer.singleShot(SECONDS * 1000, application.quit)
    application.exec()
    pen.stop()
    window.close()
    found.sort()
    return {"median": found[len(found) // 2], "99th percentile": found[int(0.99 * len(found))], "longest": found[-1]}


if __name__ == "__main__":
    with one_blas_thread():  # as in the app
        print(json.dumps(latencies(*sys.argv[1:])))
