"""Where each layer of a network, and each of its numbers, is drawn. No painting here.

Layers stand in columns from left to right, in one to three lines, whichever gives the numbers most space. A column has
the title of its layer, the numbers themselves, and below them the shape of what flows on to the next layer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from math import ceil, floor, log, prod, sqrt

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF

from app.widgets.network_view.drawn_layer import DrawnLayer
from nncore.model.layers.terms import Position

MAX_LAYER_LINES = 3
MIN_UNIT, MIN_MAP = 2.0, 7.0
"""The smallest side of a unit and of a map, in pixels; what does not fit so is drawn by parts."""
MAX_UNIT = 22.0
"""The largest side of a unit without its number, in pixels."""
GRID_FROM = 5.0
"""Cells of this size or larger, in pixels, are divided by lines."""
CRISP_FROM = 2
"""With this number of screen pixels or more for each, all pixels of a map have the same whole number of them."""
TEXT_GAP = 3.0
"""Between the numbers and the texts above and below them, in pixels."""
MAP_GAP = 2.0
"""Between two maps with crisp pixels, in pixels."""
MAX_NAMED_ANSWERS = 20
"""A network with more outputs shows them as units, without the name and the bar of each."""
ANSWER_CHARACTERS = 12
"""The width of the last layer with a name and a probability beside each output, in characters."""
ANSWER_WITH_BAR_CHARACTERS = 20
"""The same with a bar between them."""
PART_TEXT = "‹ 1/4 ›"
"""The shortest text of the line that says which part of a layer is drawn."""
MAX_WRITTEN = 400
"""A layer with more numbers does not write them into its cells."""


@dataclass(frozen=True)
class TextSizes:
    """Sizes of the small text, in pixels: the height of a line, and the mean width of a character.

    has_titles: whether each layer has its name above it. measured: the exact width of a text; by default about that.
    """

    line: float
    character: float
    has_titles: bool = True
    measured: Callable[[str], float] | None = None

    def width_of(self, text: str) -> float:
        """The width of a text."""
        return self.width(len(text)) if self.measured is None else self.measured(text)

    def width(self, characters: int) -> float:
        """About the width of a text with this number of characters."""
        return characters * self.character


@dataclass(frozen=True)
class LayerPlace:
    """Where a layer is drawn, in pixels of the widget.

    column: all that belongs to it. title, caption: the lines above and below its numbers. numbers: the area of its
    numbers. per_line: units or maps beside each other. first, drawn: the first unit or map that is drawn, and their
    number. capacity: how many a part can have. pitch: from one unit or map to the next. gap: between two maps. parts:
    the line that says which part is drawn; None if all of it is. answers: the area of the network's answers, beside its
    last layer; else None.
    """

    layer: DrawnLayer
    column: QRectF
    title: QRectF
    caption: QRectF
    numbers: QRectF
    per_line: int
    first: int
    drawn: int
    capacity: int
    pitch: QSizeF
    gap: float = 0.0
    parts: QRectF | None = None
    answers: QRectF | None = None
    writes_numbers: bool = False

    @property
    def lines(self) -> int:
        """The number of lines of units or maps."""
        return ceil(self.drawn / self.per_line)

    @property
    def cell(self) -> QSizeF:
        """The size of one number."""
        if not self.layer.has_maps:
            return self.pitch
        _, height, width = self.layer.drawn_as
        return QSizeF((self.pitch.width() - self.gap) / width, (self.pitch.height() - self.gap) / height)

    @property
    def is_crisp(self) -> bool:
        """Whether each number of a map has the same whole number of screen pixels."""
        return self.cell.width() >= CRISP_FROM

    @property
    def has_grid(self) -> bool:
        """Whether units are divided by lines; their pitch is then a whole number of pixels both ways."""
        width, height = self.pitch.width(), self.pitch.height()
        is_whole = width.is_integer() and height.is_integer()
        return not self.layer.has_maps and is_whole and min(width, height) >= GRID_FROM

    def item(self, index: int) -> QRectF | None:
        """The area of a unit or map, counted from 0 in the layer; None if it is in another part."""
        if not self.first <= index < self.first + self.drawn:
            return None
        line, column = divmod(index - self.first, self.per_line)
        corner = self.numbers.topLeft() + QPointF(column * self.pitch.width(), line * self.pitch.height())
        return QRectF(corner, self.pitch - QSizeF(self.gap, self.gap))

    def cell_of(self, position: Position) -> QRectF | None:
        """The area of the number at `position` of the layer's output; None if it is in another part."""
        index, *inside = self.layer.place_of(position)
        area = self.item(index)
        if area is None or not inside:
            return area
        cell = self.cell
        return QRectF(area.topLeft() + QPointF(inside[1] * cell.width(), inside[0] * cell.height()), cell)

    def position_at(self, point: QPointF) -> Position | None:
        """The position of the number drawn at `point`; None between them."""
        if not self.numbers.contains(point):
            return None
        offset = point - self.numbers.topLeft()
        column, line = int(offset.x() / self.pitch.width()), int(offset.y() / self.pitch.height())
        index = self.first + line * self.per_line + min(column, self.per_line - 1)
        area = self.item(index)
        if area is None or not area.contains(point):
            return None
        if not self.layer.has_maps:
            return self.layer.position_of((index,))
        _, height, width = self.layer.drawn_as
        inside, cell = point - area.topLeft(), self.cell
        row = min(int(inside.y() / cell.height()), height - 1)
        return self.layer.position_of((index, row, min(int(inside.x() / cell.width()), width - 1)))


