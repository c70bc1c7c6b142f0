"""One step of a derivation: its line, and on request its reason and the numbers of its symbols."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.style.theme import GAP
from app.widgets.elements import without_margins
from app.widgets.formula_view import FormulaLabel, formula_html
from nncore.model.derivations import SYMBOLS, DerivationStep
from nncore.reporting.formula_text import formula_as_text
from nncore.reporting.number_text import NO_BREAK_SPACE, number_in_words

Numbers = Mapping[str, NDArray[Any]]
"""The arrays of a training step, by the keys of SYMBOLS."""


class DerivationStepView(QWidget):
    """Shows the line of a step beside a button, which unfolds the rest below it."""

    def __init__(self, number: int, step: DerivationStep) -> None:
        super().__init__()
        self._step = step
        self._numbers: Numbers = {}
        self.button = QToolButton()
        self.button.setText(str(number))
        self.button.setCheckable(True)
        self.button.setProperty("group", True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setToolTip("Show or hide the reason of this step, and the shapes and numbers of its symbols.")
        self.button.setAccessibleName(f"Step {number}: {formula_as_text(step.line)}")
        self.line, self.explanation = FormulaLabel(), FormulaLabel()
        self.line.show_page(f'<p class="line">{formula_html(step.line)}</p>')
        self.line.setWhatsThis("A step of the derivation. Its number unfolds the reason, shapes and numbers.")
        self.explanation.setWhatsThis("Why this step is true, and what its symbols stand for in this network.")
        self.line.setAccessibleName(formula_as_text(step.line))
        row = without_margins(QHBoxLayout(), GAP // 2)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        text = without_margins(QVBoxLayout(), GAP // 2)
        text.addWidget(self.line)
        text.addWidget(self.explanation)
        row.addLayout(text, 1)
        self.setLayout(row)
        self.button.toggled.connect(self._unfold)
        self._unfold(False)

    def show_numbers(self, numbers: Numbers) -> None:
        """Show these shapes and numbers of the symbols; those of a symbol without an array are left out."""
        self._numbers = numbers
        if self.button.isChecked():
            self._write()

    @Slot(bool)
    def _unfold(self, is_unfolded: bool) -> None:
        self.button.setArrowType(Qt.ArrowType.DownArrow if is_unfolded else Qt.ArrowType.RightArrow)
        self.explanation.setVisible(is_unfolded)
        if is_unfolded:
            self._write()

    def _write(self) -> None:
        lines = [self._step.reason, *self._step.details]
        rows = [symbol_text(name, self._numbers[name]) for name in self._step.symbols if name in self._numbers]
        table = "".join(
            f'<tr><td>${SYMBOLS[name].latex}$</td><td class="quiet">{escape(text)}</td></tr>'
            for name, text in zip((each for each in self._step.symbols if each in self._numbers), rows, strict=True)
        )
        paragraphs = "".join(f"<p>{formula_html(line)}</p>" for line in lines)
        self.explanation.show_page(paragraphs + (f'<table cellspacing="{GAP // 2}">{table}</table>' if table else ""))
        self.explanation.setAccessibleName(" ".join([*map(formula_as_text, lines), *rows]))


def symbol_text(name: str, numbers: NDArray[Any]) -> str:
    """What a symbol stands for in the network in use: "the weights of the layer, 784 × 128, from −0.21 to 0.34"."""
    values = f"{number_in_words(float(numbers.flat[0]))}" if numbers.size == 1 else _range_text(numbers)
    shape = f"{NO_BREAK_SPACE}×{NO_BREAK_SPACE}".join(f"{side:,}" for side in numbers.shape)
    return ", ".join(part for part in (SYMBOLS[name].meaning, shape, values) if part)


def _range_text(numbers: NDArray[Any]) -> str:
    if not numbers.size:
        return ""
    if numbers.size <= 3:
        return ", ".join(number_in_words(float(each)) for each in numbers.flat)
    with np.errstate(invalid="ignore"):
        return f"from {number_in_words(float(numbers.min()))} to {number_in_words(float(numbers.max()))}"
