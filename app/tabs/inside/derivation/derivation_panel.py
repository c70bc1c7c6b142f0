"""The panel of the Inside tab that derives the gradients step by step."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.style.theme import GAP
from app.tabs.inside.calculation.source_view import SourceView
from app.tabs.inside.derivation.derivation_step_view import DerivationStepView, Numbers
from app.tabs.inside.number_panel import NumberPanel
from app.widgets.elements import text_label, without_margins
from app.widgets.focus_order import visit_in_order
from app.widgets.form import Choice
from app.widgets.layouts.scroll_page import ScrollPage
from nncore.evaluation.calculation.source_lines import SourceLines
from nncore.evaluation.inspection import Inspection
from nncore.model.derivations import DERIVATIONS, Derivation
from nncore.model.layers import BatchNorm
from nncore.model.layers.terms import Position

UNFOLD = "Press a number to see the reason of the step, and the shapes and numbers in this network."


class DerivationPanel(NumberPanel):
    """Shows the derivation that belongs to the layer of the chosen number, or another one that the user selects."""

    title = "Derivation"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = ""
        self._numbers: Numbers = {}
        self.choice = Choice({name: derivation.title for name, derivation in DERIVATIONS.items()})
        self.choice.setAccessibleName("Derivation")
        self.choice.setToolTip("Select what is derived. The chosen layer selects its own derivation.")
        self.goal = text_label()
        self.source = SourceView()
        self.steps: list[DerivationStepView] = []
        self.content = QWidget()
        self._rows = without_margins(QVBoxLayout(self.content), GAP)
        self._rows.setAlignment(Qt.AlignmentFlag.AlignTop)
        for widget in (self.goal, text_label(UNFOLD, "quiet"), self.source):
            self._rows.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, 0, 0)
        column.addWidget(self.choice)
        column.addWidget(ScrollPage(self.content), 1)
        self.choice.currentIndexChanged.connect(self._show_derivation)
        self._show_derivation()

    @property
    def derivation(self) -> Derivation:
        """The derivation shown."""
        return DERIVATIONS[self.choice.value]

    def show_number(self, inspection: Inspection | None, layer: int, position: Position) -> None:
        """Show the numbers of the layer, and select its derivation if its kind is another one than before."""
        kind = inspection.layer(layer).spec.kind if inspection is not None and layer else ""
        if kind and kind != self._kind:
            self._kind = kind
            fitting = [name for name, derivation in DERIVATIONS.items() if kind in derivation.kinds]
            if fitting and self.choice.value not in fitting:
                self.choice.choose(fitting[0])
        self.show_numbers({} if inspection is None else numbers_of(inspection, layer))

    def show_numbers(self, numbers: Numbers) -> None:
        """Show these arrays of the chosen layer; empty for none."""
        self._numbers = numbers
        for step in self.steps:
            step.show_numbers(numbers)

    def showEvent(self, event: QShowEvent) -> None:
        """Let Tab visit the steps before the lines of Python, which were created first."""
        super().showEvent(event)
        self._order_steps()

    def _order_steps(self) -> None:
        visit_in_order(self.choice, *self.steps, self.source)

    @Slot()
    def _show_derivation(self) -> None:
        for old in self.steps:
            self._rows.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.steps = [DerivationStepView(number, step) for number, step in enumerate(self.derivation.steps, 1)]
        for row, step in enumerate(self.steps, 2):
            self._rows.insertWidget(row, step)
        self._order_steps()
        self.goal.setText(self.derivation.goal)
        try:
            self.source.show_source((SourceLines.from_function(self.derivation.compute),))
        except OSError:
            self.source.show_source(())
        self.show_numbers(self._numbers)


def numbers_of(inspection: Inspection, layer: int) -> dict[str, NDArray[Any]]:
    """What the network computes for one input, by the keys of SYMBOLS: the arrays of `layer`, logits and answers.

    There are no gradients, because a network that only reads has none.
    """
    network = inspection.network
    numbers: dict[str, NDArray[Any]] = {"Z": inspection.layers[-1].values[None], "P": inspection.answers[None]}
    if layer:
        spec = inspection.layer(layer).spec
        numbers |= {"X": inspection.input_of(layer)[None], "Y": inspection.values_of(layer)[None]}
        for name in spec.parameter_shapes(network.spec.shapes[layer - 1]):
            numbers[name] = network.parameters.value(f"{layer}.{name}")
        if spec.windows is not None:
            numbers |= {"stride": np.array(spec.windows.stride), "padding": np.array(spec.windows.padding)}
        if isinstance(spec, BatchNorm):
            numbers["epsilon"] = np.array(spec.epsilon)
    return numbers