@dataclass(frozen=True)
class NetworkGeometry:
    """The places of all layers, the input first, and how many layers are in each line."""

    places: tuple[LayerPlace, ...] = ()
    lines: tuple[int, ...] = field(default=())

    @cached_property
    def arrows(self) -> tuple[QLineF, ...]:
        """From each layer to the next, beside the shape of what flows; at the end of a line, to the edge."""
        ends = {sum(self.lines[: line + 1]) for line in range(len(self.lines))}
        arrows = []
        for number, (place, following) in enumerate(pairwise(self.places), start=1):
            right = place.column.right() + place.caption.height() if number in ends else following.column.left()
            middle = place.caption.center().y()
            arrows.append(QLineF(place.column.right() + 2, middle, right - 2, middle))
        return tuple(arrows)

    def at(self, point: QPointF) -> tuple[int, Position] | None:
        """The layer and the position of the number drawn at `point`; None if there is none."""
        place = self.place_at(point)
        position = None if place is None else place.position_at(point)
        return None if place is None or position is None else (place.layer.number, position)

    def place_at(self, point: QPointF) -> LayerPlace | None:
        """The layer in whose column `point` is."""
        return next((place for place in self.places if place.column.contains(point)), None)


def laid_out(
    layers: Sequence[DrawnLayer], room: QRectF, text: TextSizes, first: Mapping[int, int] | None = None
) -> NetworkGeometry:
    """Place all layers in `room`. first: for layers that are drawn by parts, the first unit or map of the part."""
    if not layers:
        return NetworkGeometry()
    choices = [
        _in_lines(layers, room, text, first or {}, count) for count in range(1, min(MAX_LAYER_LINES, len(layers)) + 1)
    ]
    return max(choices, key=lambda geometry: _legibility(geometry, text))


def texts_fit(geometry: NetworkGeometry, text: TextSizes) -> bool:
    """Whether no text above or below a layer is too wide for its column."""
    return all(
        text.width_of(each) <= place.column.width() + 1
        for place in geometry.places
        for each in _texts(place.layer, text) + ([PART_TEXT] if place.parts is not None else [])
    )


def _in_lines(
    layers: Sequence[DrawnLayer], room: QRectF, text: TextSizes, first: Mapping[int, int], count: int
) -> NetworkGeometry:
    height, places, lengths = room.height() / count, list[LayerPlace](), list[int]()
    for number, line in enumerate(_split(layers, count)):
        arrow = text.line
        width = max(1.0, room.width() - arrow * (len(line) - 1 if count == 1 else len(line)))
        left = room.left()
        in_line = []
        for layer, wide in zip(line, _widths(line, width, text, layers[-1]), strict=True):
            column = QRectF(left, room.top() + number * height, wide, height)
            in_line.append(_place(layer, column, text, first.get(layer.number, 0), layer is layers[-1]))
            left += wide + arrow
        places += _with_texts(in_line, text)
        lengths.append(len(line))
    return NetworkGeometry(tuple(places), tuple(lengths))


def _split(layers: Sequence[DrawnLayer], count: int) -> list[Sequence[DrawnLayer]]:
    """The layers in `count` lines of about the same width."""
    weights = [_weight(layer, layer is layers[-1]) for layer in layers]
    ends, total, passed = [0], sum(weights), 0.0
    for index, weight in enumerate(weights):
        passed += weight
        if len(ends) < count and passed >= total * len(ends) / count - weight / 2:
            ends.append(index + 1)
    ends = [*ends[:count], len(layers)]
    return [layers[start:end] for start, end in pairwise(ends) if end > start]


