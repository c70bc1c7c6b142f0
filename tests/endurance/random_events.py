"""Random events for the window, as somebody without a plan would cause them."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QByteArray, QEvent, QEventLoop, QMimeData, QObject, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMenu, QWidget
from shiboken6 import isValid

from app.background.task_queue import TaskQueue
from app.session.run_events import RunState
from app.style.fonts import TEXT_SCALES
from app.style.theme import Appearance, ThemeChoice
from app.window.main_window import MainWindow
from tests.endurance.kinds import kinds
from tests.endurance.mutations import changed
from tests.nncore.example_data import small_mnist

KEYS = (
    *"0123456789.,-xeE +*()aß\"'", Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Return, Qt.Key.Key_Escape,
    Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up,
    Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_F10,
    Qt.Key.Key_F11, Qt.Key.Key_Menu,
)  # fmt: skip
MODIFIERS = (Qt.KeyboardModifier.NoModifier,) * 6 + (
    Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier,
)  # fmt: skip
SHORTCUTS = "zyvcxasoe123456"
"""Letters that are pressed with Ctrl."""

BUTTONS = (Qt.MouseButton.LeftButton,) * 8 + (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton)

NO_BUTTON, NO_KEY, COPY = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction

ROUND = 500
"""Events between two moments at rest, at which the memory is read."""

WAIT_SECONDS, WAIT_WALL_SECONDS = 120, 3600
"""How long a moment of rest may take to come: processor time, so that other programs do not count, and time at all."""


def prepare_files(folder: Path) -> list[Path]:
    """A good and two damaged files of every kind, and paths that cannot be opened."""
    folder.mkdir()
    rng, paths = np.random.default_rng(0), []
    for kind in kinds():
        for number in range(3):
            path = folder / f"{number} {kind.name}"
            path.write_bytes(kind.samples[0] if number == 0 else changed(kind.samples[0], rng))
            paths.append(path)
    return [*paths, folder, folder / "nothing there.npz", Path("/dev/null")]


class _NoClosing(QObject):
    """Keeps the window open, and files outside of the test's folder as they are."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ignore requests to close the window."""
        if event.type() == QEvent.Type.Close and isinstance(watched, MainWindow):
            event.ignore()
            return True
        return False


