"""Where the input of the Inside tab comes from: the drawing, an image of the data set, or numbers that are typed."""

from __future__ import annotations

from math import isfinite, prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QSlider, QVBoxLayout, QWidget

from app.style.theme import GAP
from app.widgets.elements import push_button, set_style, text_label, without_margins
from app.widgets.form import Choice
from app.widgets.layouts.flow_layout import FlowLayout
from app.widgets.layouts.overlay import Overlay
from nncore.data.dataset import NO_CLASS, Dataset, Splits
from nncore.model.network import NetworkSpec
from nncore.reporting.number_text import counted_text, decimal_text

FROM_DRAWING, FROM_TEST, FROM_TRAINING = "drawing", "test", "training"
SOURCES = {FROM_DRAWING: "the drawing", FROM_TEST: "a test image", FROM_TRAINING: "a training image"}
SET_NAMES = {FROM_TEST: "test set", FROM_TRAINING: "training set"}

NOTHING_DRAWN_YET = "Draw a digit to see each number that the network computes for it."
NO_DATA_YET = "The data set is not open yet."
NO_IMAGES = "The {} of the open data set has no images."
ANY_CLASS = -2
"""The choice of a random image of any class."""

SLIDER_STEPS, SLIDER_LIMIT = 600, 3.0
"""The slider of a single number has this number of steps, from minus to plus this limit."""


class NetworkInput(NamedTuple):
    """An input. values: an image (height, width) uint8, or numbers; None if there is none, and `words` says why."""

    values: NDArray[Any] | None
    words: str


