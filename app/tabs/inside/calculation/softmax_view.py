"""The answers worked out from the logits: softmax step by step, with a temperature."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10

import numpy as np
from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QSlider, QVBoxLayout, QWidget

from app.style.theme import GAP
from app.tabs.inside.calculation.figure_table import NO_CELL, Cell, Figure, FigureModel, FigureTable
from app.widgets.elements import push_button, text_label, without_margins
from app.widgets.layouts.flow_layout import FlowLayout
from nncore.evaluation.inspection import Inspection, SoftmaxSteps
from nncore.model.layers.terms import Position
from nncore.reporting.number_text import decimal_text, decimals_of, fixed_text, number_in_words

TITLES = ("class", "z", "(z−max)/T", "exp", "÷ sum")
MAX_LOGIT_DECIMALS = 2
"""Logits are not longer than "−00.0", so that they fit their column."""

MIN_STEP_DECIMALS = 2
MAX_STEP_DECIMALS = 4
"""The decimals of the last two columns, one less if they do not fit."""
TITLE_MEANINGS = (
    "The class that the output stands for.",
    "The logit: the number that the last layer gives.",
    "The logit minus the largest logit, divided by the temperature T.",
    "The exponential function of the number in the previous column; it is above 0, and 1 for the largest logit.",
    "The number in the previous column, divided by the sum of that column: the probability of the class.",
)
MIN_SLIDER_TEMPERATURE, MAX_SLIDER_TEMPERATURE = 0.1, 10.0
STEPS_PER_TENFOLD = 20


class _StepsModel(FigureModel):
    """One row for each class, and one for the sums."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self.steps: SoftmaxSteps | None = None
        self.names: Sequence[str] = ()
        self.row = -1
        self._decimals = (3, 3)
        self.share_decimals = MAX_STEP_DECIMALS

    def show_steps(self, steps: SoftmaxSteps, names: Sequence[str], row: int) -> None:
        count = self.rowCount()
        if count != len(steps.logits) + 1:
            self.beginResetModel()
        self.steps = steps
        self.names = names
        self.row = row
        finite = [np.abs(each[np.isfinite(each)]).max(initial=0) for each in (steps.logits, steps.shifted)]
        logits, shifted = (min(MAX_LOGIT_DECIMALS, decimals_of(float(each), 3)) for each in finite[:2])
        self._decimals = logits, shifted
        if count != len(steps.logits) + 1:
            self.endResetModel()
        else:
            self.dataChanged.emit(self.index(0, 0), self.index(count - 1, len(TITLES) - 1))

    def rowCount(self, parent: Cell = NO_CELL) -> int:
        """The classes and the sums."""
        return 0 if self.steps is None or parent.isValid() else len(self.steps.logits) + 1

    def columnCount(self, parent: Cell = NO_CELL) -> int:
        """Class, logit, difference, power, probability."""
        return len(TITLES)

    def title(self, column: int) -> tuple[str, str]:
        """The titles."""
        return TITLES[column], TITLE_MEANINGS[column]

    def figure(self, row: int, column: int) -> Figure:
        """The numbers; the row of the chosen class is marked."""
        is_chosen = row == self.row
        return Figure(self.texts(row)[column], is_strong=is_chosen, is_marked=is_chosen)

    def spoken(self, row: int) -> str:
        """A row in words."""
        return ", ".join(f"{title} {text}" for title, text in zip(TITLES, self.texts(row), strict=True) if text)

    def texts(self, row: int) -> tuple[str, ...]:
        """The text of each column of a row."""
        steps, share = self.steps, self.share_decimals
        if steps is None:
            return ("",) * len(TITLES)
        if row == len(steps.logits):
            return "sum", "", "", fixed_text(steps.total, share), fixed_text(float(steps.probabilities.sum()), share)
        name = self.names[row] if row < len(self.names) else str(row)
        logits, shifted = self._decimals
        return (
            name,
            fixed_text(float(steps.logits[row]), logits),
            fixed_text(float(steps.shifted[row]), shifted),
            fixed_text(float(steps.powers[row]), share),
            fixed_text(float(steps.probabilities[row]), share),
        )


class _StepsTable(FigureTable):
    """The table of the steps; all ten classes and the sum are seen without scrolling."""

    def __init__(self) -> None:
        super().__init__("softmax step by step", 11, 11)
        self.steps_model = _StepsModel(self)
        self.set_figures(self.steps_model)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setToolTip("From the logits to the probabilities, one step in each column. Click a class to see its sum.")

    def _widths(self, decimals: int) -> list[int]:
        """What the titles and numbers of the columns after the first need."""
        samples = ("−00.0", "−00.0", *2 * [fixed_text(0, decimals)])
        return [
            max(self.title_width(each), self.text_width(text)) for each, text in zip(TITLES[1:], samples, strict=True)
        ]

    @property
    def least_width(self) -> int:
        """The width with the fewest decimals."""
        return self.title_width(TITLES[0]) + sum(self._widths(MIN_STEP_DECIMALS))

    def set_widths(self) -> None:
        """Each column gets what its title and its numbers need, the first one the rest."""
        super().set_widths()
        for decimals in range(MAX_STEP_DECIMALS, MIN_STEP_DECIMALS - 1, -1):
            widths = self._widths(decimals)
            if sum(widths) + self.title_width(TITLES[0]) <= self.viewport().width():
                break
        self.steps_model.share_decimals = decimals
        for column, width in enumerate(widths, start=1):
            self.horizontalHeader().resizeSection(column, width)
        rest = self.viewport().width() - sum(widths)
        self.horizontalHeader().resizeSection(0, max(self.title_width(TITLES[0]), rest))


