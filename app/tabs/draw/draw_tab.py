"""The Draw tab: canvas, answer, bars and filmstrip, all of the same Reading."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.background.frame_throttle import FrameThrottle
from app.canvas.canvas import Canvas
from app.canvas.canvas_picture import CanvasPicture
from app.session.handwriting_teacher import HandwritingTeacher
from app.style.icons import icon_size, set_icon
from app.style.theme import GAP, PAGE_MARGIN
from app.tabs.draw.answer import Answer
from app.tabs.draw.explanation_strip import ExplanationStrip
from app.tabs.draw.filmstrip import Filmstrip
from app.tabs.draw.number_row import NumberRow
from app.tabs.draw.picture_source import FILES, PictureSource
from app.tabs.draw.reading import Reading, read_ink, read_picture
from app.tabs.draw.rewind import RewindRow
from app.tabs.draw.teach_row import NOTHING_DRAWN, TeachRow
from app.tabs.tab import Tab
from app.widgets.explanation import Explanation
from app.widgets.file_dialogs import ask_for_file
from app.widgets.probability_bars import ProbabilityBars
from app.widgets.scroll_page import ScrollPage
from nncore.evaluation.epoch_snapshots import EpochSnapshots
from nncore.evaluation.recognition import Prediction
from nncore.model.network import Network
from nncore.preprocessing.ink import Ink, stages

BLANK = "Nothing is drawn yet."
NO_MODEL = "No model is open. Train or open one to read your drawing."
NO_ANSWER = "This model cannot read drawings."


class DrawTab(Tab):
    """Reads the drawing while the pen moves, at most once per frame.

    `predicted` carries the Prediction shown, or None if there is no drawing, no network, or a network that cannot read
    digits. With several digits it is that of the selected one.
    """

    predicted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._network: Network | None = None
        self._rewind: EpochSnapshots | None = None
        self._teacher: HandwritingTeacher | None = None
        self._reading = Reading()
        self._prediction: Prediction | None = None
        self._explanation: Explanation | None = None
        self.canvas, self.pictures = Canvas(), PictureSource(self)
        self.answer, self.number, self.bars = Answer(), NumberRow(), ProbabilityBars()
        self.teach, self.rewind, self.strip = TeachRow(), RewindRow(), Filmstrip()
        self.explanation = ExplanationStrip()
        self.explanation.hide()
        self.trouble = QLabel()
        self.trouble.setTextFormat(Qt.TextFormat.PlainText)
        self.trouble.setProperty("error", True)
        self.trouble.setWordWrap(True)
        self.trouble.hide()
        self.requests = FrameThrottle(parent=self)
        self._compose()
        self._connect()
        self._read()

    # Content

    def focus(self) -> None:
        """Put the focus on the canvas, for its keys."""
        self.canvas.setFocus()

    @property
    def prediction(self) -> Prediction | None:
        """The prediction shown; None without a prediction."""
        return self._prediction

    @property
    def ink(self) -> Ink | None:
        """The strokes of the digit shown; None without a digit."""
        inks = self._reading.inks
        return inks[self._chosen] if self._chosen < len(inks) else None

    @property
    def network(self) -> Network | None:
        """The network that reads: the current model, or that of the selected epoch."""
        epoch = self.rewind.choice
        if epoch is None or self._rewind is None:
            return self._network
        return self._rewind.network(epoch)

    def set_network(self, network: Network | None) -> None:
        """Use `network` from now on, and read the canvas again."""
        self._network, self._explanation = network, None  # the explanation was about the old one
        self._read()

    def set_rewind(self, rewind: EpochSnapshots | None, epochs: int = 0) -> None:
        """Offer the networks of the epochs of a training of `epochs` epochs; None for no training."""
        self._rewind = rewind
        self.rewind.set_rewind(rewind, epochs)

    def follow(self, teacher: HandwritingTeacher) -> None:
        """Let `teacher` teach the drawing."""
        self._teacher = teacher
        self.teach.follow(teacher)
        self.teach.digit_chosen.connect(self._teach)

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
            self.explanation.setFixedHeight(self.strip.sizeHint().height())
            self.explanation.show_explanation(explanation)
        self.strip.setVisible(not explains)
        self.explanation.setVisible(explains)

    def finish(self) -> bool:
        """Wait for pictures that are being read; False if one takes too long."""
        return self.pictures.finish()

    # Reading

    @property
    def _chosen(self) -> int:
        return self.number.choice

    @Slot()
    def _read(self) -> None:
        """Read the canvas and show the answer everywhere."""
        picture = self.canvas.picture
        if picture is not None:
            self._reading = read_picture(self.network, picture)
        else:
            self._reading = read_ink(self.network, self.canvas.drawing.ink(), self.strip.preparation)
        self.number.set_predictions(self._reading.predictions)
        self._show_trouble(self._reading.trouble)
        self._show_digit()

    @Slot()
    def _show_digit(self) -> None:
        """Show one digit of the reading: the only one, or the selected one."""
        reading, chosen = self._reading, self._chosen
        self._prediction = reading.predictions[chosen] if reading.predictions else None
        image = None if reading.is_blank else reading.images[min(chosen, len(reading.images) - 1)]
        if image is not None and reading.of_picture:
            self.strip.show_picture(image)
        else:
            ink = self.ink
            self.strip.show_stages(None if ink is None else stages(ink, self.strip.preparation))
        self._show_explanation()
        self.rewind.set_image(image)
        if self._prediction is not None:
            self.bars.set_probabilities(self._prediction.probabilities)
            self.answer.show_prediction(self._prediction, self.number.text, chosen)
        else:
            self.bars.set_probabilities(None)
            no_answer = NO_MODEL if self._network is None else BLANK
            self.answer.show_hint(NO_ANSWER if reading.trouble else no_answer)
        self.teach.set_obstacle("" if self._prediction is not None else reading.trouble or NOTHING_DRAWN)
        self.predicted.emit(self._prediction)

    def _show_trouble(self, sentence: str) -> None:
        self.trouble.setText(sentence)
        if self.trouble.isHidden() == bool(sentence):
            self.trouble.setVisible(bool(sentence))
            self._square_canvas()

    @Slot(str)
    def _refuse_picture(self, sentence: str) -> None:
        """Show why a picture cannot be read; the canvas stays unchanged."""
        self._show_trouble(sentence)

    @Slot(object)
    def _rewind_to(self, _epoch: object) -> None:
        self._read()

    @Slot(int)
    def _teach(self, digit: int) -> None:
        if self._teacher is not None and self.ink is not None and self._prediction is not None:
            self._teacher.teach(self.ink, digit, self._prediction.digit)

    @Slot()
    def ask_picture(self) -> None:
        """Ask for a picture file to read."""
        ask_for_file(self, "Open a picture of a digit", FILES, self.pictures.open)

    # Composition

    def _connect(self) -> None:
        self.canvas.drawing_changed.connect(self.requests.request)
        self.requests.due.connect(self._read)
        self.number.chosen.connect(self._show_digit)
        self.strip.preparation_changed.connect(self._read)
        self.rewind.epoch_chosen.connect(self._rewind_to)
        self.pictures.found.connect(self.canvas.set_picture)
        self.pictures.refused.connect(self._refuse_picture)

    def _compose(self) -> None:
        self._left = QWidget()
        left = QVBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(GAP)
        left.addWidget(self.canvas, 1)
        left.addWidget(self.trouble)
        self._buttons = self._tools()
        left.addLayout(self._buttons)
        right = QVBoxLayout()
        right.setSpacing(GAP // 2)
        for widget, stretch in (
            (self.answer, 0), (self.number, 0), (self.bars, 1), (self.teach, 0), (self.rewind, 0),
        ):  # fmt: skip
            right.addWidget(widget, stretch)
        top = QHBoxLayout()
        top.setSpacing(PAGE_MARGIN)
        top.addWidget(self._left, 1)
        top.addLayout(right, 1)
        self.page = QWidget()
        page = QVBoxLayout(self.page)
        page.setContentsMargins(PAGE_MARGIN, GAP, PAGE_MARGIN, GAP)
        page.setSpacing(GAP)
        page.addLayout(top, 1)
        page.addWidget(self.strip)
        page.addWidget(self.explanation)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(ScrollPage(self.page))  # for windows smaller than a laptop's screen

    def _tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GAP)
        offered = self.canvas.canvas_actions
        for action in offered.all:
            row.addWidget(self._tool(action, text=action not in (offered.undo, offered.redo)))
        row.addStretch()
        self.open_action = self._action("Open picture", "open", "Ctrl+Shift+O", "Open a picture of a digit")
        self.open_action.triggered.connect(self.ask_picture)
        self.paste_action = self._action("Paste", "paste", "Ctrl+V", "Paste a picture of a digit")
        self.paste_action.triggered.connect(self.pictures.paste)
        for action in (self.open_action, self.paste_action):
            row.addWidget(self._tool(action, text=False))
        return row

    def _action(self, text: str, icon: str, key: str, does: str) -> QAction:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setToolTip(f"{does} ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)}).")
        set_icon(action, icon)
        return action

    def _tool(self, action: QAction, text: bool = True) -> QToolButton:
        self.addAction(action)  # the keys work wherever the focus is in the tab
        button = QToolButton()
        button.setDefaultAction(action)
        button.setAccessibleName(action.text())
        button.setProperty("plain", True)
        style = Qt.ToolButtonStyle
        button.setToolButtonStyle(style.ToolButtonTextBesideIcon if text else style.ToolButtonIconOnly)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click keeps the focus on the canvas
        button.setIconSize(icon_size(button))
        return button

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the canvas into the new size."""
        super().resizeEvent(event)
        self._square_canvas()

    def _square_canvas(self) -> None:
        """Keep the canvas column no wider than the canvas is high; the bars get the rest."""
        below = GAP + self._buttons.sizeHint().height()
        if not self.trouble.isHidden():
            below += GAP + self.trouble.heightForWidth(self._left.width())
        room = self.height() - 3 * GAP - self.strip.sizeHint().height() - below
        self._left.setMaximumWidth(max(self._buttons.sizeHint().width(), self.canvas.minimumSizeHint().width(), room))
