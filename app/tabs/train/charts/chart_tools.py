"""The buttons of the charts: logarithmic axes, the whole run, and keeping a run's curves."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from app.style.theme import GAP
from app.widgets.layouts.flow_layout import FlowLayout

LOG_X_TIP = "Spread the first steps of the run: each factor of ten in steps is equally wide."
LOG_Y_TIP = "Show small losses: each factor of ten of the loss is equally high. The accuracy stays linear."
WHOLE_TIP = (
    "Show the whole run again, and follow it. A double click or the Home key does the same. "
    "The wheel zooms, and dragging moves."
)
NOTHING_ZOOMED = "The whole run is shown. Turn the wheel over a chart to zoom, drag to move."
KEEP_TIP = (
    "Keep the curves of this run behind all later ones. Without this the last run stays behind the next one only."
)
NO_RUN = "There is no run yet."


LINES_OF_CHARTS = 27
"""Minimum height of the curves of a classification in lines of text; also before they are built."""


def lowest_charts_height(widget: QWidget) -> int:
    """The minimum height of the curves of a classification in the font of `widget`, in pixels."""
    return LINES_OF_CHARTS * widget.fontMetrics().height()


class ChartTools(QWidget):
    """`scales_changed`: one of the logarithmic axes was switched; `whole_run_wanted`; `keep_changed`."""

    scales_changed = Signal()
    whole_run_wanted = Signal()
    keep_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.log_x, self.log_y = _toggle("log x", LOG_X_TIP), _toggle("log y", LOG_Y_TIP)
        self.whole, self.keep = _toggle("Whole run", NOTHING_ZOOMED), _toggle("Keep", NO_RUN)
        self.whole.setCheckable(False)
        self.keep.setAccessibleName("Keep this curve")
        layout = FlowLayout(spacing=GAP)
        self.setLayout(layout)
        for button in (self.log_x, self.log_y, self.whole, self.keep):
            layout.addWidget(button)
        self.log_x.toggled.connect(self.scales_changed)
        self.log_y.toggled.connect(self.scales_changed)
        self.whole.clicked.connect(self.whole_run_wanted)
        self.keep.toggled.connect(self.keep_changed)
        self.set_zoomed(False)
        self.set_has_run(False)

    def set_zoomed(self, zoomed: bool) -> None:
        """Offer to show the whole run, or say that it is shown."""
        self.whole.setEnabled(zoomed)
        self.whole.setToolTip(WHOLE_TIP if zoomed else NOTHING_ZOOMED)

    def set_has_run(self, has_run: bool) -> None:
        """Whether there are curves to keep; those of a new run are not kept at first."""
        self.keep.blockSignals(True)
        self.keep.setChecked(False)
        self.keep.blockSignals(False)
        self.keep.setEnabled(has_run)
        self.keep.setToolTip(KEEP_TIP if has_run else NO_RUN)


def _toggle(text: str, tooltip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setCheckable(True)
    button.setProperty("plain", True)
    button.setToolTip(tooltip)
    button.setAccessibleName(text)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
