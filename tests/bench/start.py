"""The start of the window: processor time until its first paint, and until it is complete, against an empty Qt window.

The time is that of the whole process, all threads, user and system. Each start is a new process with its own home. If
the packed program has been built, its start is compared with that of the source.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator

from tests.bench import packed_start
from tests.bench.child import in_fresh_process, interleaved
from tests.bench.report import Figure, Section

AT_MOST = 1.5
"""Wanted: at most this many times the time of an empty window with the same libraries."""

PACKED_AT_MOST = 1.3
"""Wanted: the packed program takes at most this many times the time of the source."""

APP, LIBRARIES = "Digit Lab", "empty Qt window, NumPy and pyqtgraph imported"
WAYS = {APP: "app", LIBRARIES: "libraries", "empty Qt window": "qt", "Digit Lab, all tabs built": "complete"}


def measure(rounds: int) -> Iterator[Section]:
    """Each kind of window in turn, `rounds` times."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled
    for way in WAYS.values():
        in_fresh_process("tests.bench.start", way)
    runs = interleaved("tests.bench.start", {name: [way] for name, way in WAYS.items()}, range(rounds))
    app = Figure(APP, "CPU s", runs[APP].of("CPU s"))
    others = (
        Figure(name, "CPU s", runs[name].of("CPU s"), app, AT_MOST if name == LIBRARIES else None)
        for name in WAYS
        if name != APP
    )
    yield Section("Start to the first paint; ratio: of Digit Lab to this", [app, *others])
    yield _packed(rounds)


def _packed(rounds: int) -> Section:
    """The packed program against the source, if it has been built."""
    title = "Start of the packed program to the first paint; ratio: to the source"
    if not packed_start.is_built():
        return Section(title, [], ["Not measured: build it with `python -m resources.packaging.build_app` first."])
    module, figures = "tests.bench.packed_start", []
    for name in packed_start.PROGRAMS:
        in_fresh_process(module, name)
    runs = interleaved(module, {name: [name] for name in packed_start.PROGRAMS}, range(rounds))
    for unit in ("CPU s", "wall s"):
        packed = Figure(packed_start.PACKED, unit, runs[packed_start.PACKED].of(unit))
        source = Figure(packed_start.SOURCE, unit, runs[packed_start.SOURCE].of(unit), packed, PACKED_AT_MOST)
        figures += [packed, source]
    return Section(title, figures)


def report_time() -> None:
    """Print the processor time used by now, and end the process."""
    used = os.times()
    print(json.dumps({"CPU s": used.user + used.system}), flush=True)
    os._exit(0)


def stop_at_first_paint() -> None:
    """Handle events until the visible window is painted, then report the time."""
    from PySide6.QtCore import QCoreApplication, QEvent, QObject
    from PySide6.QtWidgets import QApplication

    class Watcher(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                watched.removeEventFilter(self)
                QCoreApplication.postEvent(self, QEvent(QEvent.Type.User))
                QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]
            elif event.type() in (QEvent.Type.Timer, QEvent.Type.User):  # all widgets are painted, the next work begins
                report_time()
            return False

    watcher = Watcher()
    for window in QApplication.topLevelWidgets():
        if window.isVisible():
            window.installEventFilter(watcher)
    while True:
        QApplication.processEvents()


def stop_when_complete() -> None:
    """Handle events until all tabs are built and show the model and the data, then report the time."""
    from PySide6.QtWidgets import QApplication

    from app.window.main_window import MainWindow
    from app.window.tab_connections import TABS

    window = next(each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow))
    session = window.session
    while len(window.tabs.built()) < len(TABS) or session.data is None or session.model is None:
        QApplication.processEvents()
    report_time()


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


def start_app(complete: bool) -> None:
    """Start Digit Lab as `digitlab` does."""
    from app.cli.main import main  # before Qt, as there

    os.environ["DIGITLAB_HOME"] = tempfile.mkdtemp()
    from PySide6.QtWidgets import QApplication

    QApplication.exec = staticmethod(  # type: ignore[assignment,method-assign]
        stop_when_complete if complete else stop_at_first_paint
    )
    main([])


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if sys.argv[1] in ("app", "complete"):
        start_app(complete=sys.argv[1] == "complete")
    else:
        start_empty_window(sys.argv[1] == "libraries")
