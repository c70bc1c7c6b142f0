"""Drawing by keyboard: arrow keys move a pen, a key puts it down."""

from __future__ import annotations

from math import hypot

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent

STEP = 0.02
"""Share of the canvas's side that a tap on an arrow key moves the pen."""

SPEED = 0.45
"""Sides a second that the pen moves while an arrow key is held."""

FAST = 3.0
"""So many times as far and as fast with Shift."""

CHORD_MILLISECONDS = 40
"""Two arrow keys pressed within this time are one press of both: the pen goes aslant from the start."""

TAP_MILLISECONDS = 180
"""A key held for longer than this is no tap."""

FRAME_MILLISECONDS = 16

WAYS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}
PEN_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
OTHER_KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Home)


class KeyPen(QObject):
    """A pen at `x`, `y` in units of the canvas's side, both 0 to 1, that keys move.

    `toggled`: the pen key was pressed. `lifted`: Esc was. `moved`: the pen is somewhere else now. `rested`: it has come
    to a stop after a key was held or tapped.
    """

    toggled = Signal()
    lifted = Signal()
    moved = Signal()
    rested = Signal()

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

    def wants(self, event: QKeyEvent) -> bool:
        """Whether a key is the pen's: alone, or an arrow with Shift."""
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in WAYS:
            return plain in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        return event.key() in (*PEN_KEYS, *OTHER_KEYS) and plain == Qt.KeyboardModifier.NoModifier

    def press(self, event: QKeyEvent) -> None:
        """Take a key that it wants. The system's own repeats are passed over: the pen moves evenly by a timer."""
        if event.isAutoRepeat():
            return
        self.is_shown = True
        self._fast = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in WAYS:
            self._hold(event.key())
        elif event.key() in PEN_KEYS:
            self.toggled.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.lifted.emit()
        else:
            self._go_to(0.5, 0.5)
            self.rested.emit()

    def release(self, event: QKeyEvent) -> bool:
        """Take a key's release; gives whether it was one that was held."""
        if event.isAutoRepeat() or event.key() not in self._held:
            return False
        if not self._has_stepped:
            self._step(STEP)
        self._held.remove(event.key())
        if not self._held:
            self.let_go()
            self.rested.emit()
        return True

    def let_go(self) -> None:
        """Forget what is held: its release may go elsewhere."""
        self._held.clear()
        self._timer.stop()

    def _hold(self, key: int) -> None:
        if not self._held:
            self._has_stepped = False
            self._timer.start(CHORD_MILLISECONDS)
        if key not in self._held:
            self._held.append(key)

    @Slot()
    def _on_time(self) -> None:
        """First the step of a tap, then, if the key is still held, an even movement."""
        if not self._has_stepped:
            self._step(STEP)
            self._clock.invalidate()
            self._timer.start(TAP_MILLISECONDS)
            return
        passed = min(self._clock.restart(), 100) if self._clock.isValid() else FRAME_MILLISECONDS
        if not self._clock.isValid():
            self._clock.start()
        self._step(SPEED * passed / 1000)
        self._timer.start(FRAME_MILLISECONDS)

    def _step(self, length: float) -> None:
        """Move by `length` the way that the keys held say; as far aslant as straight."""
        self._has_stepped = True
        dx = sum(WAYS[Qt.Key(key)][0] for key in self._held)
        dy = sum(WAYS[Qt.Key(key)][1] for key in self._held)
        if dx or dy:
            length *= (FAST if self._fast else 1.0) / hypot(dx, dy)
            self._go_to(self.x + length * dx, self.y + length * dy)

    def _go_to(self, x: float, y: float) -> None:
        self.x, self.y = min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)
        self.moved.emit()
