"""A slider over the epochs of a training, and the answer of each epoch's network to the current drawing."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QVBoxLayout, QWidget

from app.style.theme import GAP, SMALL_SCALE, Colours, colours_of, scaled
from app.widgets.elements import without_margins
from app.widgets.large_digit import NO_DIGIT_SIGN
from app.widgets.plain_text import ElidedLabel
from nncore.errors import DataError
from nncore.evaluation.epoch_snapshots import EpochSnapshots
from nncore.evaluation.recognition import Prediction

NO_EPOCHS = "Train a network to see how each epoch reads your drawing."
NO_FINISHED_EPOCH = "No epoch of the last run has ended, so there are no answers of epochs to compare."
ANOTHER_MODEL = "The model in use is another one."
PEN_REST_MILLISECONDS = 120
"""The networks of the epochs read the drawing after the pen has rested this long."""

MAX_READING_SECONDS = 0.004
"""Maximum duration of one part of the reading. Between two parts the window handles events."""


class EpochRow(QWidget):
    """A slider over the epochs of a training, and a cell for each epoch with its answer.

    `epoch_chosen` carries the selected epoch, or None for the current model. This is the latest epoch, or, if the model
    is of another training, a last position without an answer.
    """

    epoch_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshots: EpochSnapshots | None = None
        self._has_model = True
        self._cells: tuple[int | None, ...] = ()
        self._total = 0
        self._image: NDArray[np.uint8] | None = None
        self._choice: int | None = None
        self.caption = ElidedLabel()
        self.caption.setProperty("quiet", True)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Epoch of the last training")
        self.slider.setToolTip("Select an epoch, from the untrained network (left) to the latest (right).")
        self.slider.setPageStep(5)
        self.strip = AnswerStrip()
        self.strip.picked.connect(self.slider.setValue)
        self.slider.valueChanged.connect(self._select)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._read_pending)
        lines = without_margins(QVBoxLayout(self), GAP // 2)
        for widget in (self.caption, self.slider, self.strip):
            lines.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.refresh()

    @property
    def choice(self) -> int | None:
        """The selected epoch; None for the current model."""
        return self._choice

    def set_snapshots(self, snapshots: EpochSnapshots | None, total: int = 0, has_model: bool = True) -> None:
        """Show the epochs of a training of `total` epochs, and select the current model; None: no training.

        has_model: whether the current model is that of the latest epoch.
        """
        self._snapshots, self._total, self._has_model = snapshots, total, has_model
        self._cells = ()
        self.strip.set_answers([])
        self._set_choice(None)
        self.refresh()

    def set_has_model(self, has_model: bool) -> None:
        """Update the row for another current model. has_model: whether it is that of the latest epoch."""
        self._has_model = has_model
        self.refresh()

    @property
    def reader(self) -> str:
        """The selected epoch in words, "" for the current model: "epoch 4 of the last run, 784-128-10"."""
        return "" if self._choice is None else f"epoch {self._choice} of the last run, {self._run_name}"

    @property
    def _run_name(self) -> str:
        return "" if self._snapshots is None else self._snapshots.spec.default_name

    def select_current_model(self) -> None:
        """Select the current model instead of an epoch."""
        if self._choice is not None:
            self._set_choice(None)
            self.refresh()

    def refresh(self) -> None:
        """Show the epochs kept by now; if the current model was selected, it stays selected."""
        epochs = self._snapshots.epochs if self._snapshots is not None else ()
        known = dict(zip(self._cells, self.strip.answers, strict=True))
        if self._choice is not None and self._choice not in epochs:  # its snapshot is no longer kept
            # The nearest epoch that is still kept.
            self._set_choice(min(epochs, key=lambda epoch: abs(epoch - (self._choice or 0))) if epochs else None)
        cells = self._cells = epochs if self._has_model else (*epochs, None)
        self.strip.set_answers([known.get(epoch) for epoch in cells])
        some = len(epochs) > 1
        self.slider.setVisible(some)
        self.strip.setVisible(some)
        index = len(cells) - 1 if self._choice is None else cells.index(self._choice)
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(0, len(cells) - 1))
            self.slider.setValue(index)
        self._show_index(index)
        self._read_later()

    def set_image(self, image: NDArray[np.uint8] | None) -> None:
        """Let each epoch read `image` (28, 28) after the pen rests; None for no drawing."""
        self._image = image
        self.strip.set_answers([None] * len(self._cells))
        self._read_later()

    @Slot(int)
    def _select(self, index: int) -> None:
        self._show_index(index)
        self._set_choice(None if index == len(self._cells) - 1 else self._cells[index])

    def _set_choice(self, epoch: int | None) -> None:
        if epoch != self._choice:
            self._choice = epoch
            self.epoch_chosen.emit(epoch)

    def _show_index(self, index: int) -> None:
        self.strip.set_index(index)
        if self.slider.isHidden():
            self.caption.set_full_text(NO_EPOCHS if self._snapshots is None else NO_FINISHED_EPOCH)
            return
        text = self._caption(index)
        self.caption.set_full_text(text)
        self.slider.setAccessibleDescription(text)

    def _caption(self, index: int) -> str:
        """Which run the answers belong to, which of its epochs is selected, and whether the model in use is another."""
        epoch, of = self._cells[index], f" of {self._total:,}" if self._total else ""
        text = f"Answers by epoch of the last run, {self._run_name}"
        if epoch is not None:
            text += f": epoch {epoch}{of}" + (", untrained" if epoch == 0 else "")
            if self._has_model and index == len(self._cells) - 1:
                text += ", the latest"
        return f"{text}." if self._has_model else f"{text}. {ANOTHER_MODEL}"

    def _read_later(self) -> None:
        if self._image is not None and not self.slider.isHidden():
            self._timer.start(PEN_REST_MILLISECONDS)
        else:
            self._timer.stop()

    @Slot()
    def _read_pending(self) -> None:
        """Let epochs without an answer read the drawing for MAX_READING_SECONDS; the timer continues the rest."""
        if self._snapshots is None or self._image is None:
            return
        end, answers = perf_counter() + MAX_READING_SECONDS, list(self.strip.answers)
        for index, epoch in enumerate(self._cells):
            if answers[index] is not None or epoch is None:
                continue
            if perf_counter() > end:
                self._timer.start(0)
                break
            try:
                answers[index] = self._snapshots.read(epoch, self._image)
            except (KeyError, DataError):  # the snapshot was deleted, or its network cannot read digits or diverged
                continue
        self.strip.set_answers(answers)


class AnswerStrip(QWidget):
    """A cell for each epoch with its answer; the colour is stronger for a higher confidence."""

    picked = Signal(int)
    """The index, from 0, of the clicked cell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answers: list[Prediction | None] = []
        self._index = 0
        self.setAccessibleName("Answer of each epoch")
        self.setToolTip("Answer of each epoch to your drawing; stronger colours are more certain. Click to select it.")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_answers(self, answers: list[Prediction | None]) -> None:
        """Show the answers of the epochs, first to last; None where it is unknown."""
        if answers != self.answers:
            self.answers = answers
            self.setAccessibleDescription(
                ", ".join("unknown" if each is None else _answer(each) for each in answers[-30:])
            )
            self.update()

    def set_index(self, index: int) -> None:
        """Mark the cell at `index`."""
        if index != self._index:
            self._index = index
            self.update()

    def cell(self, index: int) -> QRectF:
        """The rectangle of the cell at `index`."""
        width = self.width() / max(1, len(self.answers))
        return QRectF(index * width, 0, width, self.height())

    def sizeHint(self) -> QSize:
        """As high as a line of small text."""
        height = QFontMetricsF(scaled(self.font(), SMALL_SCALE)).height()
        return QSize(200, round(height) + GAP // 2)

    def minimumSizeHint(self) -> QSize:
        """The same height, but narrow."""
        return QSize(80, self.sizeHint().height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the cell under the mouse."""
        if event.button() == Qt.MouseButton.LeftButton and self.answers:
            index = int(event.position().x() * len(self.answers) / max(1, self.width()))
            self.picked.emit(min(max(index, 0), len(self.answers) - 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells; those with the latest epoch's answer in the winner's colour."""
        colours, font = colours_of(self), scaled(self.font(), SMALL_SCALE)
        known = [answer for answer in self.answers if answer is not None]
        latest = _answer(known[-1]) if known else NO_DIGIT_SIGN
        figure = QFontMetricsF(font).horizontalAdvance("0") + 2
        with QPainter(self) as painter:
            painter.setFont(font)
            for index, answer in enumerate(self.answers):
                cell = self.cell(index)
                gap = 1.0 if cell.width() > 4 else 0.0
                body = cell.adjusted(0, 1, -gap, -1)
                painter.fillRect(body, _fill(answer, latest, colours))
                if answer is not None and cell.width() >= figure:
                    painter.setPen(QColor(colours.text))
                    painter.drawText(body, Qt.AlignmentFlag.AlignCenter, _answer(answer))
                if index == self._index:
                    painter.setPen(QColor(colours.accent))
                    painter.drawRect(body.adjusted(0.5, 0, -0.5, -0.5))


def _answer(prediction: Prediction) -> str:
    return str(prediction.digit) if prediction.is_accepted else NO_DIGIT_SIGN


def _fill(answer: Prediction | None, latest: str, colours: Colours) -> QColor:
    if answer is None or not answer.is_accepted:
        return QColor(colours.grid)
    colour = QColor(colours.winner if _answer(answer) == latest else colours.validation)
    colour.setAlphaF(0.15 + 0.55 * answer.confidence)
    return colour
