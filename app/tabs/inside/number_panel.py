"""The base of the panels that explain the chosen number of a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nncore.evaluation.inspection import Inspection
from nncore.model.layers.terms import Position
from nncore.model.network import NetworkSpec


class NumberPanel(QWidget):
    """A page of the details area of the Inside tab, about the number that is chosen in the network.

    Layers are counted from 1; layer 0 is the input, whose numbers are not computed. A position is the index in the
    layer's output (in `Inspection.input` for layer 0).
    """

    title: ClassVar[str]
    """The text on the tab of the page."""

    chosen = Signal(int, tuple)
    """The layer and the position of a number that the user chose in the panel; it becomes the chosen number."""
    pointed_at = Signal(int, object)
    """The layer and the position of the number that the mouse is over in the panel; (0, None) for none."""

    def show_number(self, inspection: Inspection | None, layer: int, position: Position) -> None:
        """Show a number; called for every choice, and for each new inspection while the panel is visible.

        inspection: what the network computes for the present input; its network may be another one than before. None:
        there is nothing to show, and `layer` and `position` have no meaning.
        """
        raise NotImplementedError

    def set_class_names(self, names: Sequence[str]) -> None:
        """The names of the classes that the network's outputs stand for; by default unused."""

    def finish(self) -> bool:
        """Stop the panel's background work and wait for it, before the window closes; False if that takes too long."""
        return True

    def mark(self, layer: int, position: Position | None) -> None:
        """Highlight the number that the mouse is over elsewhere in the tab; None for none. By default nothing.

        A position is only given while the panel is visible, so it belongs to the inspection that it shows.
        """


def output_name(spec: NetworkSpec, layer: int, unit: int, names: Sequence[str]) -> str:
    """What a unit of a network for classes stands for: "class 7" for a unit of the last layer, otherwise ""."""
    is_class = layer == len(spec.layers) and spec.outputs > 1 and spec.outputs == len(names)
    return f"class {names[unit]}" if is_class else ""