class TemperatureSlider(QSlider):
    """A temperature from 0.1 to 10 on a logarithmic scale. The wheel scrolls the page instead."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(
            round(STEPS_PER_TENFOLD * log10(MIN_SLIDER_TEMPERATURE)),
            round(STEPS_PER_TENFOLD * log10(MAX_SLIDER_TEMPERATURE)),
        )
        self.setPageStep(STEPS_PER_TENFOLD // 4)
        self.setAccessibleName("Temperature of the softmax")
        self.setToolTip(
            "The temperature T, 0.1 to 10. Below 1 the class with the largest logit gets nearly all probability; "
            "above 1 the probabilities become more similar. It changes only this view."
        )

    @property
    def temperature(self) -> float:
        """The temperature at the place of the slider, with two significant digits."""
        return float(f"{10 ** (self.value() / STEPS_PER_TENFOLD):.2g}")

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ignore the wheel, so that the page scrolls."""
        event.ignore()


class SoftmaxView(QWidget):
    """The way from the last layer's numbers to the answers; hidden for other layers.

    neighbour_chosen: the position of an output whose row was clicked.
    """

    neighbour_chosen = Signal(tuple)

    def __init__(self) -> None:
        super().__init__()
        self._inspection: Inspection | None = None
        self._names: Sequence[str] = ()
        self._row = 0
        self.heading, self.sentence = text_label(style="group"), text_label(style="quiet")
        self.table, self.slider = _StepsTable(), TemperatureSlider()
        self.value = text_label("T = 1", wraps=False)
        self.reset = push_button("Reset", "Set the temperature to 1 again, the one that the network uses.", self._reset)
        self.controls = QWidget()
        self.controls.setLayout(FlowLayout(text_label("temperature", wraps=False), self.slider, self.value, self.reset))
        column = without_margins(QVBoxLayout(self), GAP // 2)
        for each in (self.heading, self.controls, self.table, self.sentence):
            column.addWidget(each)
        self.slider.valueChanged.connect(self._on_temperature)
        self.table.clicked.connect(self._on_clicked)

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The texts of all rows."""
        model = self.table.steps_model
        return [model.texts(row) for row in range(model.rowCount())]

    def show_answer(self, inspection: Inspection, layer: int, position: Position, names: Sequence[str]) -> None:
        """Show how the answers come out of the last layer; hide for a number of another layer."""
        is_last = layer == len(inspection.layers)
        self.setVisible(is_last)
        if not is_last:
            return
        self._inspection = inspection
        self._row = position[0]
        self._names = names
        output = inspection.network.spec.output
        is_softmax = output == "softmax"
        _show_sentence(self.heading, "From the logits to the answers" if is_softmax else "The answer")
        for widget in (self.controls, self.table):
            widget.setVisible(is_softmax)
        answer = float(inspection.answers[position[0]])
        if is_softmax:
            self._show_steps()
        elif output == "sigmoid":
            _show_sentence(
                self.sentence, f"The answer is the sigmoid of it: 1 / (1 + exp(−y)) = {number_in_words(answer, 4)}."
            )
        else:
            _show_sentence(self.sentence, f"The network gives this number as its answer: {number_in_words(answer, 4)}.")

    def _show_steps(self) -> None:
        if self._inspection is None:
            return
        temperature = self.slider.temperature
        steps = self._inspection.softmax_steps(temperature)
        rows = self.table.steps_model.rowCount()
        self.table.steps_model.show_steps(steps, self._names, self._row)
        if rows != self.table.steps_model.rowCount():
            self.table.updateGeometry()
        _show_sentence(self.value, f"T = {decimal_text(temperature, 2)}")
        self.reset.setEnabled(temperature != 1)
        # The probability is in the table: a sentence with it would change with each input, and need a new layout.
        _show_sentence(
            self.sentence,
            "" if temperature == 1 else f"The network itself reads with T = 1, not {decimal_text(temperature, 2)}.",
        )
        share = number_in_words(100 * float(steps.probabilities[self._row]), 4)
        self.table.setAccessibleDescription(f"The probability of this class is {share} %.")

    @Slot()
    def _on_temperature(self) -> None:
        self._show_steps()

    @Slot()
    def _reset(self) -> None:
        self.slider.setValue(0)

    @Slot(QModelIndex)
    def _on_clicked(self, index: Cell) -> None:
        if self._inspection is not None and index.row() < len(self._inspection.answers):
            self.neighbour_chosen.emit((index.row(),))


def _show_sentence(label: QLabel, sentence: str) -> None:
    """Show a sentence; nothing changes, not even the layout, if it is shown already. "" hides the label."""
    if label.text() != sentence:
        label.setText(sentence)
    label.setVisible(bool(sentence))
