"""Training in the real window: the longest time its event loop is blocked, and its speed against training without one.

The network is 784-128-64-10 with Adam at batch 128. In the window, a probe that should run every 2 ms records its
delay, while the Train tab paints its curves ("train") or a digit is drawn repeatedly ("draw").
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from time import perf_counter

from nncore.system.blas_threads import one_blas_thread
from tests.bench.child import interleaved
from tests.bench.report import Figure, Section

EPOCHS = 8
PROBE_MILLISECONDS = 2


def measure(rounds: int) -> Iterator[Section]:
    """Each way of training in turn, `rounds` times."""
    ways = {"headless, one core": "headless-1", "headless, all cores": "headless-all"}
    ways |= {"in the window, Train tab": "train", "in the window, Draw tab": "draw"}
    runs = interleaved("tests.bench.window", {name: [way] for name, way in ways.items()}, range(rounds))
    speeds = {name: Figure(name, "images/s", runs[name].of("images/s")) for name in ways}
    windows = [name for name in ways if name.startswith("in the window")]
    fractions = [
        Figure(f"{name}: fraction of {base}", "", _divided(speeds[name].runs, speeds[base].runs))
        for name in windows
        for base in ways
        if base not in windows
    ]
    blocks = [
        Figure(f"{name}: {what}", "ms", runs[name].of(what))
        for name in windows
        for what in ("longest block", "99.9th percentile of the probe's gaps")
    ]
    yield Section("Training in the window: 784-128-64-10, Adam, batch 128", [*speeds.values(), *fractions, *blocks])


def _divided(above: tuple[float, ...], below: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(a / b for a, b in zip(above, below, strict=True))


def headless(cores: int | None) -> dict[str, float]:
    """Return the images per second of a training without a window."""
    from nncore.data.dataset import load_mnist
    from nncore.model.network import Network, NetworkSpec
    from nncore.training import RandomStreams, TrainingConfig, hold_out_validation, train
    from nncore.training.events import Finished, Started

    config = TrainingConfig(epochs=EPOCHS)
    network = Network(NetworkSpec.dense((784, 128, 64, 10)))
    network.initialize(RandomStreams.from_seed(0).initialization)
    data = hold_out_validation(load_mnist(), 0.1, 0)
    for event in train(network, data, config, cores=cores):
        if isinstance(event, Started):
            began = perf_counter()
        elif isinstance(event, Finished):
            return {"images/s": EPOCHS * len(data.training) / (perf_counter() - began)}
    raise AssertionError("the training did not finish")


def in_window(draw: bool) -> dict[str, float]:
    """Return the images per second of a training in the window and the times its event loop was blocked, in ms."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["DIGITLAB_HOME"] = tempfile.mkdtemp()  # the models of these runs are not the user's
    from PySide6.QtCore import QPoint, Qt, QTimer
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from app.session.session import Session
    from app.style.theme import Appearance, ThemeChoice, apply_appearance
    from app.window.main_window import MainWindow
    from app.window.preferences import WindowPreferences
    from nncore.model.network import NetworkSpec
    from nncore.training import TrainingConfig
    from nncore.training.events import Finished, Started

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
    window.tabs.setCurrentWidget(window.draw_tab if draw else window.train_tab)
    gaps: list[float] = []
    times: dict[type, float] = {}
    last = [perf_counter()]

    def probe_now() -> None:
        now = perf_counter()
        gaps.append((now - last[0]) * 1000)
        last[0] = now

    def note(event: object) -> None:
        times[type(event)] = perf_counter()
        if isinstance(event, Finished):
            application.quit()

    canvas = window.draw_tab.canvas
    moments = itertools.cycle(range(100))

    def move_pen() -> None:
        """Draw a stroke for 0.6 s, wait 0.4 s and clear the canvas."""
        moment = next(moments)
        point = QPoint(canvas.width() // 2 + moment, canvas.height() // 5 + 6 * moment)
        if moment == 0:
            QTest.keyClick(canvas, Qt.Key.Key_Delete)
            QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=point)
        elif moment < 60:
            QTest.mouseMove(canvas, point)
        elif moment == 60:
            QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=point)

    probe = QTimer(interval=PROBE_MILLISECONDS, timerType=Qt.TimerType.PreciseTimer)
    probe.timeout.connect(probe_now)
    pen = QTimer(interval=10, timerType=Qt.TimerType.PreciseTimer)
    pen.timeout.connect(move_pen)
    session.run_event.connect(note)
    if draw:
        pen.start()
    session.start_training(NetworkSpec.dense((784, 128, 64, 10)), TrainingConfig(epochs=EPOCHS))
    last[0] = perf_counter()
    probe.start()
    application.exec()
    probe.stop()
    pen.stop()
    window.close()
    assert session.data is not None
    trained = EPOCHS * round(0.9 * len(session.data.training))
    gaps.sort()
    return {
        "images/s": trained / (times[Finished] - times[Started]),
        "longest block": gaps[-1],
        "99.9th percentile of the probe's gaps": gaps[int(0.999 * len(gaps))],
    }


if __name__ == "__main__":
    way = sys.argv[1]
    if way.startswith("headless"):
        print(json.dumps(headless(1 if way == "headless-1" else None)))
    else:
        with one_blas_thread():  # as in the app
            print(json.dumps(in_window(draw=way == "draw")))
