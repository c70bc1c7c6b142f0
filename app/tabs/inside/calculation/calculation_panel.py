"""The panel of the Inside tab that shows how the chosen number is computed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.style.theme import GAP, GROUP_GAP
from app.tabs.inside.calculation.calculation_rows import CalculationRows
from app.tabs.inside.calculation.calculation_table import CalculationTable
from app.tabs.inside.calculation.calculation_trail import CalculationTrail
from app.tabs.inside.calculation.figure_label import FigureLabel
from app.tabs.inside.calculation.softmax_view import SoftmaxView
from app.tabs.inside.calculation.source_view import SourceView
from app.tabs.inside.calculation.sum_pictures import SumPictures
from app.tabs.inside.number_panel import NumberPanel, output_name
from app.widgets.elements import announce, row_of, text_label, without_margins
from app.widgets.layouts.flow_layout import FlowLayout
from app.widgets.layouts.scroll_page import ScrollPage
from app.widgets.plain_text import ReservedLabel
from nncore.data.dataset import DIGITS
from nncore.evaluation.calculation.calculation_text import calculation_in_words, pixel_note, problem_of
from nncore.evaluation.inspection import Inspection
from nncore.model.layers.terms import Position, Terms
from nncore.model.network import NetworkSpec
from nncore.reporting.number_text import number_in_words

NO_NUMBER = "Choose a number in the network to see its calculation here."
POINT_AT_A_TERM = "Point at a number of the calculation to see its term."
LONG_TERM = "map 64 of 64, line 14, column 14: −1.234 · −0.1234 = −0.1234"
"""A term for which there is room."""
CHANGED_SINCE = "The network has been trained further since it read this input. A new reading follows."
NOT_COMPUTED = "The network gets this number; all others are computed from it."
WIDEST = 440
"""The width in pixels if the text is large."""
TOLERANCE = 1e-3
"""A number with a larger relative difference does not belong to the present weights; rounding causes less."""


class CalculationPanel(NumberPanel):
    """Shows the sum, the steps or the function that gives a number, with the numbers of the present input."""

    title = "Calculation"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspection: Inspection | None = None
        self._spec: NetworkSpec | None = None
        self._names: Sequence[str] = DIGITS
        self._layer, self._position = 0, tuple[int, ...]()
        self._shows_all = False
        self.hint = text_label(NO_NUMBER, "quiet")
        self.trail = CalculationTrail()
        self.heading = text_label(style="group")
        self.value = FigureLabel()
        self.formula = text_label()
        self.note = text_label(style="quiet")
        self.problem = text_label(style="error")
        self.term = ReservedLabel(LONG_TERM)
        self.pictures, self.table = SumPictures(), CalculationTable()
        self.softmax, self.source = SoftmaxView(), SourceView()
        self.previous_button = self._step_button("‹", "Go to the previous number of the layer.", -1)
        self.next_button = self._step_button("›", "Go to the next number of the layer.", 1)
        self._connect()
        self._lay_out()
        self._show_nothing(NO_NUMBER)

    def _step_button(self, text: str, purpose: str, step: int) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setAutoRaise(True)
        button.setAutoRepeat(True)
        button.setToolTip(purpose)
        button.setAccessibleName(purpose)
        button.clicked.connect(lambda: self._step(step))
        return button

    def _connect(self) -> None:
        self.trail.chosen.connect(self.chosen)
        self.addAction(self.trail.back_action)
        for view in (self.pictures, self.table):
            view.source_pointed_at.connect(self._on_source_pointed_at)
            view.source_chosen.connect(self._on_source_chosen)
        self.pictures.neighbour_chosen.connect(self._on_neighbour_chosen)
        self.softmax.neighbour_chosen.connect(self._on_neighbour_chosen)
        self.table.more_requested.connect(self._show_all_terms)

    # ---------------------------------------------------------------- content

    @property
    def shown(self) -> tuple[int, Position] | None:
        """Layer and position of the number shown; None for none."""
        return None if self._inspection is None else (self._layer, self._position)

    def set_class_names(self, names: Sequence[str]) -> None:
        """The names of the classes of the network's answers."""
        self._names = names

    def show_number(self, inspection: Inspection | None, layer: int, position: Position) -> None:
        """Show how a number is computed; a number that the network does not have is replaced by the nearest one."""
        nearest = None if inspection is None else inspection.nearest_position(layer, position)
        if inspection is None or nearest is None:
            self._show_nothing(NO_NUMBER)
            return
        if nearest != (layer, tuple(position)):
            self.chosen.emit(*nearest)
            return
        if inspection.network.spec != self._spec:
            self._spec = inspection.network.spec
            self.trail.clear()
        if self.shown != nearest:
            self._shows_all = False
            self.term.set_full_text(POINT_AT_A_TERM)
        self._inspection, (self._layer, self._position) = inspection, nearest
        terms = inspection.terms(layer, position) if layer else None
        self.hint.hide()
        self.content.show()
        self.trail.show_number(inspection, layer, self._position, terms)
        self._show_heading(inspection, terms)
        self.pictures.show_calculation(inspection, layer, self._position, terms)
        self._show_terms(inspection, terms)

    def _show_nothing(self, sentence: str) -> None:
        self._inspection = self._spec = None
        self.trail.clear()
        self.hint.setText(sentence)
        self.hint.show()
        self.content.hide()

    def _show_heading(self, inspection: Inspection, terms: Terms | None) -> None:
        layer, position = self._layer, self._position
        where = inspection.place_in_words(layer, position)
        if terms is None:
            name, formula, note, problem = "Input", "", "", ""
            value = float(inspection.values_of(0)[position])
            note = (
                pixel_note(value)
                if inspection.picture_shape(0)
                else "The network gets this number; it computes the rest."
            )
        else:
            spec, value = inspection.layer(layer).spec, terms.value
            name, formula, note = f"Layer {layer}, {spec.full_label}", spec.formula, spec.reading_note
            problem = problem_of(terms)
            read = float(inspection.values_of(layer)[position])
            if not problem and abs(value - read) > TOLERANCE * max(1.0, abs(value)):
                problem = CHANGED_SINCE
        output = output_name(inspection.network.spec, layer, position[0], self._names)
        _set_text(self.heading, f"{name}: {where}, for {output}" if output else f"{name}: {where}")
        self.value.set_text(number_in_words(value, 4))
        for label, text in ((self.formula, formula), (self.note, note), (self.problem, problem)):
            _set_text(label, text)
            label.setVisible(bool(text))

    def _show_terms(self, inspection: Inspection, terms: Terms | None) -> None:
        layer, position = self._layer, self._position
        for view in (self.table, self.source):
            view.setVisible(terms is not None)
        self.term.setVisible(terms is not None and len(terms.inputs) > 1)
        self.softmax.show_answer(inspection, layer, position, self._names)
        if terms is None:
            self.table.show_rows(None)
            words = inspection.in_words(layer, position)
        else:
            self.table.show_rows(CalculationRows(inspection, layer, position, terms, shows_all=self._shows_all))
            sentence = calculation_in_words(inspection, layer, position, terms)
            self.table.setAccessibleDescription(sentence)
            words = f"{inspection.in_words(layer, position)}. {sentence}"
            self._show_source(inspection)
        self.heading.setAccessibleDescription(words)
        self.setAccessibleDescription(words)

    def _show_source(self, inspection: Inspection) -> None:
        try:
            parts = inspection.source_of(self._layer)
            if self._layer == len(inspection.layers):
                parts += inspection.source_of_answers()
        except OSError:
            parts = ()
        self.source.show_source(parts)

    @Slot()
    def _show_all_terms(self) -> None:
        """List all terms of this number."""
        self._shows_all = True
        if self._inspection is not None:
            self.show_number(self._inspection, self._layer, self._position)

    # ------------------------------------------------------------------ links

    def mark(self, layer: int, position: Position | None) -> None:
        """Highlight a number that the mouse is over elsewhere, in every picture and row that it takes part in."""
        own = position if layer == self._layer and self._inspection is not None else None
        self.pictures.mark_neighbour(own)
        source = position if layer == self._layer - 1 and self._inspection is not None else None
        self._mark_source(source)

    def _mark_source(self, source: Position | None) -> None:
        self.pictures.mark_source(source)
        self.table.mark_source(source)
        rows = self.table.rows
        if rows is not None and len(rows.terms.inputs) > 1:
            index = None if source is None else rows.index_of(source)
            self.term.set_full_text(POINT_AT_A_TERM if index is None else rows.term_in_words(index))

    @Slot(object)
    def _on_source_pointed_at(self, source: Position | None) -> None:
        self._mark_source(source)
        if source is None:
            self.pointed_at.emit(0, None)
            return
        self.pointed_at.emit(self._layer - 1, source)
        if self.sender() is self.pictures:
            announce(self.pictures, self.term.full_text)

    @Slot(tuple)
    def _on_source_chosen(self, source: Position) -> None:
        self.chosen.emit(self._layer - 1, source)

    @Slot(tuple)
    def _on_neighbour_chosen(self, position: Position) -> None:
        self.chosen.emit(self._layer, position)

    def _step(self, step: int) -> None:
        """Choose the next number of the layer, or the one before; from the last one to the first."""
        if self._inspection is not None:
            shape = self._inspection.values_of(self._layer).shape
            flat = (int(np.ravel_multi_index(self._position, shape)) + step) % int(np.prod(shape))
            self.chosen.emit(self._layer, tuple(int(index) for index in np.unravel_index(flat, shape)))

    # ----------------------------------------------------------------- layout

    def minimumSizeHint(self) -> QSize:
        """Wide enough for the columns of a sum, up to a third of a small screen: no number moves the network."""
        bar = self.scroll_page.verticalScrollBar().sizeHint().width()
        width = max(self.table.comfortable_width, self.pictures.curve.sizeHint().width()) + 2 * (GAP + 1) + bar
        return QSize(min(width, WIDEST), super().minimumSizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def _lay_out(self) -> None:
        page, self.content = QFrame(), QWidget()
        page.setProperty("card", True)
        steps = QWidget()
        steps.setLayout(row_of(self.previous_button, self.next_button, spacing=0))
        self.formula.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        way = row_of(self.trail, steps)
        way.setStretch(0, 1)
        way.setAlignment(steps, Qt.AlignmentFlag.AlignTop)
        column = without_margins(QVBoxLayout(self.content))
        column.addLayout(way)
        column.addWidget(self.heading)
        column.addLayout(FlowLayout(self.value, self.formula, spacing=GROUP_GAP))
        column.addWidget(self.problem)
        column.addWidget(self.table)  # what a small screen shows at once: the terms and the result
        for widget in (self.term, self.note, self.softmax, self.pictures, self.source):
            column.addWidget(widget)
        column.addStretch()
        whole = QVBoxLayout(page)
        whole.setContentsMargins(GAP, GAP, GAP, GAP)
        whole.addWidget(self.hint)
        whole.addWidget(self.content, 1)
        self.scroll_page = ScrollPage(page)
        without_margins(QVBoxLayout(self)).addWidget(self.scroll_page)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)


def _set_text(label: QLabel, text: str) -> None:
    """Set a label's text only if it changes: a new layout takes more time than all the numbers."""
    if label.text() != text:
        label.setText(text)