class InputSource(QWidget):
    """A row of controls that choose the input; at the end, a message about what was typed.

    A network whose input is an image gets the drawing or an image of the data set, another one the typed numbers.
    """

    changed = Signal()
    """The input may be another one."""
    picture_requested = Signal()
    """The user wants to open a picture; it replaces the drawing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawing: NDArray[np.uint8] | None = None
        self._data: Splits | None = None
        self._spec: NetworkSpec | None = None
        self._row = 0
        self._numbers = np.zeros(1, np.float32)
        self._rng = np.random.default_rng()
        self.source = Choice(SOURCES)
        self.source.setAccessibleName("Input of the network")
        self.source.setToolTip("What the network gets: the drawing of the Draw tab, or an image of the data set.")
        self.number = QLineEdit("1")
        self.number.setAccessibleName("Number of the image")
        self.number.setToolTip("Type the number of an image, from 1, and press Enter.")
        self.previous = push_button("‹", "The image before.", self._previous)
        self.previous.setAccessibleName("Previous image")
        self.next = push_button("›", "The next image.", self._next)
        self.next.setAccessibleName("Next image")
        self.random = push_button("&Random", "A random image of the chosen class.", self._choose_random)
        self.class_choice = Choice({str(ANY_CLASS): "any class"})
        self.class_choice.setAccessibleName("Class of the random image")
        self.class_choice.setToolTip("The class of the random image.")
        self.picture_button = push_button(
            "Open &picture…", "Open a picture of a digit; it replaces the drawing.", self._request_picture
        )
        self.numbers, self.slider = QLineEdit("0"), QSlider(Qt.Orientation.Horizontal)
        self.numbers.setAccessibleName("Numbers of the input")
        self.numbers.setToolTip("The numbers that the network gets, separated by spaces; press Enter.")
        self.slider.setAccessibleName("The number of the input")
        self.slider.setToolTip(f"The number that the network gets, from {-SLIDER_LIMIT:g} to {SLIDER_LIMIT:g}.")
        self.slider.setRange(-SLIDER_STEPS // 2, SLIDER_STEPS // 2)
        self.message, self._end = text_label(style="error"), QWidget()
        self.message_notice = Overlay(self._end, self, Qt.Edge.TopEdge)
        self._lines = without_margins(QVBoxLayout(self))
        self._lay_out()
        self.source.currentIndexChanged.connect(self._choose_source)
        self.number.returnPressed.connect(self._go_to_typed)
        self.numbers.returnPressed.connect(self._use_typed_numbers)
        self.slider.valueChanged.connect(self._use_slider)
        self._show_controls()

    # ------------------------------------------------------------------ state

    @property
    def takes_image(self) -> bool:
        """Whether the input of the network is an image; also without a network."""
        return self._spec is None or (len(self._spec.input_shape) in (2, 3) and prod(self._spec.input_shape) > 1)

    @property
    def input(self) -> NetworkInput:
        """The present input."""
        if not self.takes_image:
            words = f"the number {self.numbers.text()}" if self._numbers.size == 1 else "the typed numbers"
            return NetworkInput(self._numbers, words)
        if self.source.value == FROM_DRAWING:
            return NetworkInput(self._drawing, "your drawing" if self._drawing is not None else NOTHING_DRAWN_YET)
        dataset = self._dataset
        if dataset is None or not dataset.is_bytes or not len(dataset):
            known = self._data is not None
            return NetworkInput(None, NO_IMAGES.format(SET_NAMES[self.source.value]) if known else NO_DATA_YET)
        image: NDArray[np.uint8] = dataset.images[self._row]
        return NetworkInput(
            image, f"image {self._row + 1:,} of the {SET_NAMES[self.source.value]}{self._label(dataset)}"
        )

    @property
    def _dataset(self) -> Dataset | None:
        if self._data is None:
            return None
        return self._data.test if self.source.value == FROM_TEST else self._data.training

    def _label(self, dataset: Dataset) -> str:
        label = int(dataset.labels[self._row]) if dataset.class_names else NO_CLASS
        return "" if label == NO_CLASS else f", labelled {dataset.class_names[label]}"

    def set_drawing(self, image: NDArray[np.uint8] | None) -> None:
        """Follow the digit (28, 28) of the Draw tab; None for no drawing."""
        self._drawing = image
        if self.takes_image and self.source.value == FROM_DRAWING:
            self._show_message("")  # a picture that could not be read is of an earlier drawing
            self.changed.emit()

    def set_data(self, data: Splits) -> None:
        """Offer the images of this data set."""
        self._data, self._row = data, 0
        names = data.training.class_names
        with QSignalBlocker(self.class_choice):
            self.class_choice.clear()
            for value, name in [(ANY_CLASS, "any class"), *enumerate(names)]:
                self.class_choice.addItem(name, str(value))
        self._show_row()

    def set_spec(self, spec: NetworkSpec | None) -> None:
        """Fit the controls to the input of this network; emits nothing."""
        self._spec = spec
        if spec is not None and not self.takes_image and self._numbers.size != prod(spec.input_shape):
            self._numbers = np.zeros(prod(spec.input_shape), np.float32)
            self._show_numbers()
        self._show_controls()

    def choose_drawing(self) -> None:
        """Take the drawing as the input."""
        self.source.choose(FROM_DRAWING)

    def go_to(self, part: str, row: int) -> None:
        """Take an image as the input. part: FROM_TEST or FROM_TRAINING; row: from 0."""
        with QSignalBlocker(self.source):
            self.source.choose(part)
        self._row = row
        self._show_controls()
        self._show_row()

    # --------------------------------------------------------------- controls

    @Slot()
    def _choose_source(self) -> None:
        self._row = min(self._row, max(0, len(self._dataset or ()) - 1))
        self._show_controls()
        self._show_row()

    def _show_row(self) -> None:
        self.number.setText(f"{self._row + 1}")
        self._show_message("")
        self.changed.emit()

    @Slot()
    def _go_to_typed(self) -> None:
        count = len(self._dataset or ())
        text = self.number.text().replace(",", "").strip()
        if text.isdecimal() and 1 <= int(text) <= count:
            self._row = int(text) - 1
            self._show_row()
        elif count:
            self._show_message(f"The {SET_NAMES[self.source.value]} has images 1 to {count:,}.", self.number)

    @Slot()
    def _previous(self) -> None:
        self._step(-1)

    @Slot()
    def _next(self) -> None:
        self._step(1)

    def _step(self, by: int) -> None:
        count = len(self._dataset or ())
        if count:
            self._row = (self._row + by) % count
            self._show_row()

    @Slot()
    def _choose_random(self) -> None:
        dataset, wanted = self._dataset, int(self.class_choice.value)
        if dataset is None or not len(dataset):
            return
        rows = np.arange(len(dataset)) if wanted == ANY_CLASS else np.flatnonzero(dataset.labels == wanted)
        if not rows.size:
            self._show_message(f"The {SET_NAMES[self.source.value]} has no image of this class.", self.class_choice)
            return
        self._row = int(self._rng.choice(rows))
        self._show_row()

    @Slot()
    def _request_picture(self) -> None:
        self.choose_drawing()
        self.picture_requested.emit()

    @Slot()
    def _use_typed_numbers(self) -> None:
        try:
            typed = np.array([float(part) for part in self.numbers.text().split()], np.float32)
        except ValueError:
            typed = np.array([np.nan], np.float32)
        if not np.isfinite(typed).all():
            self._show_message("These are not numbers. Separate numbers by spaces: 0.5 -1.2", self.numbers)
        elif typed.size != self._numbers.size:
            wanted = counted_text(self._numbers.size, "number")
            self._show_message(f"The network takes {wanted}; you typed {typed.size:,}.", self.numbers)
        else:
            self._numbers = typed
            self._show_numbers()
            self.changed.emit()

    @Slot(int)
    def _use_slider(self, step: int) -> None:
        self._numbers = np.array([step * 2 * SLIDER_LIMIT / SLIDER_STEPS], np.float32)
        self._show_numbers()
        self.changed.emit()

    def _show_numbers(self) -> None:
        self._show_message("")
        self.numbers.setText(" ".join(decimal_text(float(number)) for number in self._numbers))
        if self._numbers.size == 1 and isfinite(self._numbers[0]):
            with QSignalBlocker(self.slider):
                share = max(-1.0, min(1.0, float(self._numbers[0]) / SLIDER_LIMIT))
                self.slider.setValue(round(share * SLIDER_STEPS / 2))

    @Slot(str)
    def show_problem(self, sentence: str) -> None:
        """Say why a picture could not be read; "" hides it."""
        self._show_message(sentence)

    def _show_message(self, sentence: str, field: QWidget | None = None) -> None:
        """Show a message about a field; "" hides it."""
        self.message.setText(sentence)
        self.message_notice.setVisible(bool(sentence))
        for each in (self.number, self.numbers, self.class_choice):
            set_style(each, "error", enabled=each is field)

    # ----------------------------------------------------------------- layout

    def _show_controls(self) -> None:
        is_set = self.takes_image and self.source.value != FROM_DRAWING
        for widget in (self.number, self.previous, self.next, self.class_choice, self.random):
            widget.setVisible(is_set)
        self.source.setVisible(self.takes_image)
        self.picture_button.setVisible(self.takes_image)
        self.numbers.setVisible(not self.takes_image)
        self.slider.setVisible(not self.takes_image and self._numbers.size == 1)

    def put_above_message(self, widget: QWidget) -> None:
        """Put a widget between the controls and the message."""
        self._lines.insertWidget(self._lines.indexOf(self._end), widget)

    def _lay_out(self) -> None:
        digit = QFontMetricsF(self.font()).horizontalAdvance("0")
        self.number.setFixedWidth(round(9 * digit) + 2 * GAP)
        self.number.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.numbers.setMinimumWidth(round(9 * digit) + 2 * GAP)
        self.slider.setMinimumWidth(160)
        for button in (self.previous, self.next):
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        controls = (
            self.source,
            self.previous,
            self.number,
            self.next,
            self.random,
            self.class_choice,
            self.numbers,
            self.slider,
            self.picture_button,
        )
        self._lines.addLayout(FlowLayout(*controls))
        self._lines.addWidget(self._end)
        self._lines.addStretch(1)
        without_margins(QVBoxLayout(self.message_notice)).addWidget(self.message)
