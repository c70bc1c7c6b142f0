"""The hidden layers: all of them in one line, and a row for each."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from app.style.theme import GAP
from app.tabs.train.settings.layer_row import LayerRow
from app.tabs.train.settings.layer_words import KINDS, MOST_HIDDEN_LAYERS, NEW_LAYERS, NO_ACTIVATION, Block, read_blocks
from app.widgets.form import LOCKED
from nncore.errors import SettingError

ADD_TIP = "Add a hidden layer at the end: dense, a convolution, pooling, batch norm or dropout."


class LayersEditor(QWidget):
    """Hidden layers as rows; `text`, a field elsewhere in the form, holds the same layers in one line.

    The text is what counts: rows follow it whenever it can be read.
    """

    changed = Signal()

    def __init__(self, text: QLineEdit) -> None:
        super().__init__()
        self.text = text
        self.rows: list[LayerRow] = []
        self._label_width = 0
        self._lock_reason = ""
        self.add_button = QToolButton()
        self.add_button.setText("Add")
        self.add_button.setProperty("plain", True)
        self.add_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self.add_button)
        self._menu.setToolTipsVisible(True)
        for kind in NEW_LAYERS:
            action = self._menu.addAction(KINDS[kind].name.capitalize(), partial(self.add_layer, kind))
            action.setToolTip(KINDS[kind].tip)
        self.add_button.setMenu(self._menu)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GAP // 2)
        text.textChanged.connect(self._follow_text)
        text.setPlaceholderText("none")
        self._tell_about_adding()

    def blocks(self) -> tuple[Block, ...]:
        """The hidden layers. Raises SettingError("layers")."""
        return read_blocks(self.text.text(), [row.block for row in self.rows])

    def set_blocks(self, blocks: Sequence[Block]) -> None:
        """Show these hidden layers."""
        with QSignalBlocker(self.text):
            self.text.setText(" ".join(block.word for block in blocks))
            self.text.setCursorPosition(0)
        self._make_rows(blocks)
        self.changed.emit()

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

    @Slot(str)
    def add_layer(self, kind: str) -> None:
        """Add a layer of this kind at the end; batch normalisation goes before the activation above it."""
        with suppress(SettingError):
            blocks = list(self.blocks())
            usual = next((block.activation for block in reversed(blocks) if block.activation != NO_ACTIVATION), "relu")
            activation = usual if KINDS[kind].activated else NO_ACTIVATION
            if kind == "batch_norm" and blocks:
                activation = blocks[-1].activation
                blocks[-1] = replace(blocks[-1], activation=NO_ACTIVATION)
            self.set_blocks([*blocks, Block(NEW_LAYERS[kind], activation)])

    # ---------------------------------------------------------------- editing

    @Slot()
    def _follow_text(self) -> None:
        # Whoever asks for the layers hears what is wrong; the rows wait for a text that can be read.
        with suppress(SettingError):
            self._make_rows(self.blocks())
        self.changed.emit()

    @Slot()
    def _follow_rows(self) -> None:
        with QSignalBlocker(self.text):
            self.text.setText(" ".join(row.word for row in self.rows))
            self.text.setCursorPosition(0)
        with suppress(SettingError):
            for row, block in zip(self.rows, self.blocks(), strict=True):
                row.layer = block.layer  # the fields stay as they were typed
        self.changed.emit()

    @Slot()
    def _remove_layer(self) -> None:
        row = self.sender()
        if isinstance(row, LayerRow):
            self._drop(row)
            self._number_rows()
            self._follow_rows()

    def _make_rows(self, blocks: Sequence[Block]) -> None:
        """Show these blocks, in the rows there are where they are of the same kind."""
        for row in self.rows[len(blocks) :]:
            self._drop(row)
        for number, block in enumerate(blocks):
            if number < len(self.rows) and self.rows[number].kind is block.kind:
                self.rows[number].show_block(block)
                continue
            if number < len(self.rows):
                self._drop(self.rows[number])
            row = LayerRow(block)
            row.edited.connect(self._follow_rows)
            row.activation_chosen.connect(self.changed)
            row.removal_requested.connect(self._remove_layer)
            row.lock(self._lock_reason)
            row.fit_to_font(self._label_width)
            self.rows.insert(number, row)
            self._layout.insertWidget(number, row)
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
        self.add_button.setToolTip(f"{ADD_TIP} {reason}".rstrip())
