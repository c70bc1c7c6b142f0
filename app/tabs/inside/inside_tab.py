"""The Inside tab: all numbers in the network, and details of one of its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from app.canvas.canvas import Canvas
from app.canvas.shared_drawing import SharedDrawing
from app.session.run_events import LiveNetwork
from app.style.theme import GAP, GROUP_GAP, PAGE_MARGIN
from app.tabs.inside.input_source import FROM_DRAWING, InputSource
from app.tabs.inside.number_panel import NumberPanel, output_name
from app.tabs.tab import Tab
from app.widgets.elements import action_button, column_of, row_of, text_label
from app.widgets.focus_order import visit_in_order
from app.widgets.network_view.network_view import NetworkView, in_words
from app.widgets.network_view.view_updates import ViewUpdates
from app.widgets.plain_text import ElidedLabel
from app.widgets.snapshot_row import SnapshotRow
from nncore.data.dataset import DIGITS
from nncore.errors import DataError
from nncore.evaluation.inspection import Inspection
from nncore.evaluation.number_uses import NumberUses, strongest_uses
from nncore.model.layers.terms import Position
from nncore.model.network import Network
from nncore.preprocessing.ink import SIDE
from nncore.reporting.number_text import number_in_words

NO_MODEL_TO_LOOK_INTO = "No model is open. Train or open one to look inside."
NOT_FINITE_FROM = (
    "In layer {} and after it, numbers are NaN or infinite: the weights of this model are damaged or have diverged."
)

FOLLOW_TIP = (
    "Show the network of the run in progress, several times a second as it learns. Off: the network that reads in Draw."
)
POINT_AT_A_NUMBER = "Point at a number of the network to read it here."
NAMED_USES = 3
"""The number of uses of a number that the line below the network names."""

CANVAS_SIDE = 240
"""The side of the canvas in pixels, unless the window is low."""

LEAST_CANVAS_SIDE = 120

SHARES = 3, 2
"""The widths of the network and of the details, relative to each other, until the user moves the line between them."""


class ShownNetwork(NamedTuple):
    """A network, whose numbers these are, and the names of the classes of its outputs."""

    network: Network | None
    name: str = ""
    class_names: Sequence[str] = DIGITS


class InsideTab(Tab):
    """Shows what a network computes for an input, and hands the chosen number to the panels beside it.

    The network is the one of the run in progress, if the user follows it, and otherwise the one that reads in Draw. It
    computes only while it is visible, at most once per frame, and the newest state when it is shown.
    """

    watching_changed = Signal()
    """`watches_training` may have changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading = ShownNetwork(None)
        self._live: ShownNetwork | None = None
        self._inspection: Inspection | None = None
        self._choice: tuple[int, Position] | None = None
        self._pointed: tuple[int, Position] | None = None
        self.panels: list[NumberPanel] = []
        self.model_label = ElidedLabel()
        self.model_label.setProperty("quiet", True)
        self.follow = QCheckBox("&Follow the training")
        self.follow.setToolTip(FOLLOW_TIP)
        self.follow.setChecked(True)
        self.follow.hide()
        self.source = InputSource()
        self.source.source.currentIndexChanged.connect(self._show_canvas)
        self.canvas = Canvas()
        self.problem = text_label(style="error")
        self.problem.hide()
        self.view = NetworkView()
        self.caption = ElidedLabel()
        self.caption.setProperty("quiet", True)
        self.snapshot_row = SnapshotRow(hides_when_empty=True)
        self.snapshot_row.hide()
        self.details = QStackedWidget()
        self.details.hide()
        self.panel_bar = QTabBar()
        self.panel_bar.setDrawBase(False)
        self.panel_bar.setExpanding(False)
        self.panel_bar.setAccessibleName("What is shown beside the network")
        self.panel_bar.setWhatsThis("What is shown beside the network about the chosen number.")
        self.throttle = ViewUpdates(self.view)
        self.throttle.due.connect(self._inspect)
        self.source.changed.connect(self.throttle.request)
        self.view.selected.connect(self.choose)
        self.view.pointed_at.connect(self._point_in_panels)
        self.panel_bar.currentChanged.connect(self.details.setCurrentIndex)
        self.details.currentChanged.connect(self.panel_bar.setCurrentIndex)
        self.details.currentChanged.connect(self._show_number)
        self.follow.toggled.connect(self._show_network)
        self.snapshot_row.point_chosen.connect(self._show_network)
        self.visibility_changed.connect(self.watching_changed)
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
        self.details.addWidget(panel)
        self.panel_bar.addTab(panel.title)
        if self.details.isHidden():
            self.details.show()
            self.splitter.setSizes([1000 * share for share in SHARES])
        panel.chosen.connect(self.choose)
        panel.pointed_at.connect(self._point_in_view)
        visit_in_order(self.follow, self.panel_bar, self.source, self.view, *self.panels, self.snapshot_row)
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
        """Choose a number; layer 0 is the input. If there is no such number, the strongest output is chosen."""
        self._choice = layer, tuple(position)
        if self._inspection is not None:
            self._choice = self._choice_in(self._inspection)
            self.view.set_choice(*self._choice)
        self._show_number()

    @Slot()
    def _show_number(self) -> None:
        """Let the visible panel show the chosen number."""
        self._write_words()
        panel = self.details.currentWidget()
        if isinstance(panel, NumberPanel):
            panel.set_class_names(self._shown.class_names)
            layer, position = self._choice or (0, (0,))
            panel.show_number(self._inspection if self._choice else None, layer, position)

    @Slot(int, object)
    def _point_in_panels(self, layer: int, position: Position | None) -> None:
        """Highlight the number under the mouse in the panels, and in the network those that use it most."""
        self._point_at(layer, position)
        self._mark_uses()
        self._mark_in_panels(layer, position)

    @Slot(int, object)
    def _point_in_view(self, layer: int, position: Position | None) -> None:
        self.view.clear_marks()
        self._point_at(layer, position)
        if position is not None:
            self.view.mark(layer, [position])
        self._mark_in_panels(layer, position)

    def _mark_in_panels(self, layer: int, position: Position | None) -> None:
        """Let the visible panel highlight a number; a hidden one may still show a number of an earlier network."""
        for panel in self.panels:
            if panel is not self.sender() and (panel.isVisible() or position is None):
                panel.mark(layer, position)

    def _point_at(self, layer: int, position: Position | None) -> None:
        self._pointed = None if position is None else (layer, position)
        self._write_words()

    def _mark_uses(self) -> None:
        self.view.clear_marks()
        if self._uses is not None:
            self.view.mark(self._uses.layer, self._uses.positions)

    @property
    def _uses(self) -> NumberUses | None:
        """Where the number that is pointed at in the network is used."""
        if self._inspection is None or self._pointed is None or self._pointed != self.view.pointed:
            return None
        return strongest_uses(self._inspection.network, *self._pointed)

    def _write_words(self) -> None:
        """Write below the network the number under the mouse or at the keyboard's cursor, or the chosen one."""
        words = POINT_AT_A_NUMBER
        if self._inspection is not None and self._pointed is not None:
            words = in_words(self._inspection, *self._pointed) + uses_in_words(
                self._inspection, self._uses, self._shown.class_names
            )
        elif self._inspection is not None and self._choice is not None:
            words = f"chosen: {in_words(self._inspection, *self._choice)}"
        self.caption.set_full_text(f"{words[0].upper()}{words[1:]}")

    # ------------------------------------------------------------------ input

    def set_network(self, network: Network | None, name: str = "", class_names: Sequence[str] = DIGITS) -> None:
        """Show this network, which reads in Draw, unless a training is followed. name: the name of its model."""
        self._reading = ShownNetwork(network, name, class_names)
        self._show_network()

    @property
    def watches_training(self) -> bool:
        """Whether the tab is visible and shows the network of the run in progress."""
        is_selected = self.follow.isChecked() and self.snapshot_row.choice is None
        return self.isVisible() and not self.follow.isHidden() and is_selected

    def set_training(self, in_progress: bool) -> None:
        """Offer to follow the run in progress; at its end, show the network that reads in Draw."""
        if in_progress == self.follow.isHidden():
            self.follow.setVisible(in_progress)
            self._live = None
            self.snapshot_row.set_live_point(None)
            self._show_network()

    def show_training(self, live: LiveNetwork, class_names: Sequence[str] = DIGITS) -> None:
        """Show the network of the run in progress as it is now, if the user follows it."""
        if not self.follow.isHidden():
            self._live = ShownNetwork(live.network, live.name, class_names)
            self.snapshot_row.set_live_point(live.point)
            self._show_network()

    @property
    def _shown(self) -> ShownNetwork:
        """The network that is shown."""
        follows = self.follow.isChecked() and self.snapshot_row.choice is None
        return self._live if self._live is not None and follows else self._reading

    @Slot()
    def _show_network(self) -> None:
        network = self._shown.network
        self.source.set_spec(None if network is None else network.spec)
        self._show_canvas()
        self.throttle.request()
        self.watching_changed.emit()

    def share_drawing(self, canvas: Canvas) -> None:
        """Let the canvas of this tab show and change the drawing of another one."""
        self._shared_drawing = SharedDrawing(canvas, self.canvas)

    @Slot()
    def _show_canvas(self) -> None:
        """Show the canvas if the drawing is the input."""
        self.canvas_area.setVisible(self.source.takes_image and self.source.source.value == FROM_DRAWING)

    @Slot(object)
    def set_drawing(self, image: NDArray[np.uint8] | None) -> None:
        """Follow the digit (28, 28) of the Draw tab; None for no drawing."""
        self.source.set_drawing(image)

    @Slot()
    def _inspect(self) -> None:
        """Compute all numbers for the present input and show them."""
        values, words = self.source.input
        self._inspection, hint, shown = None, words, self._shown
        if shown.network is None:
            hint = NO_MODEL_TO_LOOK_INTO
        elif values is not None:
            inspect = Inspection.of_image if values.dtype == np.uint8 else Inspection
            try:
                self._inspection = inspect(shown.network, values)
            except DataError as problem:
                hint = str(problem)
        self._show_title(words)
        is_digit = values is not None and values.dtype == np.uint8 and values.shape == (SIDE, SIDE)
        self.snapshot_row.set_image(values if is_digit else None)
        self.view.show_inspection(self._inspection, shown.class_names, hint)
        self._pointed = self.view.pointed
        if self._pointed is not None:
            self._mark_uses()
        if self._inspection is not None:
            self.choose(*(self._choice or (0, ())))
        else:
            self._show_number()

    def _show_title(self, words: str) -> None:
        """Say whose network it is and what its input is, and from where on its numbers are not finite."""
        shown, problem = NO_MODEL_TO_LOOK_INTO, ""
        if self._shown.network is not None:
            shown = f"Inside {self._shown.name}" + (f": {words}" if self._inspection is not None else "")
        if self._inspection is not None and not self._inspection.is_finite:
            layers = self._inspection.layers
            problem = NOT_FINITE_FROM.format(next(each.number for each in layers if not np.isfinite(each.values).all()))
        self.model_label.set_full_text(shown)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def _choice_in(self, inspection: Inspection) -> tuple[int, Position]:
        """The chosen number, if this network has it; otherwise its strongest output."""
        if self._choice is not None:
            layer, position = self._choice
            shapes = inspection.network.spec.shapes
            fits = 0 <= layer < len(shapes) and len(position) == len(shapes[layer])
            if fits and all(0 <= index < side for index, side in zip(position, shapes[layer], strict=True)):
                return self._choice
        return len(inspection.layers), (int(np.argmax(inspection.answers)),)

    # ----------------------------------------------------------------- layout

    def _lay_out(self) -> None:
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        network = QWidget()
        network.setLayout(column_of(self.view, self.caption, self.problem, spacing=GAP // 2))
        self.splitter.addWidget(network)
        self.splitter.addWidget(self.details)
        for index, share in enumerate(SHARES):
            self.splitter.setStretchFactor(index, share)
        self.splitter.setChildrenCollapsible(False)
        self.canvas_area = QWidget()
        actions = self.canvas.canvas_actions
        buttons = row_of(*(action_button(each, shows_text=False) for each in actions.all))
        buttons.addStretch(1)
        canvas = column_of(self.canvas)
        canvas.addLayout(buttons)
        self.canvas_area.setLayout(canvas)
        self.canvas.setFixedSize(CANVAS_SIDE, CANVAS_SIDE)
        inside = QHBoxLayout()
        inside.setSpacing(GROUP_GAP)
        self.source.put_above_message(self.canvas_area)
        inside.addWidget(_InputColumn(self.source, self.canvas))
        inside.addWidget(self.splitter, 1)
        model_row = row_of(self.model_label, self.follow, self.panel_bar)
        model_row.setStretch(0, 1)
        page = QVBoxLayout()
        page.setContentsMargins(PAGE_MARGIN, GAP, PAGE_MARGIN, GAP)
        page.setSpacing(GAP)
        page.addLayout(model_row)
        page.addLayout(inside, 1)
        page.addWidget(self.snapshot_row)
        self.setLayout(page)


class _InputColumn(QWidget):
    """The input and its canvas, which is smaller in a low window; wider than the canvas if a large font needs that."""

    def __init__(self, source: InputSource, canvas: Canvas) -> None:
        super().__init__()
        self._canvas = canvas
        self.setLayout(column_of(source))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        """The smallest width; the controls begin another line where it ends."""
        return QSize(max(CANVAS_SIDE, self.minimumSizeHint().width()), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """The height with the smallest canvas."""
        least = super().minimumSizeHint()
        return QSize(least.width(), least.height() - max(0, self._canvas.height() - LEAST_CANVAS_SIDE))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the canvas to the height."""
        super().resizeEvent(event)
        layout = self.layout()
        assert layout is not None
        others = layout.totalMinimumHeightForWidth(self.width()) - self._canvas.height()
        side = max(LEAST_CANVAS_SIDE, min(CANVAS_SIDE, self.height() - others))
        if side != self._canvas.height():
            self._canvas.setFixedSize(side, side)


def uses_in_words(inspection: Inspection, uses: NumberUses | None, names: Sequence[str]) -> str:
    """The largest weights with which the next layer uses a number, to be added to a sentence; "" without weights."""
    if uses is None or uses.weights is None or not len(uses.weights):
        return ""
    layer, item = uses.layer, "unit" if inspection.layer(uses.layer).has_units else "map"
    named = ", ".join(
        f"{output_name(inspection.network.spec, layer, position[0], names) or f'{item} {position[0] + 1:,}'} "
        f"({number_in_words(float(weight), 2)})"
        for position, weight in zip(uses.positions[:NAMED_USES], uses.weights[:NAMED_USES], strict=True)
    )
    return f"; its largest weights in layer {layer}: {named}"
