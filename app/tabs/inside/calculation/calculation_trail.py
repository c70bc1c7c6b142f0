"""The path through the network to the number that is shown, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QToolButton, QWidget

from app.widgets.elements import text_label
from app.widgets.focus_order import visit_in_order
from app.widgets.layouts.flow_layout import FlowLayout
from nncore.evaluation.inspection import Inspection
from nncore.model.layers.terms import Position, Terms

BACK_KEY = "Alt+Left"
MAX_CRUMBS = 4
"""Number of steps of the path that are shown: the first, and the last ones."""


@dataclass(frozen=True, eq=False)
class Crumb:
    """A number on the path. sources: (n, axes) the positions in the previous layer from which it is computed."""

    layer: int
    position: Position
    sources: NDArray[np.intp]

    def leads_to(self, layer: int, position: Position) -> bool:
        """Whether this number is computed from the one at `position` of `layer`."""
        fits = layer == self.layer - 1 and len(self.sources) > 0 and self.sources.shape[1] == len(position)
        return fits and bool((self.sources == position).all(axis=1).any())


def extended_trail(trail: tuple[Crumb, ...], layer: int, position: Position, terms: Terms | None) -> tuple[Crumb, ...]:
    """The path to a number: `trail`, cut after its last number that is computed from it, and the number itself."""
    sources = np.empty((0, len(position)), np.intp) if terms is None else terms.sources
    while trail and not trail[-1].leads_to(layer, position):
        trail = trail[:-1]
    return *trail, Crumb(layer, position, sources)


class CalculationTrail(QWidget):
    """Buttons for the numbers of the way, and one that goes back. chosen: layer and position of the one clicked."""

    chosen = Signal(int, tuple)

    def __init__(self) -> None:
        super().__init__()
        self._trail: tuple[Crumb, ...] = ()
        self._shown: tuple[tuple[int, Position], ...] = ()
        self.back = QToolButton()
        self.back.setText("‹ Back")
        self.back.setAutoRaise(True)
        self.back.setToolTip(f"Go back to the number that this one is a term of ({BACK_KEY}).")
        self.back.clicked.connect(self.go_back)
        self.back_action = QAction("Back to the previous number", self)
        self.back_action.setShortcut(QKeySequence(BACK_KEY))
        self.back_action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.back_action.triggered.connect(self.go_back)
        self.crumbs: list[QToolButton] = []
        self._layout = FlowLayout(self.back, spacing=2, line_spacing=0)
        self.setLayout(self._layout)

    @property
    def numbers(self) -> tuple[tuple[int, Position], ...]:
        """Layer and position of every number of the way, the present one last."""
        return tuple((crumb.layer, crumb.position) for crumb in self._trail)

    def show_number(self, inspection: Inspection, layer: int, position: Position, terms: Terms | None) -> None:
        """Extend the way to this number, or go back on it, or begin another."""
        if self.numbers and self.numbers[-1] == (layer, position):
            self._trail = (*self._trail[:-1], extended_trail((), layer, position, terms)[0])
        else:
            self._trail = extended_trail(self._trail, layer, position, terms)
        if self.numbers != self._shown:
            self._shown = self.numbers
            self._rebuild(inspection)

    def clear(self) -> None:
        """Forget the path, as for a different network."""
        self._trail = self._shown = ()

    def go_back(self) -> None:
        """Choose the number before the present one, if there is one."""
        if len(self._trail) > 1:
            self.chosen.emit(self._trail[-2].layer, self._trail[-2].position)

    def _rebuild(self, inspection: Inspection) -> None:
        while (item := self._layout.takeAt(1)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.crumbs = []
        self.back.setEnabled(len(self._trail) > 1)
        hidden = range(1, len(self._trail) - MAX_CRUMBS + 1)
        for index, crumb in enumerate(self._trail):
            if index in hidden:
                if index == hidden.start:
                    self._add(text_label("› …", "quiet", wraps=False))
                continue
            if index:
                self._add(text_label("›", "quiet", wraps=False))
            self.crumbs.append(self._button(inspection, crumb, is_last=index == len(self._trail) - 1))
            self._add(self.crumbs[-1])
        visit_in_order(self.back, *self.crumbs)

    def _add(self, widget: QWidget) -> None:
        self._layout.addWidget(widget)
        widget.show()

    def _button(self, inspection: Inspection, crumb: Crumb, *, is_last: bool) -> QToolButton:
        button = QToolButton()
        button.setText(crumb_text(inspection, crumb.layer, crumb.position))
        button.setAutoRaise(True)
        button.setEnabled(not is_last)
        words = inspection.in_words(crumb.layer, crumb.position)
        button.setAccessibleName(words)
        button.setToolTip("This number." if is_last else f"Go to {words}.")
        button.clicked.connect(partial(self.chosen.emit, crumb.layer, crumb.position))
        return button


def crumb_text(inspection: Inspection, layer: int, position: Position) -> str:
    """A number in short: "11 dense 8", "4 convolution 3: 5, 7", "input 14, 9"."""
    name = f"{layer} {inspection.layer(layer).label}" if layer else "input"
    return f"{name} {inspection.short_place(layer, position)}"
