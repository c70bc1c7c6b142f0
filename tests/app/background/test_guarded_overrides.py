"""Each kind of method that Qt calls raises an exception: it is reported, and Qt goes on with a valid value."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QAbstractTableModel, QEvent, QObject, QSize, QSortFilterProxyModel, Qt
from PySide6.QtGui import QPainter, QStandardItemModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLayout,
    QLayoutItem,
    QStyledItemDelegate,
    QTableView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

import app
from app.background.guarded_overrides import FALLBACKS, guard_overrides, overrides

ROOT = Path(app.__file__).parents[1]


@pytest.fixture
def guarded() -> Iterator[None]:
    """Guard the classes that the test defines."""
    guard_overrides("tests.app.background")
    yield
    del shiboken6.Object.__init_subclass__


def failing(base: type, name: str) -> Any:
    """An object of a subclass of `base` whose method `name` raises an exception; in a paint event, with a QPainter."""

    def fail(self: Any, *arguments: object) -> object:
        painter = QPainter(self) if name == "paintEvent" else None
        assert painter is None or painter.isActive()
        raise RuntimeError(f"{name} failed")

    return type(f"Failing{base.__name__}", (base,), {name: fail, "__module__": __name__})()


class Layout(QLayout):
    def sizeHint(self) -> QSize:
        return QSize(30, 20)

    def minimumSize(self) -> QSize:
        return QSize(30, 20)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return None

    def count(self) -> int:
        return 0


class Model(QAbstractTableModel):
    def rowCount(self, parent: object = None) -> int:
        return 2

    def columnCount(self, parent: object = None) -> int:
        return 2

    def data(self, index: object, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        return "cell" if role == Qt.ItemDataRole.DisplayRole else None


def sent(widget: QWidget) -> bool:
    return QApplication.sendEvent(widget, QEvent(QEvent.Type.User))


def filtered(watcher: QObject) -> bool:
    target = QWidget()
    target.installEventFilter(watcher)
    target.setWindowTitle("filtered")
    return sent(target)


def laid_out(widget: QWidget) -> tuple[QSize, QSize]:
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(widget)
    return layout.sizeHint(), layout.minimumSize()


def wrapped(layout: QLayout) -> bool:
    page = QWidget()
    QVBoxLayout(page).addLayout(layout)
    return not page.grab().isNull()


def shown(model: Any) -> int:
    """Paint and use a table with the model; the number of its rows."""
    view = QTableView()
    view.setModel(model)
    view.grab()
    view.selectAll()
    rows = view.verticalHeader().count()
    shiboken6.delete(view)  # now, while exceptions are expected
    return rows


def written(model: Any) -> bool:
    proxy = QSortFilterProxyModel()
    proxy.setSourceModel(model)
    return proxy.setData(proxy.index(0, 0), "new")


def rows_of(proxy: QSortFilterProxyModel) -> int:
    source = QStandardItemModel(3, 1, proxy)
    proxy.setSourceModel(source)
    return proxy.rowCount()


def painted(delegate: QStyledItemDelegate) -> int:
    view = QTableView()
    view.setItemDelegate(delegate)
    model = Model(view)
    view.setModel(model)
    view.resizeColumnsToContents()
    view.grab()
    return view.verticalHeader().count()


def selected(view: QTableView) -> int:
    view.setModel(Model(view))
    view.selectAll()
    return len(view.selectedIndexes())


def rejected(dialog: QDialog) -> bool:
    dialog.show()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    return dialog.isVisible()


def sorted_rows(item: QTableWidgetItem) -> int:
    table = QTableWidget(2, 1)
    table.setItem(0, 0, item)
    table.setItem(1, 0, type(item)())
    table.sortItems(0)
    return table.rowCount()


def clicked(widget: QWidget) -> bool:
    widget.show()
    QTest.mouseClick(widget.windowHandle(), Qt.MouseButton.LeftButton)
    return widget.isVisible()


def repainted(widget: QWidget) -> bool:
    widget.show()
    for _ in range(3):
        widget.repaint()
    return not widget.grab().isNull()


KINDS: dict[str, tuple[type, str, Callable[[Any], object], object]] = {
    "an event": (QWidget, "event", sent, False),
    "an event filter": (QObject, "eventFilter", filtered, True),
    "a paint event": (QWidget, "paintEvent", repainted, True),
    "a mouse event": (QWidget, "mousePressEvent", clicked, True),
    "a size hint": (QWidget, "sizeHint", laid_out, (QSize(0, 0), QSize(0, 0))),
    "a minimum size hint": (QWidget, "minimumSizeHint", laid_out, (QSize(0, 0), QSize(0, 0))),
    "the rows of a model": (Model, "rowCount", shown, 0),
    "the columns of a model": (Model, "columnCount", shown, 2),
    "the data of a model": (Model, "data", shown, 2),
    "the flags of a model": (Model, "flags", shown, 2),
    "a heading": (Model, "headerData", shown, 2),
    "a changed value": (Model, "setData", written, False),
    "the filter of a model": (QSortFilterProxyModel, "filterAcceptsRow", rows_of, 3),
    "the painting of a cell": (QStyledItemDelegate, "paint", painted, 2),
    "the size of a cell": (QStyledItemDelegate, "sizeHint", painted, 2),
    "a changed selection": (QTableView, "selectionChanged", selected, 4),
    "the number of items of a layout": (Layout, "count", wrapped, True),
    "an item of a layout": (Layout, "itemAt", wrapped, True),
    "the smallest size of a layout": (Layout, "minimumSize", wrapped, True),
    "whether a layout wraps": (Layout, "hasHeightForWidth", wrapped, True),
    "the directions of a layout": (Layout, "expandingDirections", wrapped, True),
    "the end of a dialog": (QDialog, "reject", rejected, True),
    "the order of two rows": (QTableWidgetItem, "__lt__", sorted_rows, 2),
}
"""For each: the class, its failing method, what makes Qt call it, and the result of this."""


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("kind", KINDS)
def test_an_exception_is_reported_and_qt_gets_a_valid_value(kind: str, qtbot: QtBot) -> None:
    base, name, use, expected = KINDS[kind]
    with qtbot.captureExceptions() as exceptions:
        used = failing(base, name)
        result = use(used)
        if shiboken6.isValid(used):
            shiboken6.delete(used)  # now, while exceptions are expected
    assert result == expected
    assert exceptions
    assert {str(problem.args[0]) for _, problem, _ in exceptions} == {f"{name} failed"}


def classes_of_the_app() -> Iterator[type]:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        content = importlib.import_module(module.name)
        for cls in vars(content).values():
            if isinstance(cls, type) and cls.__module__ == module.name and issubclass(cls, shiboken6.Object):
                yield cls


def test_every_method_of_the_app_that_qt_calls_returns_a_valid_value_after_an_exception() -> None:
    """A method that cannot return None needs a row in FALLBACKS."""
    unknown, known = set(), set[str]()
    for cls in classes_of_the_app():
        for name, method in overrides(cls).items():
            known.add(name)
            returned = str(method.__annotations__["return"])
            if name not in FALLBACKS and not {"None", "object", "Any"} & set(returned.split(" | ")):
                unknown.add((cls.__name__, name, returned))
    assert unknown == set()
    assert known >= set(FALLBACKS)


PROGRAM = """
import sys
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from app.canvas.canvas import Canvas
from app.tabs.runs.run_table import RunTable
from app.window.process import application
from app.window.process.crash_reporter import CrashDialog
from app.window.main_window import MainWindow

