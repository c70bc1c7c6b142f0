"""The Inside tab: the whole network at work, and details of one of its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from app.background.throttle import Throttle
from app.style.theme import GAP, PAGE_MARGIN
from app.tabs.inside.input_source import InputSource
from app.tabs.inside.number_panel import NumberPanel
from app.tabs.tab import Tab
from app.widgets.elements import text_label
from app.widgets.network_view.network_view import NetworkView
from app.widgets.plain_text import ElidedLabel
from nncore.data.dataset import DIGITS
from nncore.errors import DataError
from nncore.evaluation.inspection import Inspection
from nncore.model.layers.terms import Position
from nncore.model.network import Network

NO_MODEL_TO_LOOK_INTO = "No model is open. Train or open one to look inside."
NOT_FINITE_FROM = (
    "From layer {} on, numbers are NaN or infinite: the weights of this model are damaged or have diverged."
)


class InsideTab(Tab):
    """Shows what the network in use computes for an input, and hands the chosen number to the panels beside it.

    It computes only while it is visible, at most once per frame, and the newest state when it is shown.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._network: Network | None = None
        self._name = ""
        self._class_names: Sequence[str] = DIGITS
        self._inspection: Inspection | None = None
        self._choice: tuple[int, Position] | None = None
        self._is_outdated = True
        self.panels: list[NumberPanel] = []
        self.reader = ElidedLabel()
        self.reader.setProperty("quiet", True)
        self.source = InputSource()
        self.source.changed.connect(self._request)
        self.problem = text_label(style="error")
        self.problem.hide()
        self.view = NetworkView()
        self.details = QTabWidget()
        self.details.setDocumentMode(True)
        self.details.hide()
        self.throttle = Throttle(parent=self)
        self.throttle.due.connect(self._inspect)
        self.view.selected.connect(self.choose)
        self.view.pointed_at.connect(self._point_in_panels)
        self.details.currentChanged.connect(self._show_number)
        self._lay_out()

    def focus(self) -> None:
        """Put the focus on the network."""
        self.view.setFocus()

    def finish(self) -> bool:
        """Stop the background work of all panels and wait for it; False if that takes too long."""
        return all(panel.finish() for panel in self.panels)

    # ----------------------------------------------------------------- panels

    def add_panel(self, panel: NumberPanel) -> None:
        """Add a page to the details area, at its end."""
        self.panels.append(panel)
        self.details.addTab(panel, panel.title)
        self.details.show()
        panel.chosen.connect(self.choose)
        panel.pointed_at.connect(self._point_in_view)
        self._show_number()

    @property
    def inspection(self) -> Inspection | None:
        """What the network computes for the present input; None if there is none."""
        return self._inspection

    @property
    def choice(self) -> tuple[int, Position] | None:
        """The layer and the position of the chosen number; None without a network."""
        return self._choice

    @Slot(int, tuple)
    def choose(self, layer: int, position: Position) -> None:
        """Choose a number of the network; layer 0 is the input."""
        self._choice = layer, tuple(position)
        self.view.set_choice(layer, position)
        self._show_number()

    @Slot()
    def _show_number(self) -> None:
        """Let the visible panel show the chosen number."""
        panel = self.details.currentWidget()
        if isinstance(panel, NumberPanel):
            panel.set_class_names(self._class_names)
            layer, position = self._choice or (0, (0,))
            panel.show_number(self._inspection if self._choice else None, layer, position)

    @Slot(int, object)
    def _point_in_panels(self, layer: int, position: Position | None) -> None:
        for panel in self.panels:
            panel.mark(layer, position)

    @Slot(int, object)
    def _point_in_view(self, layer: int, position: Position | None) -> None:
        self.view.clear_marks()
        if position is not None:
            self.view.mark(layer, [position])
        for panel in self.panels:
            if panel is not self.sender():
                panel.mark(layer, position)

    # ------------------------------------------------------------------ input

    @Slot(object, str)
    def set_network(self, network: Network | None, name: str = "", class_names: Sequence[str] = DIGITS) -> None:
        """Look into this network from now on. name: that of its model."""
        self._network, self._name, self._class_names = network, name, class_names
        self.source.set_spec(None if network is None else network.spec)
        self._request()

    @Slot(object)
    def set_drawing(self, image: NDArray[np.uint8] | None) -> None:
        """Follow the digit (28, 28) of the Draw tab; None for no drawing."""
        self.source.set_drawing(image)

    @Slot()
    def _request(self) -> None:
        self._is_outdated = True
        if self.isVisible():
            self.throttle.request()

    def showEvent(self, event: QShowEvent) -> None:
        """Compute what has changed while the tab was hidden."""
        super().showEvent(event)
        if self._is_outdated:
            self._inspect()

    @Slot()
    def _inspect(self) -> None:
        """Compute all numbers for the present input and show them."""
        self._is_outdated = False
        values, words = self.source.input
        self._inspection, hint = None, words
        if self._network is None:
            hint = NO_MODEL_TO_LOOK_INTO
        elif values is not None:
            try:
                self._inspection = inspected(self._network, values)
            except DataError as problem:
                hint = str(problem)
        self._say_what_is_shown(words)
        self.view.show_inspection(self._inspection, self._class_names, hint)
        if self._inspection is not None:
            self.choose(*self._choice_in(self._inspection))
        else:
            self._show_number()

    def _say_what_is_shown(self, words: str) -> None:
        """Say whose network it is and what its input is, and from where on its numbers are not finite."""
        shown, problem = NO_MODEL_TO_LOOK_INTO, ""
        if self._network is not None:
            shown = f"Inside {self._name}" + (f": {words}" if self._inspection is not None else "")
        if self._inspection is not None and not self._inspection.is_finite:
            layers = self._inspection.layers
            problem = NOT_FINITE_FROM.format(next(each.number for each in layers if not np.isfinite(each.values).all()))
        self.reader.set_full_text(shown)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def _choice_in(self, inspection: Inspection) -> tuple[int, Position]:
        """The chosen number, if this network has it; otherwise its strongest output."""
        if self._choice is not None:
            layer, position = self._choice
            shapes = inspection.network.spec.shapes
            fits = layer < len(shapes) and len(position) == len(shapes[layer])
            if fits and all(index < side for index, side in zip(position, shapes[layer], strict=True)):
                return self._choice
        return len(inspection.layers), (int(np.argmax(inspection.answers)),)

    # ----------------------------------------------------------------- layout

    def _lay_out(self) -> None:
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.view)
        self.splitter.addWidget(self.details)
        self.splitter.setStretchFactor(0, 2)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        page = QVBoxLayout(self)
        page.setContentsMargins(PAGE_MARGIN, GAP, PAGE_MARGIN, GAP)
        page.setSpacing(GAP)
        page.addWidget(self.source)
        page.addWidget(self.reader)
        page.addWidget(self.problem)
        page.addWidget(self.splitter, 1)


def inspected(network: Network, values: NDArray[Any]) -> Inspection:
    """What `network` computes for an image of bytes, or for numbers; weights that are NaN make its numbers NaN.

    Raises DataError if the network takes another number of inputs.
    """
    with np.errstate(all="ignore"):  # the view shows which numbers are not finite
        if values.dtype == np.uint8:
            return Inspection.of_image(network, values)
        return Inspection(network, values)