def _widths(line: Sequence[DrawnLayer], width: float, text: TextSizes, last: DrawnLayer) -> list[float]:
    """The widths of the columns of a line: by weight, but wide enough for the texts of each layer if all fit."""
    weights = [_weight(layer, layer is last) for layer in line]
    needed = [_text_width(layer, text, is_last=layer is last) for layer in line]
    fixed: set[int] = set()
    while True:
        room = width - sum(needed[index] for index in fixed)
        unit = room / sum(weight for index, weight in enumerate(weights) if index not in fixed)
        narrow = {index for index, weight in enumerate(weights) if index not in fixed and weight * unit < needed[index]}
        if not narrow:
            return [needed[index] if index in fixed else weight * unit for index, weight in enumerate(weights)]
        fixed |= narrow
        if len(fixed) == len(line):
            return [each * width / sum(needed) for each in needed]


def _text_width(layer: DrawnLayer, text: TextSizes, *, is_last: bool) -> float:
    """The width that the texts of a layer need; the last one has its answers beside it."""
    if is_last and layer.count <= MAX_NAMED_ANSWERS:
        return text.width(ANSWER_CHARACTERS)
    return max(map(text.width_of, _texts(layer, text)))


def _texts(layer: DrawnLayer, text: TextSizes) -> list[str]:
    """The texts of a layer as they are in a narrow place."""
    return [layer.narrow_shape_text, *([layer.title] if text.has_titles else [])]


def _weight(layer: DrawnLayer, is_last: bool) -> float:
    """The share of the width that a layer gets, relative to the others."""
    if is_last and layer.count <= MAX_NAMED_ANSWERS:
        return 1.9
    if layer.has_maps:
        return 1.5 if layer.count > 1 else 1.7
    return 1.0 if layer.count > 1 else 0.8


def _legibility(geometry: NetworkGeometry, text: TextSizes) -> float:
    """A measure of how well the numbers and titles can be seen: larger is better."""
    total = 0.0
    for place in geometry.places:
        cell = place.cell
        total += log(max(1e-3, min(cell.width(), 5 * text.line) * min(cell.height(), 1.5 * text.line)))
        total -= 1.5 * sum(text.width_of(each) > place.column.width() for each in _texts(place.layer, text))
        total -= 1.5 * (text.width_of(place.layer.shape_text) > place.column.width())
        total -= 1.5 * (place.answers is not None and text.width(ANSWER_WITH_BAR_CHARACTERS) > place.column.width())
        total -= 2.0 * (place.parts is not None)
    return total


def _with_texts(line: Sequence[LayerPlace], text: TextSizes) -> list[LayerPlace]:
    """The places with the titles just above the highest layer of the line, and the shapes just below it."""
    height = text.line if text.has_titles else 0.0
    top = min(place.numbers.top() for place in line) - TEXT_GAP - height
    bottom = max((place.parts or place.numbers).bottom() for place in line) + TEXT_GAP
    return [
        replace(
            place,
            title=QRectF(place.column.left(), top, place.column.width(), height),
            caption=QRectF(place.column.left(), bottom, place.column.width(), text.line),
        )
        for place in line
    ]


def _place(layer: DrawnLayer, column: QRectF, text: TextSizes, first: int, is_last: bool) -> LayerPlace:
    above, below = text.line * text.has_titles + TEXT_GAP, 1.3 * text.line + TEXT_GAP
    room = QRectF(column.left(), column.top() + above, column.width(), max(1.0, column.height() - above - below))
    if is_last and not layer.has_maps and layer.count <= MAX_NAMED_ANSWERS:
        return _with_answers(layer, column, room, text)
    place = _fitted(layer, column, room, text, first)
    if place.drawn == layer.count:
        return place
    room.setHeight(max(1.0, room.height() - text.line))
    place = _fitted(layer, column, room, text, first)
    return replace(place, parts=QRectF(column.left(), room.bottom(), column.width(), text.line))


def _with_answers(layer: DrawnLayer, column: QRectF, room: QRectF, text: TextSizes) -> LayerPlace:
    """The outputs in one column, with the answers at their right."""
    height = min(1.6 * text.line, room.height() / layer.count)
    width = min(text.width(9 if height >= text.line else 4), 0.36 * room.width())  # narrow without numbers
    if height >= CRISP_FROM:
        height = floor(height)
    top = floor(room.center().y() - layer.count * height / 2)
    numbers = QRectF(room.left(), top, floor(width), layer.count * height)
    answers = QRectF(numbers.right(), top, room.right() - numbers.right(), numbers.height())
    pitch = QSizeF(numbers.width(), height)
    place = LayerPlace(
        layer,
        column,
        title=QRectF(),
        caption=QRectF(),
        numbers=numbers,
        per_line=1,
        first=0,
        drawn=layer.count,
        capacity=layer.count,
        pitch=pitch,
    )
    return replace(place, answers=answers, writes_numbers=_fits_numbers(place, text))