def fail_while_painting(canvas, event):
    painter = QPainter(canvas)
    painter.drawLine(0, 0, 9, 9)
    raise RuntimeError("the paint event failed")

def fail(*arguments):
    raise RuntimeError("the method failed")

Canvas.paintEvent, Canvas.event = fail_while_painting, Canvas.event
Canvas.begin_stroke = Canvas.hover = RunTable.rowCount = fail
show = MainWindow.show

def act(window):
    if window.session.model is None or window.session.data is None:
        return QTimer.singleShot(10, lambda: act(window))
    window.tabs.setCurrentWidget(window.draw_tab)
    canvas = window.draw_tab.canvas
    for _ in range(5):
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(99, 99))
        QTest.mouseMove(canvas, QPoint(120, 120))
        canvas.repaint()
        QApplication.processEvents()
    window.tabs.setCurrentWidget(window.runs_tab)
    shown = [w.problem.text() for w in QApplication.topLevelWidgets() if isinstance(w, CrashDialog) and w.isVisible()]
    print(shown, flush=True)
    window.close()

def show_and_act(window):
    show(window)
    QTimer.singleShot(0, lambda: act(window))

MainWindow.show = show_and_act
sys.exit(application.run_window())
"""


@pytest.mark.slow
def test_the_window_survives_exceptions_while_its_canvas_is_painted_and_used(user_files: Path) -> None:
    process = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert process.returncode == 0, process
    assert "RuntimeError: the method failed" in process.stdout
    log = (user_files / "digitlab.log").read_text()
    assert log.count("RuntimeError: the paint event failed") >= 1
    assert "RuntimeError: the method failed" in log
    assert "endPaint" not in log
