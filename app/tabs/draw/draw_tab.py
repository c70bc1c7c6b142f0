"""The Draw tab: canvas, answer, bars and filmstrip, all of the same Reading."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.background.throttle import Throttle
from app.canvas.canvas import Canvas
from app.canvas.canvas_picture import CanvasPicture
from app.session.handwriting_teacher import IN_TRAINING, HandwritingTeacher
from app.session.run_events import LiveNetwork
from app.style.icons import set_icon
from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.tabs.draw.answer_view import AnswerView
from app.tabs.draw.drawing_keeper import DrawingKeeper
from app.tabs.draw.explanation_strip import ExplanationStrip
from app.tabs.draw.filmstrip import Filmstrip
from app.tabs.draw.network_pane import NetworkPane
from app.tabs.draw.number_row import NumberRow
from app.tabs.draw.picture_source import PICTURE_FILTER, PictureSource
from app.tabs.draw.reading import Reading, read_drawing, read_picture
from app.tabs.draw.teach_row import NOTHING_DRAWN, TeachRow
from app.tabs.tab import Tab
from app.widgets.elements import action_button, bar_layout, column_of, push_button, row_of, text_label, without_margins
from app.widgets.explanation import Explanation
from app.widgets.file_dialogs import ask_for_file
from app.widgets.layouts.overlay import Overlay
from app.widgets.layouts.scroll_page import ScrollPage
from app.widgets.plain_text import ElidedLabel
from app.widgets.probability_bars import ProbabilityBars
from app.widgets.snapshot_row import SnapshotRow
from nncore.evaluation.recognition import Prediction
from nncore.evaluation.snapshots import Snapshots, TrainingPoint
from nncore.model.network import Network
from nncore.preprocessing.ink import Ink, stages

EMPTY_CANVAS = "Nothing is drawn yet."
NO_MODEL_TO_READ_WITH = "No model is open. Train or open one to read your drawing."
RESTORED = "Your last drawing is on the canvas again."
PIN_TIP = "Pin this drawing to Train: its ten bars follow the training beside the loss"
OF_DATA_SET = "This digit is from the data set, so it is not your handwriting. Draw it yourself to teach it."
EARLIER_POINT = "Only the model in use learns your drawings. Move the slider to its right end to teach it."
NO_ANSWER = "This model cannot read drawings."


class DrawTab(Tab):
    """Reads the drawing while the pen moves, at most once per frame.

    `predicted` carries the Prediction shown, or None if there is no drawing, no network, or a network that cannot read
    digits. With several digits it is that of the selected one.
    """

    predicted = Signal(object)
    image_changed = Signal(object)
    """The image (28, 28) uint8 of the digit shown; None if nothing is drawn."""
    classifier_changed = Signal(object, str)
    """The network that reads, None without a model, and its name: the model in use, or an epoch of the last run."""
    pin_requested = Signal(np.ndarray)
    """Show the bars of this image (28, 28) uint8 in the Train tab while a network learns."""
    status_message = Signal(str)
    """A sentence that confirms an action."""
    error_message = Signal(str)
    """A sentence that reports an error."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._network: Network | None = None
        self._name = ""
        self._snapshots: Snapshots | None = None
        self._earlier_network: Network | None = None
        self._live: LiveNetwork | None = None
        self._model_has_epoch = True
        self._shown_classifier: tuple[Network | None, str] | None = None
        self._keeper: DrawingKeeper | None = None
        self._teacher: HandwritingTeacher | None = None
        self._reading = Reading()
        self._prediction: Prediction | None = None
        self.image: NDArray[np.uint8] | None = None
        self._explanation: Explanation | None = None
        self.canvas = self.message_place = Canvas()
        self.pictures = PictureSource(self)
        self.model_label = ElidedLabel()
        self.model_label.setProperty("quiet", True)
        self.answer = AnswerView()
        self.number_row = NumberRow()
        self.bars = ProbabilityBars()
        self.network_pane = NetworkPane()
        self.teach_row = TeachRow()
        self.snapshot_row = SnapshotRow()
        self.filmstrip = Filmstrip()
        self.explanation = ExplanationStrip()
        self.explanation.hide()
        self.error_label, self.reading_label = text_label(style="error"), ElidedLabel()
        self.cancel_button = push_button("Cancel", "Stop reading; the canvas stays as it is.", self.pictures.cancel)
        self.error_notice, self.reading_notice = (Overlay(self.canvas, self.canvas, margin=GAP) for _ in range(2))
        self.throttle = Throttle(parent=self)
        self.open_action = self._action("Open picture", "open", "Ctrl+Shift+O", "Open a picture of a digit")
        self.paste_action = self._action("Paste", "paste", "Ctrl+V", "Paste a picture of a digit")
        self.pin_action = self._action("Pin to Train", "pin", "Ctrl+Shift+P", PIN_TIP)
        self._buttons = self._tools()
        self._canvas_column = self._left_column()
        self._answer_row = QWidget()
        self._bars_row = QWidget()
        self.page = QWidget()
        self._lay_out()
        self._connect()
        self._read()

    # Content

    def focus(self) -> None:
        """Put the focus on the canvas."""
        self.canvas.setFocus()

    @property
    def prediction(self) -> Prediction | None:
        """The prediction shown; None without a prediction."""
        return self._prediction

    @property
    def ink(self) -> Ink | None:
        """The strokes of the digit shown; None without a digit."""
        inks = self._reading.inks
        index = self.number_row.choice
        return inks[index] if index < len(inks) else None

    @property
    def network(self) -> Network | None:
        """The network that reads: of the selected step or epoch, of the run in progress, or of the current model."""
        return self._earlier_network or (self._live.network if self._live is not None else self._network)

    def set_network(self, network: Network | None, name: str = "", keeps_point: bool = False) -> None:
        """Use `network` to read, and read the canvas again.

        name: the name of its model, as in the corner of the window. keeps_point: whether the network of a step or
        an epoch that the user has selected stays in use, as during the run that the network comes from.
        """
        self._network = network
        self._name = name
        self._live = None
        self.snapshot_row.set_live_point(None)
        self._explanation = None  # it was that of the old network
        self.snapshot_row.set_current_network(network)
        if not keeps_point:
            self.snapshot_row.select_current_model()
        self._read()

    def set_model_has_epoch(self, has_epoch: bool) -> None:
        """Say whether the model in use has finished an epoch of training."""
        if has_epoch != self._model_has_epoch:
            self._model_has_epoch = has_epoch
            self._show_digit()

    @Slot(str)
    def rename_model(self, name: str) -> None:
        """The model that reads has this name now; its network and its answers stay."""
        self._name = name
        self._show_model_name()

    def set_snapshots(self, snapshots: Snapshots | None, epochs: int = 0, has_model: bool = True) -> None:
        """Offer the networks of the steps and epochs of a training of `epochs` epochs; None for no training.

        has_model: whether the current model is the model of the latest snapshot.
        """
        self._snapshots = snapshots
        self.snapshot_row.set_snapshots(snapshots, epochs, has_model)

    def connect_teacher(self, teacher: HandwritingTeacher) -> None:
        """Connect the buttons that teach the drawing with `teacher`."""
        self._teacher = teacher
        self.teach_row.connect_teacher(teacher)
        self.teach_row.digit_chosen.connect(self._teach)
        teacher.changed.connect(self._update_teaching)

    @Slot()
    def _update_teaching(self) -> None:
        self.teach_row.set_obstacle(self._obstacle_to_teaching())

    def show_training(self, live: LiveNetwork | None) -> None:
        """Read with the network of the run in progress as it is now; if it is None, with the current model."""
        if live is not self._live:
            self._live = live
            self.snapshot_row.set_live_point(None if live is None else live.point)
            self.throttle.request()

    @Slot(object)
    def show_ink(self, ink: Ink) -> None:
        """Put `ink`, of any size and position, on the canvas, as one undo step."""
        self.canvas.set_ink(ink)

    def show_image(self, explanation: Explanation) -> None:
        """Put a digit (28, 28) of a data set on the canvas with its explanation, as one undo step."""
        self._explanation = explanation
        self.canvas.set_picture(CanvasPicture.from_digit(explanation.image))

    @Slot(object)
    def explain(self, explanation: Explanation | None) -> None:
        """Update the explanation, if it is about the digit put on the canvas last."""
        if explanation is not None and self._explanation is not None and explanation.image is self._explanation.image:
            self._explanation = explanation
            self._show_explanation()

    def _show_explanation(self) -> None:
        """Show the explanation instead of the filmstrip while its digit is on the canvas."""
        picture, explanation = self.canvas.picture, self._explanation
        explains = explanation is not None and picture is not None and picture.digit_images[0] is explanation.image
        if explanation is not None and explains:
            self.explanation.setFixedHeight(self.filmstrip.sizeHint().height())
            self.explanation.show_explanation(explanation)
        self.filmstrip.setVisible(not explains)
        self.explanation.setVisible(explains)

    def finish(self) -> bool:
        """Wait for pictures that are being read, and for the drawing to be saved; False if that takes too long."""
        return self.pictures.finish() and (self._keeper is None or self._keeper.finish())

    def keep_drawing(self, folder: Path) -> None:
        """Save the drawing to a file in `folder` after each change, and restore the drawing of an earlier start."""
        self._keeper = DrawingKeeper(self.canvas, folder, self)
        self._keeper.restored.connect(self._say_restored)
        self._keeper.failed.connect(self.error_message)

    @Slot()
    def _say_restored(self) -> None:
        """Say that the drawing is there again once the canvas is seen; on another tab it would cover what is there."""
        if self.isVisible():
            self.status_message.emit(RESTORED)
        else:
            self.visibility_changed.connect(self._say_restored_here, Qt.ConnectionType.SingleShotConnection)

    @Slot()
    def _say_restored_here(self) -> None:
        QTimer.singleShot(0, self, self._say_restored)  # after the message of the tab before has been hidden

    @Slot(object)
    def _choose_point(self, point: TrainingPoint | None) -> None:
        """Read with the network at `point`, even if its snapshot is deleted later; None for the current model."""
        self._earlier_network = self._explanation = None
        if point is not None and self._snapshots is not None:
            try:
                self._earlier_network = self._snapshots.network(point)
            except KeyError:  # the training has deleted it since the row was updated
                self.snapshot_row.refresh()  # selects the one before it, which calls this again
                return
        self._read()

    # Reading

    @Slot()
    def _read(self) -> None:
        """Read the canvas and show the answer everywhere."""
        picture = self.canvas.picture
        if picture is not None:
            self._reading = read_picture(self.network, picture)
        else:
            self._reading = read_drawing(self.network, self.canvas.drawing.ink(), self.filmstrip.preparation)
        self._show_model_name()
        self.number_row.set_predictions(self._reading.predictions)
        self._show_error(self._reading.error)
        self._show_digit()

    @property
    def model_name(self) -> str:
        """The name of the network that reads: of the model in use, or a step or epoch of a run."""
        return self.snapshot_row.point_text or (self._live.name if self._live is not None else self._name) or "no model"

    def _show_model_name(self) -> None:
        """Say which network gives the answers."""
        if self.model_label.full_text != f"Read by {self.model_name}":
            self.model_label.set_full_text(f"Read by {self.model_name}")
        classifier = self.network, self.model_name
        if classifier != self._shown_classifier:
            self._shown_classifier = classifier
            self.classifier_changed.emit(*classifier)

    @Slot()
    def _show_digit(self) -> None:
        """Show one digit of the reading: the only one, or the selected one."""
        reading, index = self._reading, self.number_row.choice
        self._prediction = reading.predictions[index] if reading.predictions else None
        image = None if reading.is_blank else reading.images[min(index, len(reading.images) - 1)]
        if image is not None and reading.of_picture:
            self.filmstrip.show_picture(image)
        else:
            ink = self.ink
            self.filmstrip.show_stages(None if ink is None else stages(ink, self.filmstrip.preparation))
        self._show_explanation()
        self.snapshot_row.set_image(image)
        self.image = image
        self.pin_action.setEnabled(image is not None)
        self.image_changed.emit(image)
        if self._prediction is not None:
            self.bars.set_probabilities(self._prediction.probabilities, has_answer=self._prediction.is_accepted)
            early = self.snapshot_row.early_point
            has_epoch = self._model_has_epoch or self._live is not None or self.snapshot_row.choice is not None
            self.answer.show_prediction(self._prediction, self.number_row.text, index, early=early, has_epoch=has_epoch)
        else:
            self.bars.set_probabilities(None)
            no_answer = NO_MODEL_TO_READ_WITH if self._network is None else EMPTY_CANVAS
            self.answer.show_hint(NO_ANSWER if reading.error else no_answer)
        self.network_pane.show_reading(self.network, self._prediction, image)
        self._update_teaching()
        self.predicted.emit(self._prediction)

    def _obstacle_to_teaching(self) -> str:
        """Why the drawing cannot be taught; "" if it can."""
        if self._teacher is not None and self._teacher.is_base_in_training:
            return IN_TRAINING
        if self._prediction is None:
            return self._reading.error or NOTHING_DRAWN
        if self.canvas.picture is not None and self.canvas.picture.is_of_data_set:
            return OF_DATA_SET
        return EARLIER_POINT if self.snapshot_row.choice is not None else ""

    @Slot(str)
    def _show_error(self, sentence: str) -> None:
        """Show an error over the lower edge of the canvas; "" hides it."""
        self.error_label.setText(sentence)
        self.error_notice.setVisible(bool(sentence))

    @Slot(str)
    def _show_picture_being_read(self, name: str) -> None:
        """Show that this picture is being read, with a button that cancels it; "" hides it."""
        self.reading_notice.setVisible(bool(name))
        self.reading_label.set_full_text(f"Reading {name} …")

    @Slot()
    def _pin(self) -> None:
        if self.image is not None:
            self.pin_requested.emit(self.image)

    @Slot(int)
    def _teach(self, digit: int) -> None:
        if self._teacher is not None and self.ink is not None and self._prediction is not None:
            self._teacher.teach(self.ink, digit, self._prediction.digit)

    @Slot()
    def ask_picture(self) -> None:
        """Ask for a picture file to read."""
        ask_for_file(self, "Open a picture of a digit", PICTURE_FILTER, self.pictures.open)

    # Layout

    def _connect(self) -> None:
        self.canvas.drawing_changed.connect(self.throttle.request)
        self.throttle.due.connect(self._read)
        self.number_row.chosen.connect(self._show_digit)
        self.filmstrip.preparation_changed.connect(self._read)
        self.snapshot_row.point_chosen.connect(self._choose_point)
        self.open_action.triggered.connect(self.ask_picture)
        self.paste_action.triggered.connect(self.pictures.paste)
        self.pin_action.triggered.connect(self._pin)
        self.pictures.found.connect(self.canvas.set_picture)
        self.pictures.failed.connect(self._show_error)
        self.pictures.reading.connect(self._show_picture_being_read)

    def _left_column(self) -> QWidget:
        column = QWidget()
        left = without_margins(QVBoxLayout(column))
        left.addWidget(self.canvas, 1)
        bar_layout(self.error_notice, self.error_label)
        bar_layout(self.reading_notice, self.reading_label, self.cancel_button)
        self.error_notice.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)  # the user can draw below it
        left.addLayout(self._buttons)
        return column

    def _lay_out(self) -> None:
        answer, buttons = QHBoxLayout(), column_of(self.network_pane.toggle, self.network_pane.open_button, spacing=2)
        buttons.addStretch(1)
        without_margins(answer).addWidget(self.answer)
        answer.addLayout(buttons)
        self.number_row.control_before = self.network_pane.open_button
        answer.setStretch(0, 1)
        self._answer_row.setLayout(answer)
        bars = row_of(self.network_pane, self.bars, spacing=GROUP_GAP)
        bars.setStretch(0, 5)
        bars.setStretch(1, 3)
        self._bars_row.setLayout(bars)
        shown = self.model_label, self._answer_row, self.number_row, self._bars_row, self.teach_row, self.snapshot_row
        right = column_of(*shown, spacing=GAP // 2)
        right.setStretchFactor(self._bars_row, 1)
        top = QHBoxLayout()
        top.setSpacing(PAGE_MARGIN)
        top.addWidget(self._canvas_column, 1)
        top.addLayout(right, 1)
        page = QVBoxLayout(self.page)
        page.setContentsMargins(PAGE_MARGIN, GAP, PAGE_MARGIN, GAP)
        page.setSpacing(GAP)
        page.addLayout(top, 1)
        page.addWidget(self.filmstrip)
        page.addWidget(self.explanation)
        self.page.installEventFilter(self)
        # The page scrolls if the window is smaller than a laptop's screen.
        without_margins(QVBoxLayout(self)).addWidget(ScrollPage(self.page))

    def _tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GAP)
        actions = self.canvas.canvas_actions
        for action in actions.all:
            row.addWidget(self._tool(action, shows_text=action not in (actions.undo, actions.redo)))
        row.addStretch()
        for action in (self.pin_action, self.open_action, self.paste_action):
            row.addWidget(self._tool(action, shows_text=False))
        return row

    def _action(self, text: str, icon: str, key: str, tip: str) -> QAction:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setToolTip(f"{tip} ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)}).")
        set_icon(action, icon)
        return action

    def _tool(self, action: QAction, shows_text: bool) -> QToolButton:
        self.addAction(action)  # the keys work wherever the focus is in the tab
        return action_button(action, shows_text=shows_text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit the canvas into the new size of the page."""
        if watched is self.page and event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._square_canvas()
        return super().eventFilter(watched, event)

    def _square_canvas(self) -> None:
        """Keep the canvas column no wider than the canvas is high; the bars get the rest."""
        height_below = GAP + self._buttons.sizeHint().height()
        # On a page that scrolls, all of the canvas fits into the part that is seen first.
        height_left = min(self.page.height() - GAP - self.filmstrip.height(), self.height()) - 2 * GAP - height_below
        self._canvas_column.setMaximumWidth(
            max(self._buttons.sizeHint().width(), self.canvas.minimumSizeHint().width(), height_left)
        )
