"""A hidden layer as a row of the form."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QMouseEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.style.theme import GAP
from app.tabs.train.settings.layer_words import NO_ACTIVATION, Block, read_block, texts_of, word_of
from app.widgets.elements import text_label, without_margins
from app.widgets.form import Choice
from app.widgets.plain_text import plain_tooltip
from nncore.model.layers import ACTIVATIONS, LayerSpec

ACTIVATION_TIP = (
    "The function of each unit's weighted sum. ReLU is a safe choice; sigmoid learns slowly in deep networks."
)

MAX_NUMBER_LENGTH = 1000
"""Characters in a field; the smallest numbers take several hundred, and a shorter field would change them."""


MOVE_TIP = "Drag it to move the layer, or press Alt+Up and Alt+Down."


class _Handle(QLabel):
    """The name of a layer, by which its row is dragged."""

    dragged = Signal(QPoint)
    """The position of the pointer in the handle's coordinates."""

    def __init__(self) -> None:
        super().__init__()
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def sizeHint(self) -> QSize:
        """As wide as the text: QLabel would keep an earlier minimum width."""
        return QSize(self.fontMetrics().horizontalAdvance(self.text()), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """The same as `sizeHint`."""
        return self.sizeHint()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag."""
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag while the left button is held."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.dragged.emit(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End dragging."""
        self.setCursor(Qt.CursorShape.OpenHandCursor)


class LayerRow(QWidget):
    """A hidden layer: its numbers, its activation if it takes one, and a button that removes it."""

    edited = Signal()
    """A number was edited, so `word` has changed."""
    activation_chosen = Signal()
    """Another activation was chosen."""
    removal_requested = Signal()
    """Remove this layer."""
    move_requested = Signal(int)
    """By how many positions the layer is to be moved: -1 or 1."""
    dragged = Signal(int)
    """The pointer, which drags the row, is at this height in the parent's coordinates."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        self.layer: LayerSpec = block.layer
        self.kind = block.kind
        self.name = _Handle()
        self.edits = {part.field: QLineEdit() for part in self.kind.parts}
        self.activation = Choice({name: kind.label for name, kind in ACTIVATIONS.items()})
        self.remove = QToolButton()
        self.remove.setText("×")
        self._part_names: list[QLabel] = []
        self._lay_out()
        for edit in self.edits.values():
            edit.setMaxLength(MAX_NUMBER_LENGTH)
            edit.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            edit.textChanged.connect(self.edited)
        self.activation.activated.connect(self.activation_chosen)
        self.remove.clicked.connect(self.removal_requested)
        for keys, step, purpose in (("Alt+Up", -1, "Move the layer up"), ("Alt+Down", 1, "Move the layer down")):
            shortcut = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setWhatsThis(purpose)
            shortcut.activated.connect(partial(self.move_requested.emit, step))
        self.name.dragged.connect(lambda position: self.dragged.emit(self.name.mapTo(self, position).y() + self.y()))
        self.show_block(block)

    def _lay_out(self) -> None:
        first, layout = QHBoxLayout(), QVBoxLayout(self)
        without_margins(layout, GAP // 2).addLayout(first)
        first.setSpacing(GAP)
        first.addWidget(self.name)
        edits = list(self.edits.values())
        if edits:
            first.addWidget(edits[0], 2)
        if self.kind.takes_activation:
            first.addWidget(self.activation, 3)
        elif not edits:
            first.addStretch(1)
        first.addWidget(self.remove)
        self.activation.setVisible(self.kind.takes_activation)
        if len(edits) > 1:
            layout.addLayout(self._second_line(edits[1:]))

    def _second_line(self, edits: list[QLineEdit]) -> QHBoxLayout:
        """A line with the numbers that are rarely changed, each with its name."""
        line = QHBoxLayout()
        line.setSpacing(GAP // 2)
        line.setContentsMargins(GAP, 0, 0, 0)
        for part, edit in zip(self.kind.parts[1:], edits, strict=True):
            label = text_label(part.name, "quiet", wraps=False)
            label.setBuddy(edit)
            self._part_names.append(label)
            line.addWidget(label)
            line.addWidget(edit, 1)
        return line

    # ----------------------------------------------------------------- values

    @property
    def first_edit(self) -> QLineEdit:
        """The field for the first number, such as the width."""
        return next(iter(self.edits.values()))

    @property
    def word(self) -> str:
        """The word of this layer in the line of all layers."""
        return word_of(self.layer.kind, self._texts)

    def read(self, number: int) -> Block:
        """The block in the fields, which is hidden layer `number`; raises SettingError("layers") for invalid text."""
        return read_block(number, self.block, self._texts)

    @property
    def _texts(self) -> dict[str, str]:
        return {field: edit.text() for field, edit in self.edits.items()}

    @property
    def block(self) -> Block:
        """The last valid layer that was shown, with the chosen activation."""
        return Block(self.layer, self.activation.value if self.kind.takes_activation else NO_ACTIVATION)

    def show_block(self, block: Block) -> None:
        """Show a block of the same kind; fields whose text is already correct are not changed."""
        self.layer = block.layer
        for field, text in texts_of(block.layer).items():
            edit = self.edits[field]
            if edit.text() != text:
                with QSignalBlocker(edit):
                    edit.setText(text)
            edit.setPlaceholderText("=" if field == "stride" and not text else "")
        self.activation.choose(block.activation)

    def set_number(self, number: int) -> None:
        """Show the number of this layer, counted from 1."""
        self.name.setText(f"{number} {self.layer.label}")
        for part in self.kind.parts:
            self.edits[part.field].setAccessibleName(f"{part.name} of hidden layer {number}")
        self.activation.setAccessibleName(f"activation of hidden layer {number}")
        self.remove.setAccessibleName(f"remove hidden layer {number}")

    @property
    def focus_order(self) -> list[QWidget]:
        """The controls in the order in which the Tab key visits them: from left to right, then the second line."""
        edits: list[QWidget] = list(self.edits.values())
        activation = [self.activation] if self.kind.takes_activation else []
        return [*edits[:1], *activation, self.remove, *edits[1:]]

    # -------------------------------------------------------- size and locking

    def fit_to_font(self, label_width: int) -> None:
        """Make the name at least `label_width` pixels wide, and each field wide enough for some digits."""
        self.name.setMinimumWidth(label_width)
        for index, edit in enumerate(self.edits.values()):
            figures = "8888" if index == 0 else "8"
            edit.setMinimumWidth(self.fontMetrics().horizontalAdvance(figures) + 2 * GAP + 4)

    def lock(self, reason: str) -> None:
        """Disable the row and give the reason in its tooltips; enable it if `reason` is empty."""
        self.name.setEnabled(not reason)
        self.name.setToolTip(plain_tooltip(f"{self.layer.help} {reason or MOVE_TIP}"))
        tips: list[tuple[QWidget, str]] = [(self.edits[part.field], part.tip) for part in self.kind.parts]
        tips += [(self.activation, ACTIVATION_TIP), (self.remove, "Remove this layer from the network.")]
        for control, tip in tips:
            control.setEnabled(not reason)
            control.setToolTip(f"{tip} {reason}".rstrip())