class Monkey:
    """Sends events to the window and to whatever it opens."""

    def __init__(self, window: MainWindow, rng: np.random.Generator, files: list[Path]) -> None:
        self.window, self.rng, self.files = window, rng, files
        self._data = small_mnist()
        self._no_closing = _NoClosing()
        window.installEventFilter(self._no_closing)
        self._pressed: QWidget | None = None
        self._top: QWidget = window
        actions: list[tuple[int, Callable[[QWidget], None]]] = [
            (200, self.press), (200, self.move), (200, self.release), (150, self.click), (20, self.double_click),
            (250, self.key), (30, self.shortcut), (60, self.wheel), (15, self.drop), (20, self.resize),
            (25, self.choose_tab), (1, self.theme), (30, self.answer_dialog), (10, self.clipboard), (10, self.hide),
        ]  # fmt: skip
        self.actions = [action for _, action in actions]
        weights = np.array([weight for weight, _ in actions], float)
        self.weights = weights / weights.sum()

    def round(self, note: Callable[[str], None]) -> None:
        """Send ROUND events, each from the event loop: a dialog or menu may run a loop of its own meanwhile."""
        loop, left = QEventLoop(), ROUND

        def step() -> None:
            nonlocal left
            left -= 1
            if left < 0:
                self._close_all()
                loop.quit()
                return
            QTimer.singleShot(0, step)  # before the event: it may run a loop of its own
            action = self.actions[self.rng.choice(len(self.actions), p=self.weights)]
            target = self._target()
            note(f"{action.__name__} {self._name(target)}")
            action(target)

        QTimer.singleShot(0, step)
        loop.exec()

    def wait_until_idle(self) -> None:
        """Bring the window to a state of rest: nothing open, no run, no task, nothing drawn, small settings and data.

        So the memory of two moments at rest can be compared: it does not depend on the last data set that was chosen.
        """
        session, window = self.window.session, self.window
        self._close_all()
        session.stop()
        self._wait(lambda: session.run_state is RunState.IDLE)
        panel = window.train_tab.settings
        panel.recipes.chosen.emit("quick")
        panel.network.hidden_layers.setText("16")
        panel.learning.edits["epochs"].setText("20")
        window.draw_tab.canvas.clear()
        window.setWindowState(Qt.WindowState.WindowNoState)
        window.show()
        self.rest()
        session.use_data(self._data)
        session.open_bundled_model()
        self.rest()

    def rest(self) -> None:
        """Wait until no task runs."""
        QApplication.processEvents()  # what a task is asked for by an event
        self._wait(lambda: not any(queue.is_busy for queue in self.window.findChildren(TaskQueue)))

    def close(self) -> bool:
        """Close the window; whether it does so, at the second request at the latest."""
        self.window.removeEventFilter(self._no_closing)
        QGuiApplication.clipboard().clear()  # Qt would destroy Python's data after the end of Python
        return self.window.close() or self.window.close()

    # ------------------------------------------------------------------ events

    def press(self, target: QWidget) -> None:
        QTest.mousePress(target, self._button(), self._modifier(), self._place(target))
        self._pressed = target

    def move(self, target: QWidget) -> None:
        target = self._held or target
        QTest.mouseMove(target, self._place(target))

    def release(self, target: QWidget) -> None:
        target = self._held or target
        self._pressed = None
        QTest.mouseRelease(target, self._button(), NO_KEY, self._place(target))

    def click(self, target: QWidget) -> None:
        QTest.mouseClick(target, self._button(), self._modifier(), self._place(target))

    def double_click(self, target: QWidget) -> None:
        QTest.mouseDClick(target, self._button(), self._modifier(), self._place(target))

    def key(self, target: QWidget) -> None:
        focused = QApplication.focusWidget() or target
        pressed = KEYS[self.rng.integers(len(KEYS))]
        if isinstance(pressed, str):
            QTest.keyClicks(focused, pressed, self._modifier())
        else:
            QTest.keyClick(focused, pressed, self._modifier())

    def shortcut(self, target: QWidget) -> None:
        focused = QApplication.focusWidget() or target
        letter = SHORTCUTS[self.rng.integers(len(SHORTCUTS))]
        QTest.keyClicks(focused, letter, Qt.KeyboardModifier.ControlModifier)

    def wheel(self, target: QWidget) -> None:
        place = QPointF(self._place(target))
        turn = QPoint(int(self.rng.integers(-2, 3)) * 60, int(self.rng.integers(-4, 5)) * 120)
        event = QWheelEvent(
            place, QPointF(target.mapToGlobal(place.toPoint())), QPoint(), turn, NO_BUTTON, self._modifier(),
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(target, event)

    def drop(self, target: QWidget) -> None:
        place, data = self._place(target), self._odd_data()
        while not target.acceptDrops() and (parent := target.parentWidget()) is not None:
            place, target = target.mapToParent(place), parent
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            enter = QDragEnterEvent(place, COPY, data, Qt.MouseButton.LeftButton, NO_KEY)
            QApplication.sendEvent(target, enter)
            if not enter.isAccepted():  # then Qt sends nothing more
                return
            QApplication.sendEvent(target, QDragMoveEvent(place, COPY, data, Qt.MouseButton.LeftButton, NO_KEY))
            if self.rng.random() < 0.8:
                drop = QDropEvent(QPointF(place), COPY, data, Qt.MouseButton.LeftButton, NO_KEY)
                QApplication.sendEvent(target, drop)
            else:
                QApplication.sendEvent(target, QDragLeaveEvent())

    def resize(self, target: QWidget) -> None:
        self.window.resize(int(self.rng.integers(100, 2500)), int(self.rng.integers(100, 1800)))

    def choose_tab(self, target: QWidget) -> None:
        self.window.tabs.setCurrentIndex(int(self.rng.integers(self.window.tabs.count())))

    def theme(self, target: QWidget) -> None:
        themes, projector = list(ThemeChoice), bool(self.rng.integers(2))
        theme, scale = themes[self.rng.integers(len(themes))], TEXT_SCALES[self.rng.integers(len(TEXT_SCALES))]
        self.window.set_appearance(Appearance(theme, scale, projector=projector))

    def answer_dialog(self, target: QWidget) -> None:
        dialog = target.window()
        if isinstance(dialog, QFileDialog):
            self._choose_file(dialog)
        elif isinstance(dialog, QDialog):
            dialog.accept() if self.rng.random() < 0.3 else dialog.reject()
        elif isinstance(dialog, QMenu):
            dialog.close()

    def clipboard(self, target: QWidget) -> None:
        QGuiApplication.clipboard().setMimeData(self._odd_data())

    def hide(self, target: QWidget) -> None:
        self.window.showMinimized()
        self.window.showNormal()

    # ----------------------------------------------------------------- private

    @property
    def _held(self) -> QWidget | None:
        """The widget in which a button is held down, if it is still there."""
        held = self._pressed
        return held if held is not None and isValid(held) and held.isVisible() else None

    def _target(self) -> QWidget:
        """A visible widget of the menu, the dialog or the window that takes events now."""
        top: QWidget = QApplication.activePopupWidget() or QApplication.activeModalWidget() or self.window
        if isinstance(top, QFileDialog):  # its keys and menus could rename and delete files
            self._choose_file(top)
            top = self.window
        place = QPoint(int(self.rng.integers(max(1, top.width()))), int(self.rng.integers(max(1, top.height()))))
        self._top = top  # PySide forgets its children as soon as Python has no reference to it
        return top.childAt(place) or top

    def _choose_file(self, dialog: QFileDialog) -> None:
        if self.rng.random() < 0.5:
            dialog.reject()
            return
        path = self.files[self.rng.integers(len(self.files))]
        if dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave:
            path = self.files[0].with_name(f"saved{('.npz', '.onnx', '.py', '.csv', '.html')[self.rng.integers(5)]}")
        dialog.fileSelected.emit(str(path))
        dialog.reject()

    def _odd_data(self) -> QMimeData:
        data, choice = QMimeData(), self.rng.integers(7)
        if choice <= 2:
            chosen = self.rng.choice(len(self.files), self.rng.integers(1, 4))
            data.setUrls([QUrl.fromLocalFile(str(self.files[each])) for each in chosen])
        elif choice == 3:
            width, height = self.rng.integers(0, 90, 2)
            image = QImage(int(width), int(height), QImage.Format.Format_ARGB32)
            image.fill(QColor(int(self.rng.integers(256)), 0, 9, int(self.rng.integers(256))))
            data.setImageData(image)
        elif choice == 4:
            data.setData("image/png", QByteArray(self.rng.bytes(300)))
        elif choice == 5:
            data.setText("x\0ü" * int(self.rng.integers(0, 3000)))
        else:
            data.setUrls([QUrl("https://example.org/a.png"), QUrl("file:///%00"), QUrl()])
        return data

    def _close_all(self) -> None:
        """Close every menu and dialog."""
        for _ in range(20):
            top = QApplication.activePopupWidget() or QApplication.activeModalWidget()
            if top is None or not top.close():
                break
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible():
                widget.reject()

    def _wait(self, condition: Callable[[], bool]) -> None:
        end, wall_end = time.process_time() + WAIT_SECONDS, time.monotonic() + WAIT_WALL_SECONDS
        while not condition():
            is_late = time.process_time() > end or time.monotonic() > wall_end
            assert not is_late, f"the window did not come to rest: {self._busy()}"
            loop = QEventLoop()  # unlike QTest.qWait, it lets other threads run
            QTimer.singleShot(10, loop.quit)
            loop.exec()

    def _busy(self) -> list[str]:
        """What still runs: the state of the run, and the kinds of tasks."""
        queues = self.window.findChildren(TaskQueue)
        kinds = [queue._current.kind for queue in queues if queue._current is not None]
        return [self.window.session.run_state.name, *kinds]

    def _place(self, target: QWidget) -> QPoint:
        return QPoint(int(self.rng.integers(max(1, target.width()))), int(self.rng.integers(max(1, target.height()))))

    def _button(self) -> Qt.MouseButton:
        return BUTTONS[self.rng.integers(len(BUTTONS))]

    def _modifier(self) -> Qt.KeyboardModifier:
        return MODIFIERS[self.rng.integers(len(MODIFIERS))]

    @staticmethod
    def _name(target: QWidget) -> str:
        return f"{type(target).__name__} {target.accessibleName()[:40]!r} in {type(target.window()).__name__}"