def _fitted(layer: DrawnLayer, column: QRectF, room: QRectF, text: TextSizes, first: int) -> LayerPlace:
    """The place of a layer whose numbers get `room`; without its texts."""
    fit = _fit_maps if layer.has_maps else _fit_units
    per_line, capacity, pitch, gap = fit(layer, room.size(), text)
    first = min(first, layer.count - 1) // capacity * capacity
    drawn = min(capacity, layer.count - first)
    size = QSizeF(min(per_line, drawn) * pitch.width() - gap, ceil(drawn / per_line) * pitch.height() - gap)
    corner = room.center() - QPointF(size.width() / 2, size.height() / 2)
    numbers = QRectF(QPointF(floor(corner.x()), floor(corner.y())), size)
    place = LayerPlace(
        layer,
        column,
        title=QRectF(),
        caption=QRectF(),
        numbers=numbers,
        per_line=per_line,
        first=first,
        drawn=drawn,
        capacity=capacity,
        pitch=pitch,
        gap=gap,
    )
    return replace(place, writes_numbers=_fits_numbers(place, text))


def _fits_numbers(place: LayerPlace, text: TextSizes) -> bool:
    """Whether the numbers can be read in their cells."""
    each = prod(place.layer.drawn_as[1:])
    fits = place.cell.width() >= text.width(6) and place.cell.height() >= text.line
    return place.drawn * each <= MAX_WRITTEN and fits


_Fit = tuple[int, int, QSizeF, float]
"""Units or maps per line, how many fit, the pitch, and the gap."""


def _fit_units(layer: DrawnLayer, room: QSizeF, text: TextSizes) -> _Fit:
    width, height, count = max(1.0, room.width()), max(1.0, room.height()), layer.count
    widest, tallest = text.width(8), 1.6 * text.line
    for per_line in range(1, min(count, 12) + 1):  # large enough to write the numbers into the units?
        cell = QSizeF(min(widest, width / per_line), min(tallest, height / ceil(count / per_line)))
        if cell.width() < text.width(6):
            break
        if cell.height() >= text.line:
            return per_line, count, QSizeF(floor(cell.width()), floor(cell.height())), 0.0
    side = _largest_side(count, 1.0, 1.0, width, height)
    side = min(MAX_UNIT, floor(side) if side >= CRISP_FROM else side)
    if side >= MIN_UNIT:
        return max(1, floor(width / side + 1e-9)), count, QSizeF(side, side), 0.0
    per_line = max(1, floor(width / MIN_UNIT))
    drawn = per_line * max(1, floor(height / MIN_UNIT))
    return per_line, min(drawn, count), QSizeF(MIN_UNIT, MIN_UNIT), 0.0


def _fit_maps(layer: DrawnLayer, room: QSizeF, text: TextSizes) -> _Fit:
    count, rows, columns = layer.drawn_as
    width, height = max(1.0, room.width()), max(1.0, room.height())
    gap = MAP_GAP if count > 1 else 0.0
    scale = _largest_side(count, columns, rows, width + gap, height + gap, gap)
    if scale >= CRISP_FROM:
        scale = floor(scale)
    else:  # the gap is a whole number of the pixels of a map, too, as the image is stretched
        pixels = 0 if count == 1 else 1 if scale >= 1 else 2
        scale = _largest_side(count, columns + pixels, rows + pixels, width, height)
        scale = max(scale, MIN_MAP / max(rows, columns))
        gap = pixels * scale
    pitch = QSizeF(scale * columns + gap, scale * rows + gap)
    per_line = max(1, floor((width + gap) / pitch.width() + 1e-9))
    lines = max(1, floor((height + gap) / pitch.height() + 1e-9))
    if per_line * lines >= count:
        per_line = ceil(count / ceil(count / per_line))  # the last line is nearly full
    return per_line, min(count, per_line * lines), pitch, gap


def _largest_side(count: int, columns: float, rows: float, width: float, height: float, gap: float = 0.0) -> float:
    """The largest scale at which `count` items of columns x rows fit, with a gap after each."""
    best = 0.0
    widest = min(count, max(1, ceil(sqrt(count * width * rows / (height * columns))) + 2))
    for per_line in {*range(1, min(count, 40) + 1), *range(max(1, widest - 6), widest + 1)}:
        lines = ceil(count / per_line)
        best = max(best, min((width / per_line - gap) / columns, (height / lines - gap) / rows))
    return best
