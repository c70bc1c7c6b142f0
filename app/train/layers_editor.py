"""The hidden layers: all widths in one line, and a row for each layer."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import QRegularExpression, QSignalBlocker, Signal, Slot
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.theme import GAP
from app.train.entries import MOST_HIDDEN_LAYERS, read_widths
from app.train.form import LOCKED, Choice
from nncore.errors import SettingError

ACTIVATION_NAMES = {"relu": "ReLU", "leaky_relu": "leaky ReLU", "sigmoid": "sigmoid", "tanh": "tanh"}
NEW_LAYER_WIDTH = 32
WIDTH_TIP = "How many units this layer has, 1 or more: few learn little, many are slow."
ACTIVATION_TIP = "What each unit makes of its sum: ReLU is a safe choice; sigmoid learns slowly in deep networks."


class LayerRow(QWidget):
    """One hidden layer: its width, its activation, and a button that takes it out."""

    width_edited = Signal()
    activation_chosen = Signal()
    removal_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name = QLabel()
        self.width_edit = QLineEdit()
        self.width_edit.setValidator(QRegularExpressionValidator(QRegularExpression(r"\d{0,7}"), self))
        self.activation = Choice(ACTIVATION_NAMES)
        self.remove = QToolButton()
        self.remove.setText("×")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.name)
        layout.addWidget(self.width_edit, 2)
        layout.addWidget(self.activation, 3)
        layout.addWidget(self.remove)
        self.width_edit.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.width_edit.textChanged.connect(self.width_edited)
        self.activation.activated.connect(self.activation_chosen)
        self.remove.clicked.connect(self.removal_requested)

    def set_number(self, number: int) -> None:
        """Say which layer this is, counted from 1."""
        self.name.setText(f"layer {number}")
        self.width_edit.setAccessibleName(f"width of hidden layer {number}")
        self.activation.setAccessibleName(f"activation of hidden layer {number}")
        self.remove.setAccessibleName(f"remove hidden layer {number}")

    def fit_to_font(self, label_width: int) -> None:
        """Give the name `label_width` pixels, and the width room for four figures."""
        self.name.setMinimumWidth(label_width)
        self.width_edit.setMinimumWidth(self.fontMetrics().horizontalAdvance("8888") + 2 * GAP + 4)

    def lock(self, reason: str) -> None:
        """Make it deaf and say why, or let it hear again if there is no `reason`."""
        self.name.setEnabled(not reason)
        for control, tip in (
            (self.width_edit, WIDTH_TIP),
            (self.activation, ACTIVATION_TIP),
            (self.remove, "Take this layer out of the network."),
        ):
            control.setEnabled(not reason)
            control.setToolTip(f"{tip} {reason}".rstrip())


class LayersEditor(QWidget):
    """The hidden layers as rows; `text`, a field elsewhere in the form, holds the same widths in one line.

    The text is what counts: rows follow it whenever it can be read.
    """

    changed = Signal()

    def __init__(self, text: QLineEdit) -> None:
        super().__init__()
        self.text = text
        self.rows: list[LayerRow] = []
        self._label_width = 0
        self._lock_reason = ""
        self.add_button = QPushButton("Add layer")
        self.add_button.clicked.connect(self._add_layer)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GAP // 2)
        text.textChanged.connect(self._follow_text)
        text.setPlaceholderText("none")
        self._tell_about_adding()

    def hidden_layers(self) -> tuple[tuple[int, ...], list[str]]:
        """The widths and the activations of the hidden layers. Raises SettingError("layers")."""
        widths = read_widths(self.text.text())
        return widths, [row.activation.value for row in self.rows]

    def set_layers(self, widths: tuple[int, ...], activations: list[str]) -> None:
        """Show these hidden layers."""
        self.text.setText(" ".join(map(str, widths)))  # the rows follow
        for row, activation in zip(self.rows, activations, strict=True):
            row.activation.choose(activation)

    def set_label_width(self, width: int) -> None:
        """Give the names of the rows `width` pixels."""
        self._label_width = width
        for row in self.rows:
            row.fit_to_font(width)

    def set_locked(self, locked: bool) -> None:
        """Let the layers be seen but not changed, or changed again."""
        self._lock_reason = LOCKED if locked else ""
        for row in self.rows:
            row.lock(self._lock_reason)
        self._tell_about_adding()

    @Slot()
    def _follow_text(self) -> None:
        # Whoever asks for the layers hears what is wrong; the rows wait for a text that can be read.
        with suppress(SettingError):
            self._make_rows(read_widths(self.text.text()))
        self.changed.emit()

    @Slot()
    def _follow_rows(self) -> None:
        with QSignalBlocker(self.text):
            self.text.setText(" ".join(row.width_edit.text() or "?" for row in self.rows))
        self.changed.emit()

    @Slot()
    def _add_layer(self) -> None:
        self.text.setText(f"{self.text.text().strip()} {NEW_LAYER_WIDTH}".strip())

    @Slot()
    def _remove_layer(self) -> None:
        row = self.sender()
        if isinstance(row, LayerRow):
            self._drop(row)
            self._number_rows()
            self._follow_rows()

    def _make_rows(self, widths: tuple[int, ...]) -> None:
        """As many rows as widths; a new one takes the activation of the one before it."""
        while len(self.rows) > len(widths):
            self._drop(self.rows[-1])
        while len(self.rows) < len(widths):
            row = LayerRow()
            if self.rows:
                row.activation.choose(self.rows[-1].activation.value)
            row.width_edited.connect(self._follow_rows)
            row.activation_chosen.connect(self.changed)
            row.removal_requested.connect(self._remove_layer)
            row.lock(self._lock_reason)
            row.fit_to_font(self._label_width)
            self.rows.append(row)
            self._layout.addWidget(row)
        for row, width in zip(self.rows, widths, strict=True):
            with QSignalBlocker(row.width_edit):
                row.width_edit.setText(str(width))
        self._number_rows()

    def _drop(self, row: LayerRow) -> None:
        self.rows.remove(row)
        self._layout.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _number_rows(self) -> None:
        for number, row in enumerate(self.rows, start=1):
            row.set_number(number)
        self._tell_about_adding()

    def _tell_about_adding(self) -> None:
        reason = self._lock_reason
        if len(self.rows) >= MOST_HIDDEN_LAYERS:
            reason = f"There are {MOST_HIDDEN_LAYERS} already, the most there can be."
        self.add_button.setEnabled(not reason)
        self.add_button.setToolTip(f"Add a hidden layer of {NEW_LAYER_WIDTH} units at the end. {reason}".rstrip())
