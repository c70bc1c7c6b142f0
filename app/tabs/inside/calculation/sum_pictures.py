"""The pictures of one calculation: the map of the number, what it is computed from, and the products of a sum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.style.theme import GAP
from app.tabs.inside.calculation.function_curve import FunctionCurve
from app.tabs.inside.calculation.number_picture import Frame, NumberPicture
from app.widgets.elements import text_label, without_margins
from app.widgets.layouts.flow_layout import FlowLayout
from nncore.evaluation.calculation.term_places import TermPlaces
from nncore.evaluation.calculation.tiles import Tiles
from nncore.evaluation.inspection import Inspection
from nncore.model.layers.terms import Position, Terms, position_in_shape, positions_of_all
from nncore.reporting.number_text import decimal_text

PICTURE_LINES = 6
"""The side of a picture, in lines of text: three fit beside each other in the details area of a small screen."""

CLICK = "Point at a number to see its term. Click it, or press Enter, to see how it is computed."


class SumPictures(QWidget):
    """Pictures and the curve of a function side by side, as far as the calculation has them; hidden without any.

    source_pointed_at: the position in the layer's input under the mouse, or None. source_chosen: the one clicked.
    neighbour_chosen: a position in the layer's own output, chosen in the picture of its map.
    """

    source_pointed_at = Signal(object)
    source_chosen = Signal(tuple)
    neighbour_chosen = Signal(tuple)

    def __init__(self) -> None:
        super().__init__()
        self._places: TermPlaces | None = None
        self._own: tuple[tuple[int, ...], tuple[int, int, int], int] | None = None
        tip = "The map of this number. Drag over it, or use the arrow keys, to go to its other numbers."
        self.own_map = NumberPicture("map of this number", tip, follows_drag=True)
        self.inputs = NumberPicture("input", f"The numbers that the layer reads. {CLICK}")
        self.window_part = NumberPicture("window", f"The part of the input from which this number is computed. {CLICK}")
        self.weights = NumberPicture(
            "weights", f"What each input is multiplied by: blue above 0, orange below. {CLICK}"
        )
        self.products = NumberPicture("products", f"Input times weight, blue above 0, orange below. {CLICK}")
        self.curve = FunctionCurve()
        self._term_pictures = (self.window_part, self.weights, self.products)
        self._captions = {picture: text_label(style="quiet", wraps=False) for picture in self.pictures}
        self._frames = {picture: QWidget() for picture in self.pictures}
        layout = FlowLayout(spacing=2 * GAP, line_spacing=GAP)
        for picture, frame in self._frames.items():
            column = without_margins(QVBoxLayout(frame), 2)
            column.addWidget(self._captions[picture])
            column.addWidget(picture, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            layout.addWidget(frame)
        layout.addWidget(self.curve)
        self.setLayout(layout)
        for picture in (self.inputs, *self._term_pictures):
            picture.pointed_at.connect(self._on_pointed)
            picture.chosen.connect(self._on_chosen)
        self.own_map.chosen.connect(self._on_neighbour)

    @property
    def pictures(self) -> tuple[NumberPicture, ...]:
        """All pictures, shown or not."""
        return self.own_map, self.inputs, self.window_part, self.weights, self.products

    def caption(self, picture: NumberPicture) -> str:
        """The line above a picture."""
        return self._captions[picture].text()

    # ---------------------------------------------------------------- content

    def show_calculation(self, inspection: Inspection, layer: int, position: Position, terms: Terms | None) -> None:
        """Show the pictures of a number of `layer`; terms: None for layer 0, the input."""
        self._places = None if terms is None else TermPlaces.from_terms(inspection, layer, position, terms)
        has_places, is_sum = self._places is not None, terms is not None and terms.weights is not None
        for picture in self.pictures:
            picture.set_side(PICTURE_LINES * self.fontMetrics().height())
        self._show_own_map(inspection, layer, position)
        self._set_shown(self.inputs, has_places)
        self._set_shown(self.window_part, self._places is not None and self._places.window is not None)
        self._set_shown(self.weights, has_places and is_sum)
        self._set_shown(self.products, has_places and is_sum)
        if self._places is not None and terms is not None:
            self._show_input(inspection.input_of(layer), self._places)
            self._show_terms(terms, self._places)
        self._show_curve(inspection, layer, terms)
        self.setVisible(has_places or self._own is not None or self.curve.isVisibleTo(self))

    def _show_curve(self, inspection: Inspection, layer: int, terms: Terms | None) -> None:
        if terms is None or len(terms.inputs) != 1:
            self.curve.hide()
        else:
            computed, name = inspection.network.layers[layer - 1], inspection.layer(layer).label
            self.curve.show_point(computed, name, float(terms.inputs[0]), terms.value)

    def _set_shown(self, picture: NumberPicture, shown: bool) -> None:
        frame = self._frames[picture]
        if frame.isVisibleTo(self) != shown:
            frame.setVisible(shown)

    def _set_caption(self, picture: NumberPicture, text: str) -> None:
        if self._captions[picture].text() != text:
            self._captions[picture].setText(text)
            picture.setAccessibleDescription(text)

    def _show_own_map(self, inspection: Inspection, layer: int, position: Position) -> None:
        picture, values = inspection.picture_shape(layer), inspection.values_of(layer)
        self._own = None
        self._set_shown(self.own_map, picture is not None)
        if picture is None:
            return
        own, line, column = position_in_shape(position, values.shape, picture)
        self._own = values.shape, picture, own
        _show_all(self.own_map, values.reshape(picture)[own : own + 1])
        self.own_map.set_frames((Frame(0, line, column, 1, 1),))
        self._set_caption(
            self.own_map, f"map {own + 1}" if picture[0] > 1 else "this input" if layer == 0 else "this map"
        )

    def _show_input(self, values: NDArray[np.floating], places: TermPlaces) -> None:
        _show_all(self.inputs, values.reshape(places.picture))
        window = places.window
        frames = () if window is None else tuple(Frame(each, *places.corner, *window) for each in places.maps)
        self.inputs.set_frames(frames)
        maps = places.picture[0]
        self._set_caption(self.inputs, f"input, {maps} maps" if maps > 1 else "input")

    def _show_terms(self, terms: Terms, places: TermPlaces) -> None:
        tiles, cells = places.term_tiles, places.in_terms(terms.sources)
        if places.window is not None:
            self.window_part.show_numbers(tiles, cells, terms.inputs, is_signed=bool((terms.inputs < 0).any()))
            winner = () if terms.chosen is None else (_cell_frame(cells[terms.chosen]),)
            self.window_part.set_frames(winner)
            self._set_caption(self.window_part, "window, winner" if winner else "window")
        if terms.weights is None:
            return
        self.weights.show_numbers(tiles, cells, terms.weights, is_signed=True)
        self.products.show_numbers(tiles, cells, terms.products, is_signed=True)
        sizes = np.abs(terms.weights[np.isfinite(terms.weights)])
        self._set_caption(self.weights, f"× weights, ±{decimal_text(float(sizes.max(initial=0)), 2)}")
        self._set_caption(self.products, "= products")

    # ------------------------------------------------------------------ links

    def mark_source(self, source: Position | None) -> None:
        """Highlight a position of the layer's input in every picture; None for none."""
        if self._places is not None:
            self.inputs.mark(None if source is None else self._places.place_in_input(source))
            for picture in self._term_pictures:
                picture.mark(None if source is None else self._places.place_in_terms(source))

    def mark_neighbour(self, position: Position | None) -> None:
        """Highlight a position of the layer's own output, if it is in the map shown; None for none."""
        place = None
        if position is not None and self._own is not None:
            shape, picture, own = self._own
            number, line, column = position_in_shape(position, shape, picture)
            place = (0, line, column) if number == own else None
        self.own_map.mark(place)

    def _source(self, place: Position) -> Position | None:
        if self._places is None:
            return None
        return (
            self._places.source_in_input(place) if self.sender() is self.inputs else self._places.source_in_terms(place)
        )

    @Slot(object)
    def _on_pointed(self, place: Position | None) -> None:
        self.source_pointed_at.emit(None if place is None else self._source(place))

    @Slot(tuple)
    def _on_chosen(self, place: Position) -> None:
        source = self._source(place)
        if source is not None:
            self.source_chosen.emit(source)

    @Slot(tuple)
    def _on_neighbour(self, place: Position) -> None:
        if self._own is not None:
            shape, picture, own = self._own
            self.neighbour_chosen.emit(position_in_shape((own, *place[1:]), picture, shape))


def _cell_frame(place: NDArray[np.intp]) -> Frame:
    """A frame around one place (map, line, column)."""
    number, line, column = place.tolist()
    return Frame(number, line, column, 1, 1)


def _show_all(view: NumberPicture, maps: NDArray[np.floating]) -> None:
    """Show maps (count, height, width) in `view`."""
    view.show_numbers(Tiles(*maps.shape), positions_of_all(maps.shape), maps.ravel(), is_signed=bool((maps < 0).any()))
