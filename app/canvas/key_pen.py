"""Drawing by keyboard: arrow keys move a pen, Space puts it down."""

from __future__ import annotations

from math import hypot

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent

TAP_DISTANCE = 0.02
"""Distance of one tap on an arrow key, as a fraction of the canvas's side."""

HELD_SPEED = 0.45
"""Speed while an arrow key is held, in sides per second."""

SHIFT_FACTOR = 3.0
"""Factor of distance and speed while Shift is held."""

CHORD_MILLISECONDS = 40
"""Two arrow keys pressed within this time count as pressed together: the pen moves diagonally."""

TAP_MILLISECONDS = 180
"""A key held longer than this moves the pen continuously."""

KEY_PEN_MILLISECONDS = 16

KEY_DIRECTIONS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}
PEN_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
OTHER_KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Home)


class KeyPen(QObject):
    """A pen at `x`, `y` in units of the canvas's side, both 0 to 1, that keys move.

    `toggled`: Space or Enter was pressed. `lifted`: Esc was pressed. `moved`: the position changed.
    """

    toggled = Signal()
    lifted = Signal()
    moved = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.x, self.y = 0.5, 0.5
        self.is_shown = False
        self._held: list[int] = []
        self._fast = False
        self._has_stepped = False
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_time)

    def handles(self, event: QKeyEvent) -> bool:
        """Whether the pen handles this key: without modifiers, or an arrow key with Shift."""
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in KEY_DIRECTIONS:
            return plain in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        return event.key() in (*PEN_KEYS, *OTHER_KEYS) and plain == Qt.KeyboardModifier.NoModifier

    def press(self, event: QKeyEvent) -> None:
        """Handle a key press. Auto-repeat is ignored: a timer moves the pen evenly."""
        if event.isAutoRepeat():
            return
        self.is_shown = True
        self._fast = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in KEY_DIRECTIONS:
            self._hold(event.key())
        elif event.key() in PEN_KEYS:
            self.toggled.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.lifted.emit()
        else:
            self._move_to(0.5, 0.5)

    def release(self, event: QKeyEvent) -> bool:
        """Handle a key release; return whether the key was held."""
        if event.isAutoRepeat() or event.key() not in self._held:
            return False
        if not self._has_stepped:
            self._step(TAP_DISTANCE)
        self._held.remove(event.key())
        if not self._held:
            self.release_all()
        return True

    def release_all(self) -> None:
        """Release all keys, because their release events may go to another widget."""
        self._held.clear()
        self._timer.stop()

    def _hold(self, key: int) -> None:
        if not self._held:
            self._has_stepped = False
            self._timer.start(CHORD_MILLISECONDS)
        if key not in self._held:
            self._held.append(key)

    @property
    def is_moving(self) -> bool:
        """Whether a held key moves the pen, or a pressed one will."""
        return self._timer.isActive()

    @Slot()
    def _on_time(self) -> None:
        """Move by the distance of a tap; then move evenly while the key is held."""
        if not self._has_stepped:
            self._step(TAP_DISTANCE)
            self._clock.invalidate()
            self._timer.start(TAP_MILLISECONDS)
            return
        passed = min(self._clock.restart(), 100) if self._clock.isValid() else KEY_PEN_MILLISECONDS
        if not self._clock.isValid():
            self._clock.start()
        self._step(HELD_SPEED * passed / 1000)
        self._timer.start(KEY_PEN_MILLISECONDS)

    def _step(self, length: float) -> None:
        """Move by `length` in the direction of the held keys; diagonals are as long as straight steps."""
        self._has_stepped = True
        dx = sum(KEY_DIRECTIONS[Qt.Key(key)][0] for key in self._held)
        dy = sum(KEY_DIRECTIONS[Qt.Key(key)][1] for key in self._held)
        if dx or dy:
            length *= (SHIFT_FACTOR if self._fast else 1.0) / hypot(dx, dy)
            self._move_to(self.x + length * dx, self.y + length * dy)

    def _move_to(self, x: float, y: float) -> None:
        self.x, self.y = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
        self.moved.emit()
