"""The steps from strokes to the network's input as five images; four steps can be switched off.

The Draw tab computes `ink.stages(ink, strip.preparation)`, shows the stages here, and lets the network read the last
one. So the answer changes with the switches, and a student sees what each step is for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from app.style.icons import set_icon
from app.style.theme import GAP, GROUP_GAP, colours_of
from app.tabs.draw.stroke_view import NO_INK, StrokeView
from app.widgets.elements import column_of, set_style, text_label, without_margins
from app.widgets.network_input_view import NetworkInputView
from nncore.preprocessing.ink import AS_TRAINED, PEN_WIDTH, SIDE, Preparation, Stages, stages
from nncore.reporting.number_text import decimal_text

MIN_TEXT_WIDTH = 88
"""Minimum width in pixels of the text beside an image."""


NO_STROKES = "A picture has no strokes; it is prepared in a different way."


@dataclass(frozen=True)
class Step:
    """One image of the strip, and its switch if the step can be switched off.

    Attributes:
        setting: the field of Preparation.
        on, off: what the image shows while the step is on or off.
    """

    name: str
    on: str
    setting: str = ""
    switch: str = ""
    off: str = ""
    tip: str = ""


FILMSTRIP_STEPS = (
    Step("1  Strokes", "The path of your pen on the canvas."),
    Step(
        "2  Fitted",
        "The larger side spans 20 of 28 pixels.",
        "fit",
        "scale to fit",
        "Not scaled to fit: small writing stays small.",
        "Scale the strokes to a box of 20 pixels. Off: the whole canvas is scaled down, like a screenshot.",
    ),
    Step(
        "3  Drawn",
        f"A pen of {decimal_text(PEN_WIDTH, 6)} pixels, for any size.",
        "fixed_pen",
        "fixed pen",
        "No fixed pen: the line is scaled too, and becomes too thick or too thin.",
        "Draw lines as thick as in MNIST. Off: they are scaled with the strokes, so small writing gets thick lines.",
    ),
    Step(
        "4  Centred",
        "The centre of mass is in the middle.",
        "centre",
        "centre",
        "Not centred, unlike the training images.",
        "Move the centre of mass to the middle, as in MNIST. Off: the ink stays where the previous step put it.",
    ),
    Step(
        "5  Input",
        "784 numbers: paper is 0, ink is 1.",
        "bright_ink",
        "bright ink",
        "Not inverted: paper is 1, ink is 0, as on a white page.",
        "Give ink the high values, as in MNIST. Off: paper has them, as in a photo of a white page.",
    ),
)


class Filmstrip(QWidget):
    """Shows the Stages of one drawing, live while the pen moves.

    `preparation_changed` carries the Preparation after a switch was changed.
    """

    preparation_changed = Signal(Preparation)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preparation = AS_TRAINED
        self.setAccessibleName("Steps from your strokes to the network's input")
        self.strokes, self.fitted = StrokeView(1.0), StrokeView(SIDE, shows_box=True)
        self.drawn = NetworkInputView()
        self.centred = NetworkInputView()
        self.network_input = NetworkInputView()
        image_views: tuple[StrokeView | NetworkInputView, ...] = (
            self.strokes, self.fitted, self.drawn, self.centred, self.network_input,
        )  # fmt: skip
        self.step_views = [StepView(step, view) for step, view in zip(FILMSTRIP_STEPS, image_views, strict=True)]
        self.reset = QToolButton()
        self.reset.setText("Reset")
        self.reset.setToolTip("Switch all steps on, as in training.")
        self.reset.setAccessibleName("Switch all steps on")
        self.reset.setProperty("plain", True)
        self.reset.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        set_icon(self.reset, "revert")
        self.step_views[0].add(self.reset)
        self.reset.clicked.connect(self._reset)
        row = without_margins(QHBoxLayout(self), GAP // 2)
        for index, step_view in enumerate(self.step_views):
            if index:
                row.addWidget(Arrow())
            row.addWidget(step_view, 1)
            step_view.switched.connect(self._switch)
        self._arrows = (len(self.step_views) - 1) * (GROUP_GAP + GAP)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_stages(None)
        self._show_preparation()

    @property
    def preparation(self) -> Preparation:
        """The steps that are on."""
        return self._preparation

    def set_preparation(self, preparation: Preparation) -> None:
        """Set the switches to `preparation`; emit `preparation_changed` if it changed."""
        if preparation != self._preparation:
            self._preparation = preparation
            self._show_preparation()
            self.preparation_changed.emit(preparation)

    def show_stages(self, shown: Stages | None) -> None:
        """Show the stages of a drawing, as `ink.stages` gives them for `preparation`; None for no drawing."""
        self.step_views[0].set_sentence(FILMSTRIP_STEPS[0].on)
        for step_view in self.step_views:
            step_view.switch.setEnabled(True)
        is_blank = shown is None or shown.written.is_blank
        shown = shown or stages(NO_INK)
        self.strokes.set_ink(shown.written)
        self.fitted.set_ink(shown.fitted)
        self.drawn.set_image(None if is_blank else shown.drawn)
        self.centred.set_image(None if is_blank else shown.centred)
        self.network_input.set_image(None if is_blank else shown.network_input)

    def show_picture(self, image: NDArray[np.uint8]) -> None:
        """Show the network's input (28, 28) of an opened picture, which has no strokes."""
        self.show_stages(None)
        self.network_input.set_image(image)
        self.step_views[0].set_sentence(NO_STROKES)
        for step_view in self.step_views:
            step_view.switch.setEnabled(False)

    def minimumSizeHint(self) -> QSize:
        """Wide enough for each text below its image."""
        return QSize(
            self._arrows + sum(view.width_below for view in self.step_views), super().minimumSizeHint().height()
        )

    def event(self, event: QEvent) -> bool:
        """Put the texts below the images if there is too little space beside them."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            needed = self._arrows + sum(view.width_beside for view in self.step_views)
            for view in self.step_views:
                view.set_text_below(needed > self.width())
        return super().event(event)

    def _show_preparation(self) -> None:
        for step_view in self.step_views:
            step_view.set_on(not step_view.step.setting or getattr(self._preparation, step_view.step.setting))
        self.fitted.set_shows_box(self._preparation.fit)
        self.reset.setVisible(self._preparation != AS_TRAINED)

    @Slot(str, bool)
    def _switch(self, setting: str, on: bool) -> None:
        self.set_preparation(replace(self._preparation, **{setting: on}))

    @Slot()
    def _reset(self) -> None:
        self.step_views[1].switch.setFocus()  # the focused button is about to be hidden
        self.set_preparation(AS_TRAINED)


class StepView(QWidget):
    """One step: image, name, switch, and a sentence."""

    switched = Signal(str, bool)
    """The step's setting, and whether it is on."""

    def __init__(self, step: Step, image_view: StrokeView | NetworkInputView) -> None:
        super().__init__()
        self.step, self.image_view = step, image_view
        image_view.setAccessibleName(step.name.split()[-1])
        image_view.setToolTip(step.tip or step.on)
        if isinstance(image_view, NetworkInputView):
            image_view.set_pixel_size(4)
        self.sentence = text_label(step.on, "quiet")
        self.sentence.setMinimumWidth(MIN_TEXT_WIDTH)
        self.switch = QCheckBox(step.switch)
        self.switch.setToolTip(step.tip)
        self.switch.setAccessibleName(f"{step.name.split()[-1]}: {step.switch}")
        if not step.setting:
            self.switch.hide()  # and never `show`, which would open a window while the switch has no parent
        self.switch.toggled.connect(self._toggled)
        name = text_label(step.name, "group", wraps=False)
        self._lines = column_of(name, self.switch, self.sentence, spacing=GAP // 4)
        self._lines.addStretch()
        self._box = without_margins(QBoxLayout(QBoxLayout.Direction.LeftToRight, self))
        self._box.addWidget(image_view, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._box.addLayout(self._lines, 1)

    @property
    def width_beside(self) -> int:
        """Pixels that the image and the text beside it need."""
        return self.image_view.sizeHint().width() + GAP + self._lines.minimumSize().width()

    @property
    def width_below(self) -> int:
        """Pixels that the image and the text below it need."""
        return max(self.image_view.sizeHint().width(), self._lines.minimumSize().width())

    def set_text_below(self, below: bool) -> None:
        """Put the text below the image, or beside it."""
        direction = QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight
        if self._box.direction() != direction:
            self._box.setDirection(direction)

    def add(self, widget: QWidget) -> None:
        """Add a control below the sentence."""
        self._lines.insertWidget(self._lines.count() - 1, widget, 0, Qt.AlignmentFlag.AlignLeft)

    def set_on(self, on: bool) -> None:
        """Show the step as on or off, without emitting `switched`."""
        with QSignalBlocker(self.switch):
            self.switch.setChecked(on)
        set_style(self.sentence, "error", enabled=not on)
        self.set_sentence(self.step.on if on else self.step.off)

    def set_sentence(self, sentence: str) -> None:
        """Show `sentence` beside the image, and as its accessible description."""
        if sentence != self.sentence.text():
            self.sentence.setText(sentence)
        if sentence != self.switch.accessibleDescription():
            self.switch.setAccessibleDescription(sentence)

    @Slot(bool)
    def _toggled(self, on: bool) -> None:
        self.switched.emit(self.step.setting, on)


class Arrow(QWidget):
    """A small arrow from one image to the next."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        """Narrow; the height follows the row."""
        return QSize(GROUP_GAP, GROUP_GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a chevron at half the height of the images."""
        tip = QPointF(self.width() - 5, min(self.height(), 4 * SIDE) / 2)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(colours_of(self).quiet_text), 1.6))
            painter.drawPolyline([tip + QPointF(-5, -5), tip, tip + QPointF(-5, 5)])
