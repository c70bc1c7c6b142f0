"""The start of the window: processor time until its first paint, against an empty Qt window.

The time is that of the whole process, all threads, user and system. Each start is a new process with its own home.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator

from tests.bench.child import in_fresh_process, interleaved
from tests.bench.report import Figure, Section

AT_MOST = 1.5
"""Wanted: at most this many times the time of an empty window with the same libraries."""


def measure(rounds: int) -> Iterator[Section]:
    """Each kind of window in turn, `rounds` times."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled
    ways = {"empty Qt window": "qt", "the same, with NumPy and pyqtgraph": "libraries", "Digit Lab": "app"}
    for way in ways.values():
        in_fresh_process("tests.bench.start", way)
    runs = interleaved("tests.bench.start", {name: [way] for name, way in ways.items()}, range(rounds))
    qt, libraries, app = (Figure(name, "CPU s", runs[name].of("CPU s")) for name in ways)
    # A ratio divides the compared figure by this one: the empty window's time is at least 1 / AT_MOST of ours.
    ratio = tuple(ours / theirs for ours, theirs in zip(app.runs, libraries.runs, strict=True))
    yield Section(
        "Start to the first paint",
        [qt, libraries, app, Figure("Digit Lab / empty window with NumPy and pyqtgraph", "", ratio, at_most=AT_MOST)],
    )


def stop_at_first_paint() -> None:
    """Handle events until the window is painted, print the processor time used by then, and end the process."""
    from PySide6.QtCore import QCoreApplication, QEvent, QObject
    from PySide6.QtWidgets import QApplication

    class Watcher(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                watched.removeEventFilter(self)
                QCoreApplication.postEvent(self, QEvent(QEvent.Type.User))
                QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]
            elif event.type() in (QEvent.Type.Timer, QEvent.Type.User):  # all widgets are painted, the next work begins
                used = os.times()
                print(json.dumps({"CPU s": used.user + used.system}), flush=True)
                os._exit(0)
            return False

    watcher = Watcher()
    for window in QApplication.topLevelWidgets():
        if window.isVisible():
            window.installEventFilter(watcher)
    while True:
        QApplication.processEvents()


def start_empty_window(with_libraries: bool) -> None:
    """Show an empty window as large as Digit Lab's."""
    if with_libraries:
        import numpy
        import pyqtgraph

        del numpy, pyqtgraph
    from PySide6.QtWidgets import QApplication, QMainWindow

    _ = QApplication([])
    window = QMainWindow()
    window.resize(1200, 680)
    window.show()
    stop_at_first_paint()


def start_app() -> None:
    """Start Digit Lab as `digitlab` does."""
    from app.cli.main import main  # before Qt, as there

    os.environ["DIGITLAB_HOME"] = tempfile.mkdtemp()
    from PySide6.QtWidgets import QApplication

    QApplication.exec = staticmethod(stop_at_first_paint)  # type: ignore[assignment,method-assign]
    main([])


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if sys.argv[1] == "app":
        start_app()
    else:
        start_empty_window(sys.argv[1] == "libraries")
