"""The Draw tab: canvas, answer, bars and what the network sees, all of them showing one Prediction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.canvas.canvas import Canvas
from app.draw.answer import Answer
from app.draw.network_view import NetworkView
from app.draw.probability_bars import ProbabilityBars
from app.icons import icon_size
from app.latest_only import LatestOnly
from app.theme import GAP, GROUP_GAP, PAGE_MARGIN
from nncore.errors import DataError
from nncore.ink import rasterize
from nncore.network import Network
from nncore.recognition import Prediction, read_digit, why_unreadable

BLANK = "Nothing is drawn yet."
NO_MODEL = "No model is open: train one, or open one, and it will read what you draw."
NO_ANSWER = "This model cannot read what you draw."
SEES = "28 × 28 pixels. Your strokes are scaled to fit, drawn with a pen of even width, and centred."


class DrawTab(QWidget):
    """Reads the drawing while the pen moves, at most once a frame.

    `predicted` carries the Prediction on show, or None when there is none: nothing is drawn, no network is set, or it
    cannot read digits.
    """

    predicted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._network: Network | None = None
        self._prediction: Prediction | None = None
        self.canvas = Canvas()
        self.answer = Answer()
        self.bars = ProbabilityBars()
        self.view = NetworkView()
        self.trouble = QLabel()
        self.trouble.setTextFormat(Qt.TextFormat.PlainText)
        self.trouble.setProperty("trouble", True)
        self.trouble.setWordWrap(True)
        self.trouble.hide()
        self.requests = LatestOnly(parent=self)
        self.canvas.drawing_changed.connect(self.requests.request)
        self.requests.due.connect(self._read)
        self._compose()
        self._read()

    @property
    def prediction(self) -> Prediction | None:
        """What is on show; None if nothing is."""
        return self._prediction

    def set_network(self, network: Network | None) -> None:
        """Read with `network` from now on, and what is on the canvas at once."""
        self._network = network
        self._read()

    @Slot()
    def _read(self) -> None:
        """Rasterise the drawing, ask the network, and show the one answer everywhere."""
        drawing = self.canvas.drawing
        image = None if drawing.is_blank else rasterize(drawing.ink())
        self._prediction, trouble = self._ask(image)
        self.view.set_image(image)
        self.trouble.setText(trouble)
        if self.trouble.isHidden() == bool(trouble):
            self.trouble.setVisible(bool(trouble))
            self._square_canvas()
        if self._prediction is not None:
            self.bars.set_probabilities(self._prediction.probabilities)
            self.answer.show_prediction(self._prediction)
        else:
            self.bars.set_probabilities(None)
            no_answer = NO_MODEL if self._network is None else BLANK
            self.answer.show_hint(NO_ANSWER if trouble else no_answer)
        self.predicted.emit(self._prediction)

    def _ask(self, image: NDArray[np.uint8] | None) -> tuple[Prediction | None, str]:
        """What the network reads in `image`, and a sentence if it cannot."""
        if self._network is None:
            return None, ""
        if image is None:
            return None, why_unreadable(self._network) or ""
        try:
            return read_digit(self._network, image), ""
        except DataError as error:
            return None, str(error)

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
        right.setSpacing(GROUP_GAP)
        right.addWidget(self.answer)
        right.addWidget(self.bars, 1)
        right.addLayout(self._seen())
        page = QHBoxLayout(self)
        page.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN)
        page.setSpacing(PAGE_MARGIN)
        page.addWidget(self._left, 58)
        page.addLayout(right, 42)

    def _tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GAP)
        for action in self.canvas.actions_offered.all:
            row.addWidget(self._tool(action))
        row.addStretch()
        return row

    def _tool(self, action: QAction) -> QToolButton:
        self.addAction(action)  # the keys work wherever in the tab the focus is
        button = QToolButton()
        button.setDefaultAction(action)
        button.setProperty("plain", True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus on the canvas
        button.setIconSize(icon_size(button))
        return button

    def _seen(self) -> QHBoxLayout:
        heading, text = QLabel("What the network sees"), QLabel(SEES)
        heading.setProperty("group", True)
        text.setProperty("quiet", True)
        text.setWordWrap(True)
        lines = QVBoxLayout()
        lines.setSpacing(GAP // 2)
        lines.addWidget(heading)
        lines.addWidget(text)
        lines.addStretch()
        row = QHBoxLayout()
        row.setSpacing(GROUP_GAP)
        row.addWidget(self.view)
        row.addLayout(lines, 1)
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new room out."""
        super().resizeEvent(event)
        self.view.set_wanted(min(8, max(4, self.height() // 128)))
        self._square_canvas()

    def _square_canvas(self) -> None:
        """Make the canvas's column no wider than the canvas is high: the bars can use the rest."""
        below = GAP + self._buttons.sizeHint().height()
        if not self.trouble.isHidden():
            below += GAP + self.trouble.heightForWidth(self._left.width())
        room = self.height() - 2 * PAGE_MARGIN - below
        self._left.setMaximumWidth(max(self.canvas.minimumSizeHint().width(), room))
