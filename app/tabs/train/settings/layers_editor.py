"""The hidden layers as rows, which always agree with a line of words."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from app.style.theme import GAP
from app.tabs.train.settings.layer_row import LayerRow
from app.tabs.train.settings.layer_words import KINDS, MAX_HIDDEN_LAYERS, NO_ACTIVATION, Block, read_blocks
from app.widgets.elements import without_margins
from app.widgets.form import LOCKED
from nncore.errors import SettingError

ADD_TIP = (
    "Add a hidden layer: dense, batch norm or dropout at the end; a convolution or pooling before the dense layers. "
    "Drag a layer by its name, or press Alt+Up and Alt+Down, to move it."
)


class LayersEditor(QWidget):
    """Hidden layers as rows; `text`, a field elsewhere in the form, describes the same layers in one line.

    The text is authoritative: the rows follow it whenever it can be read.
    """

    changed = Signal()
    """The layers, or whether they are valid, have changed."""

    def __init__(self, text: QLineEdit) -> None:
        super().__init__()
        self.text = text
        self.rows: list[LayerRow] = []
        self._row_problem: SettingError | None = None  # of the rows, which the text may not show: "64 32" in one field
        self._label_width = 0
        self._lock_reason = ""
        self.add_button = QToolButton()
        self.add_button.setText("Add")
        self.add_button.setProperty("plain", True)
        self.add_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self.add_button)
        self._menu.setToolTipsVisible(True)
        for kind, row in KINDS.items():
            if row.new is not None:
                action = self._menu.addAction(row.new.label.capitalize(), partial(self.add_layer, kind))
                action.setToolTip(row.new.help)
        self.add_button.setMenu(self._menu)
        self._layout = without_margins(QVBoxLayout(self), GAP // 2)
        text.textChanged.connect(self._follow_text)
        text.setPlaceholderText("none")
        self._update_add_button()

    def blocks(self) -> tuple[Block, ...]:
        """The hidden layers; raises SettingError("layers") if the text or a field of a row cannot be read."""
        if self._row_problem is not None:
            raise SettingError(self._row_problem.field, str(self._row_problem))
        return read_blocks(self.text.text(), [row.block for row in self.rows])

    def set_blocks(self, blocks: Sequence[Block]) -> None:
        """Show these hidden layers."""
        with QSignalBlocker(self.text):
            self.text.setText(" ".join(block.word for block in blocks))
            self.text.setCursorPosition(0)
        self._row_problem = None
        self._make_rows(blocks)
        self.changed.emit()

    def set_label_width(self, width: int) -> None:
        """Make the names of the rows `width` pixels wide."""
        self._label_width = width
        for row in self.rows:
            row.fit_to_font(width)

    def set_locked(self, locked: bool) -> None:
        """Disable or enable all controls; the layers stay visible."""
        self._lock_reason = LOCKED if locked else ""
        for row in self.rows:
            row.lock(self._lock_reason)
        self._update_add_button()

    @Slot(str)
    def add_layer(self, kind: str) -> None:
        """Add a layer of this kind at the end; one that needs images comes before the first layer that needs none.

        Batch normalization is put before the activation of the layer above.
        """
        with suppress(SettingError):
            blocks, layer_kind = list(self.blocks()), KINDS[kind]
            position = self._end_of_images() if layer_kind.needs_images else len(blocks)
            before = blocks[:position]
            usual = next((block.activation for block in reversed(before) if block.activation != NO_ACTIVATION), "relu")
            assert layer_kind.new is not None, kind
            activation = usual if layer_kind.takes_activation else NO_ACTIVATION
            if kind == "batch_norm" and blocks:
                activation = blocks[-1].activation
                blocks[-1] = replace(blocks[-1], activation=NO_ACTIVATION)
            blocks.insert(position, Block(layer_kind.new, activation))
            self.set_blocks(blocks)
            self._focus_row(position)

    def move_layer(self, row: LayerRow, position: int) -> None:
        """Move a row to another position among the layers, from 0; beyond the ends, to the first or last."""
        position = max(0, min(position, len(self.rows) - 1))
        if self._lock_reason or self.rows.index(row) == position:
            return
        self.rows.remove(row)
        self.rows.insert(position, row)
        self._layout.removeWidget(row)
        self._layout.insertWidget(position, row)
        self._number_rows()
        self._follow_rows()

    def _end_of_images(self) -> int:
        """The position of the first layer whose output is a vector; the number of layers if there is none."""
        vectors = (index for index, row in enumerate(self.rows) if row.kind in (KINDS["dense"], KINDS["flatten"]))
        return next(vectors, len(self.rows))

    def _focus_row(self, position: int) -> None:
        self.rows[position].show()  # now: Qt shows a new row later, and a hidden field takes no focus
        for widget in (*self.rows[position].edits.values(), self.rows[position].activation):
            if widget.isVisibleTo(self):
                widget.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    # ---------------------------------------------------------------- editing

    @Slot()
    def _follow_text(self) -> None:
        # `blocks` reports errors to the form; the rows keep the last text that could be read.
        self._row_problem = None
        with suppress(SettingError):
            self._make_rows(self.blocks())
        self.changed.emit()

    @Slot()
    def _follow_rows(self) -> None:
        with QSignalBlocker(self.text):
            self.text.setText(" ".join(row.word for row in self.rows))
            self.text.setCursorPosition(0)
        self._row_problem = None
        try:
            blocks = [row.read(number) for number, row in enumerate(self.rows, start=1)]
        except SettingError as problem:
            self._row_problem = problem
        else:
            for row, block in zip(self.rows, blocks, strict=True):
                row.layer = block.layer  # the fields keep the text that was typed
        self.changed.emit()

    @Slot(int)
    def _move_by(self, step: int) -> None:
        row = self.sender()
        if isinstance(row, LayerRow):
            self.move_layer(row, self.rows.index(row) + step)

    @Slot(int)
    def _move_to(self, height: int) -> None:
        row = self.sender()
        if isinstance(row, LayerRow):
            above = [other for other in self.rows if other is not row and other.geometry().center().y() < height]
            self.move_layer(row, len(above))

    @Slot()
    def _remove_layer(self) -> None:
        row = self.sender()
        if isinstance(row, LayerRow):
            self._drop(row)
            self._number_rows()
            self._follow_rows()

    def _make_rows(self, blocks: Sequence[Block]) -> None:
        """Show these blocks; existing rows are reused for blocks of the same kind."""
        for row in self.rows[len(blocks) :]:
            self._drop(row)
        for index, block in enumerate(blocks):
            if index < len(self.rows) and self.rows[index].kind is block.kind:
                self.rows[index].show_block(block)
                continue
            if index < len(self.rows):
                self._drop(self.rows[index])
            row = LayerRow(block)
            row.edited.connect(self._follow_rows)
            row.activation_chosen.connect(self.changed)
            row.removal_requested.connect(self._remove_layer)
            row.move_requested.connect(self._move_by)
            row.dragged.connect(self._move_to)
            row.lock(self._lock_reason)
            row.fit_to_font(self._label_width)
            self.rows.insert(index, row)
            self._layout.insertWidget(index, row)
        self._number_rows()
        self._order_focus()

    def _order_focus(self) -> None:
        """Let the Tab key visit the rows after the Add button; Qt would put a new row behind all other controls."""
        before: QWidget = self.add_button
        if self.add_button.window() is not self.window():
            return  # the two have no common order
        for control in [control for row in self.rows for control in row.focus_order]:
            QWidget.setTabOrder(before, control)
            before = control

    def _drop(self, row: LayerRow) -> None:
        self.rows.remove(row)
        self._layout.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _number_rows(self) -> None:
        for number, row in enumerate(self.rows, start=1):
            row.set_number(number)
        self._update_add_button()

    def _update_add_button(self) -> None:
        reason = self._lock_reason
        if len(self.rows) >= MAX_HIDDEN_LAYERS:
            reason = f"There are {MAX_HIDDEN_LAYERS} hidden layers, which is the maximum."
        self.add_button.setEnabled(not reason)
        self.add_button.setToolTip(f"{ADD_TIP} {reason}".rstrip())
