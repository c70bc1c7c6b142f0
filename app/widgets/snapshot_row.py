"""A slider over the steps and epochs of a training, and the answer of the network at each of them to a drawing."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QVBoxLayout, QWidget

from app.style.theme import GAP, SMALL_SCALE, Colours, colours_of, scaled
from app.widgets.elements import enable, row_of, small_button, without_margins
from app.widgets.large_digit import NO_DIGIT_SIGN
from app.widgets.plain_text import ElidedLabel
from nncore.errors import DataError
from nncore.evaluation.recognition import Prediction, read_digit
from nncore.evaluation.snapshots import Snapshots, TrainingPoint
from nncore.model.network import Network

NO_TRAINING = "Train a network to see how it reads your drawing from step 0 to its last epoch."
NOTHING_TO_COMPARE = "Only one step or epoch of the last run is kept so far, so there are no answers to compare."
ANOTHER_MODEL = "A different model is in use."
USE_POINT = "Make the network at this step or epoch the model in use, under a name of its own."
TRAIN_FURTHER = "Train further from this epoch, in a new run with these weights. The optimizer's memory starts empty."
SELECT_POINT = "Select a step or an epoch first: this is the model in use."
POINT_IN_USE = "The network at this point is the model in use."
SELECT_EPOCH = "A run can be trained further only from the end of an epoch. Select one."
RUN_IN_PROGRESS = "A run is in progress. Stop it first, or wait for its end."
NOT_LOGGED = "The log of runs does not have this run, so its settings are not known."
PEN_REST_MILLISECONDS = 120
"""The networks of the snapshots read the drawing after the pen has rested this long."""

MAX_READING_SECONDS = 0.004
"""Maximum duration of one part of the reading. Between two parts the window handles events."""


class SnapshotRow(QWidget):
    """A slider over the snapshots of a training, first to last, and a cell for each with its answer.

    `point_chosen` carries the selected TrainingPoint, or None for the current model. This is the latest snapshot, or,
    if the model is another one, a last position with its answer.
    """

    point_chosen = Signal(object)
    use_requested = Signal(TrainingPoint)
    """Use the network at this point as the model."""
    train_further_requested = Signal(TrainingPoint)
    """Train the run further from this end of an epoch."""

    def __init__(self, parent: QWidget | None = None, *, hides_when_empty: bool = False) -> None:
        """hides_when_empty: whether it is hidden, instead of a hint, while there is nothing to select."""
        super().__init__(parent)
        self._hides_when_empty = hides_when_empty
        self._snapshots: Snapshots | None = None
        self._has_model = True
        self._model_name = ""
        self._is_training = False
        self._cells: tuple[TrainingPoint | None, ...] = ()
        self._total = 0
        self._image: NDArray[np.uint8] | None = None
        self._choice: TrainingPoint | None = None
        self._live_point: TrainingPoint | None = None
        self._current_network: Network | None = None
        self.caption = ElidedLabel()
        self.caption.setProperty("quiet", True)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Step or epoch of the last training")
        self.slider.setToolTip(
            "Select a step or an epoch, from the untrained network (left) to the latest (right). The model in use "
            "stays the same until you press “Use this point”."
        )
        self.slider.setPageStep(5)
        self.strip = AnswerStrip()
        self.strip.picked.connect(self.slider.setValue)
        self.slider.valueChanged.connect(self._select)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._read_pending)
        self.use_button = small_button("Use this point", self._request_use)
        self.further_button = small_button("Train further from here", self._request_further)
        top = row_of(self.caption, self.use_button, self.further_button, spacing=GAP // 2)
        top.setStretchFactor(self.caption, 1)
        lines = without_margins(QVBoxLayout(self), GAP // 2)
        lines.addLayout(top)
        lines.addWidget(self.slider)
        lines.addWidget(self.strip)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.refresh()

    @property
    def choice(self) -> TrainingPoint | None:
        """The selected point; None for the current model."""
        return self._choice

    def set_snapshots(self, snapshots: Snapshots | None, total: int = 0, has_model: bool = True) -> None:
        """Show the snapshots of a training of `total` epochs, and select the current model; None without a training.

        has_model: whether the current model is the model of the latest snapshot.
        """
        self._snapshots = snapshots
        self._total = total
        self._has_model = has_model
        had_choice = self._choice is not None
        self._choice, self._cells = None, ()
        self.strip.set_cells((), [])
        self.refresh()
        if had_choice:
            self.point_chosen.emit(None)  # not before all of the row is consistent: the receiver may select a point

    def set_has_model(self, has_model: bool, name: str = "") -> None:
        """Update the row for another current model. has_model: whether it is the model of the latest snapshot."""
        self._has_model, self._model_name = has_model, name
        self.refresh()

    @Slot(object)
    def set_current_network(self, network: Network | None) -> None:
        """Let this network, that of the current model, answer if it is not that of the latest snapshot."""
        if network is not self._current_network:
            self._current_network = network
            answers = zip(self._cells, self.strip.answers, strict=True)
            self.strip.set_cells(self._cells, [None if point is None else answer for point, answer in answers])
            self._read_later()

    @property
    def early_point(self) -> TrainingPoint | None:
        """The point within the first epoch whose network reads; None for a later one, or if it is unknown."""
        latest = next(iter(self._cells[-1:]), None)
        point = self._choice or self._live_point or latest
        return point if point is not None and (point.epoch == 0 or not point.ends_epoch) and point.epoch <= 1 else None

    def set_training(self, is_training: bool) -> None:
        """Say whether a run is in progress."""
        self._is_training = is_training
        self._enable_buttons(self.slider.value())

    def set_live_point(self, point: TrainingPoint | None) -> None:
        """Say that the current model is the model of the run in progress at `point`; None if it is not."""
        self._live_point = point
        self._show_index(self.slider.value())

    @property
    def point_text(self) -> str:
        """The selected point in words, "" for the current model: "step 3 of the last run, 784-128-10"."""
        return "" if self._choice is None else f"{self._choice.label} of the last run, {self._run_name}"

    @property
    def _run_name(self) -> str:
        return "" if self._snapshots is None else self._snapshots.run.title

    def select_point(self, point: TrainingPoint | None) -> None:
        """Select a point of the training, if it is still kept; None selects the current model."""
        if point is not None and point not in self._cells:
            self.refresh()  # it is newer than what is shown
        if point is None or point in self._cells:
            self.slider.setValue(len(self._cells) - 1 if point is None else self._cells.index(point))

    def select_current_model(self) -> None:
        """Select the current model instead of an earlier point."""
        if self._choice is not None:
            self._set_choice(None)
            self.refresh()

    def refresh(self) -> None:
        """Show the snapshots kept by now; if the current model was selected, it stays selected."""
        points = self._snapshots.points if self._snapshots is not None else ()
        known = dict(zip(self._cells, self.strip.answers, strict=True))
        choice_before = self._choice
        if self._choice is not None and self._choice not in points:
            self._choice = _next_to(self._choice, points)  # its snapshot is no longer kept
        cells = self._cells = points if self._has_model else (*points, None)
        self.strip.set_cells(cells, [known.get(point) for point in cells])
        some = len(points) > 1
        if self._hides_when_empty:
            self.setVisible(some)
        self.slider.setVisible(some)
        for widget in (self.strip, self.use_button, self.further_button):
            widget.setVisible(some)
        index = len(cells) - 1 if self._choice is None else cells.index(self._choice)
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(0, len(cells) - 1))
            self.slider.setValue(index)
        self._show_index(index)
        if not self._timer.isActive():  # a run that grows fast must not put the reading off
            self._read_later()
        if self._choice != choice_before:
            self.point_chosen.emit(self._choice)

    def set_image(self, image: NDArray[np.uint8] | None) -> None:
        """Let each snapshot read `image` (28, 28) after the pen rests; None for no drawing."""
        shown = self._image
        if image is shown or (image is not None and shown is not None and np.array_equal(image, shown)):
            return
        self._image = image
        self.strip.set_cells(self._cells, [None] * len(self._cells))
        self._read_later()

    def showEvent(self, event: QShowEvent) -> None:
        """Let the networks read what was not read while it was hidden."""
        super().showEvent(event)
        self._read_later()

    @Slot(int)
    def _select(self, index: int) -> None:
        self._show_index(index)
        self._set_choice(None if index == len(self._cells) - 1 else self._cells[index])

    def _set_choice(self, point: TrainingPoint | None) -> None:
        if point != self._choice:
            self._choice = point
            self.point_chosen.emit(point)

    def _show_index(self, index: int) -> None:
        self.strip.set_index(index)
        if self.slider.isHidden():
            self.caption.set_full_text(NO_TRAINING if self._snapshots is None else NOTHING_TO_COMPARE)
            return
        text = self._caption(index)
        self.caption.set_full_text(text, text.partition(", ")[2].removesuffix("."))
        self.slider.setAccessibleDescription(text)
        self._enable_buttons(index)

    def _enable_buttons(self, index: int) -> None:
        """Enable what can be done with the point at `index`; a tooltip says why something cannot."""
        point = self._cells[index] if index < len(self._cells) else None
        none = SELECT_POINT if point is None else ""
        is_in_use = POINT_IN_USE if self._has_model and index == len(self._cells) - 1 else ""
        enable(self.use_button, USE_POINT, none or is_in_use)
        within_epoch = "" if point is None or point.is_end_of_epoch else SELECT_EPOCH
        is_logged = self._snapshots is not None and self._snapshots.run.number is not None
        obstacle = RUN_IN_PROGRESS if self._is_training else none or within_epoch or ("" if is_logged else NOT_LOGGED)
        enable(self.further_button, TRAIN_FURTHER, obstacle)

    @property
    def _point(self) -> TrainingPoint | None:
        """The selected point, even if it is that of the current model."""
        return self._cells[self.slider.value()] if self._cells else None

    @Slot()
    def _request_use(self) -> None:
        if (point := self._point) is not None:
            self.use_requested.emit(point)

    @Slot()
    def _request_further(self) -> None:
        if (point := self._point) is not None:
            self.train_further_requested.emit(point)

    def _caption(self, index: int) -> str:
        """Which run the answers belong to, which of its points is selected, and whether the model in use is another."""
        if self._live_point is not None and index == len(self._cells) - 1:
            return f"Answers during this run, {self._run_name}: now {self._live_point.in_words(self._total)}."
        point = self._cells[index]
        text = f"Answers during the last run, {self._run_name}"
        if point is not None:
            text += f": {point.in_words(self._total)}"
            if self._has_model and index == len(self._cells) - 1:
                text += ", the latest"
        if self._has_model:
            return f"{text}."
        return f"{text}. In use: {self._model_name}." if self._model_name else f"{text}. {ANOTHER_MODEL}"

    def _read_later(self) -> None:
        if self._image is not None and self.slider.isVisible():
            self._timer.start(PEN_REST_MILLISECONDS)
        else:
            self._timer.stop()

    @property
    def has_unread_points(self) -> bool:
        """Whether steps or epochs wait to read the drawing."""
        return self._timer.isActive()

    @Slot()
    def _read_pending(self) -> None:
        """Let snapshots without an answer read the drawing for MAX_READING_SECONDS; the timer continues the rest."""
        if self._snapshots is None or self._image is None:
            return
        end, answers = perf_counter() + MAX_READING_SECONDS, list(self.strip.answers)
        for index, point in enumerate(self._cells):
            if answers[index] is not None:
                continue
            if perf_counter() > end:
                self._timer.start(0)
                break
            try:
                answers[index] = self._answer_at(point, self._snapshots, self._image)
            except (KeyError, DataError):  # there is no such network, or its network cannot read digits or diverged
                continue
        self.strip.set_cells(self._cells, answers)

    def _answer_at(self, point: TrainingPoint | None, snapshots: Snapshots, image: NDArray[np.uint8]) -> Prediction:
        """What the network at `point` reads, or the current one for None; raises as `Snapshots.read` does."""
        if point is not None:
            return snapshots.read(point, image)
        if self._current_network is None:
            raise KeyError("no current network")
        return read_digit(self._current_network, image)


class AnswerStrip(QWidget):
    """A cell for each snapshot with its answer; the colour is stronger for a higher confidence.

    A gap separates the steps within the first epoch from the ends of epochs.
    """

    picked = Signal(int)
    """The index, from 0, of the clicked cell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answers: list[Prediction | None] = []
        self._points: tuple[TrainingPoint | None, ...] = ()
        self._index = self._steps = 0
        self.setAccessibleName("Answers at the steps and epochs")
        self.setToolTip(
            "What the network read after its first steps, and beside them after each epoch. Blue: the same as in the "
            "last cell; orange: another digit; grey: no digit. Stronger colours are more certain. Click to select one."
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_cells(self, points: tuple[TrainingPoint | None, ...], answers: list[Prediction | None]) -> None:
        """Show the answers at these points, first to last. Point None is the model in use; answer None is unknown."""
        if (points, answers) != (self._points, self.answers):
            self._points, self.answers = points, answers
            ends = (index for index, point in enumerate(points) if point is None or (point.ends_epoch and point.epoch))
            self._steps = next(ends, 0)
            self.setAccessibleDescription(", ".join(map(_cell_in_words, points[-30:], answers[-30:])))
            self.update()

    def set_index(self, index: int) -> None:
        """Mark the cell at `index`."""
        if index != self._index:
            self._index = index
            self.update()

    def cell(self, index: int) -> QRectF:
        """The rectangle of the cell at `index`."""
        gap = GAP if self._steps else 0
        width = (self.width() - gap) / max(1, len(self.answers))
        return QRectF(index * width + gap * (index >= self._steps), 0, width, self.height())

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
            x = event.position().x()
            self.picked.emit(max((i for i in range(len(self.answers)) if self.cell(i).left() <= x), default=0))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cells; those with the answer of the last one have another colour than the others."""
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


def _next_to(point: TrainingPoint, points: tuple[TrainingPoint, ...]) -> TrainingPoint | None:
    """Return the last of the points before `point`, or else the first one; None without points."""
    earlier = [each for each in points if point.is_after(each)]
    return next(iter(earlier[-1:] or points[:1]), None)


def _cell_in_words(point: TrainingPoint | None, answer: Prediction | None) -> str:
    """Return "step 3: 7"."""
    name = "model in use" if point is None else point.label
    return f"{name}: {'unknown' if answer is None else _answer(answer)}"


def _answer(prediction: Prediction) -> str:
    return str(prediction.digit) if prediction.is_accepted else NO_DIGIT_SIGN


def _fill(answer: Prediction | None, latest: str, colours: Colours) -> QColor:
    if answer is None or not answer.is_accepted:
        return QColor(colours.grid)
    colour = QColor(colours.training if _answer(answer) == latest else colours.validation)
    colour.setAlphaF(0.15 + 0.35 * answer.confidence)  # the digit on it stays readable in both themes
    return colour
