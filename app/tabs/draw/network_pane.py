"""How the network computes, in the Draw tab beside the bars; the Inside tab is larger, and explains each number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from app.style.icons import set_icon
from app.widgets.elements import push_button, without_margins
from app.widgets.network_view.network_view import NetworkView
from app.widgets.network_view.view_updates import ViewUpdates
from nncore.errors import DataError
from nncore.evaluation.inspection import Inspection
from nncore.evaluation.recognition import Prediction
from nncore.model.network import Network

DRAW_TO_SEE = "Draw a digit to see how the network computes."


class NetworkPane(QWidget):
    """Shows what the network computes for the digit shown, unless the user has folded it away.

    `toggle` and `open_button` are placed by the tab. Nothing is computed or painted while it is hidden. It follows each
    frame as long as that takes a third of the time at most, so that the answer is hardly later than without it.
    """

    number_requested = Signal(int, tuple)
    """The layer and the position of a number that the user wants to see in the Inside tab."""
    full_size_requested = Signal()
    """The user wants to see the network in the Inside tab."""

    def __init__(self) -> None:
        super().__init__()
        self._network: Network | None = None
        self._prediction: Prediction | None = None
        self._image: NDArray[np.uint8] | None = None
        self.view = NetworkView(is_compact=True)
        self.view.setToolTip("The numbers in every layer. Click one to see in the Inside tab how it is computed.")
        self.view.selected.connect(self.number_requested)
        self.toggle = QToolButton()
        self.toggle.setProperty("group", True)
        self.toggle.setText("Network")
        self.toggle.setToolTip("Show or hide the layers of the network beside the bars.")
        self.toggle.setCheckable(True)
        self.toggle.setChecked(True)
        self.toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.toggle.toggled.connect(self._fold)
        self.open_button = push_button(
            "Open Inside", "Show the network in the Inside tab, large and with every number explained.", lambda: None
        )
        self.open_button.clicked.connect(self.full_size_requested)
        self.throttle = ViewUpdates(self.view)
        self.throttle.due.connect(self._inspect)
        without_margins(QVBoxLayout(self)).addWidget(self.view)
        set_icon(self.toggle, "chevron-down")

    def show_reading(
        self, network: Network | None, prediction: Prediction | None, image: NDArray[np.uint8] | None
    ) -> None:
        """Show what `network` computes for the digit `image` (28, 28); None for no network or no digit.

        prediction: that of `network` for the digit; None if it cannot read digits.
        """
        self._network = network
        self._prediction = prediction
        self._image = image
        self.throttle.request()

    @Slot()
    def _inspect(self) -> None:
        network, inspection, hint = self._network, None, DRAW_TO_SEE
        if network is not None and self._prediction is not None:
            inspection = Inspection.of_prediction(network, self._prediction)
        elif network is not None and self._image is not None:
            try:
                inspection = Inspection.of_image(network, self._image)
            except DataError as problem:
                hint = str(problem)
        self.view.show_inspection(inspection, hint=hint)

    @Slot(bool)
    def _fold(self, shown: bool) -> None:
        self.setVisible(shown)
        set_icon(self.toggle, "chevron-down" if shown else "chevron-right")
