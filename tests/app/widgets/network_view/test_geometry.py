"""Every layer has a place, and every number of it a cell that a click finds again."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from app.widgets.network_view.drawn_layer import DrawnLayer, drawn_layers
from app.widgets.network_view.geometry import NetworkGeometry, TextSizes, laid_out
from tests.app.networks import network

KINDS = ["bundled", "deep", "convolution", "sine", "large"]
ROOMS = {
    "wide": QRectF(8, 4, 1300, 560),
    "compact": QRectF(8, 4, 520, 330),
    "flat": QRectF(0, 0, 1300, 150),
    "high": QRectF(0, 0, 400, 900),
}
TEXT = TextSizes(16, 7)


def geometry(kind: str, room: QRectF, first: dict[int, int] | None = None) -> NetworkGeometry:
    return laid_out(drawn_layers(network(kind).spec), room, TEXT, first)


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("kind", KINDS)
def test_all_layers_have_a_place_of_their_own_within_the_room(kind: str, room: str) -> None:
    places = geometry(kind, ROOMS[room]).places
    assert [place.layer.number for place in places] == list(range(len(network(kind).layers) + 1))
    around = ROOMS[room].adjusted(-1, -1, 1, 1)
    for index, place in enumerate(places):
        for area in (place.numbers, place.title, place.caption, place.parts, place.answers):
            assert area is None or around.contains(area), (place.layer.title, area)
        assert not any(place.numbers.intersects(other.numbers) for other in places[index + 1 :])


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_middle_of_each_cell_belongs_to_its_number(kind: str, room: str) -> None:
    shown, rng = geometry(kind, ROOMS[room]), np.random.default_rng(0)
    for place in shown.places:
        shape = network(kind).spec.shapes[place.layer.number]
        assert place.layer.shape == shape
        numbers = prod(shape)
        for flat in rng.choice(numbers, min(numbers, 60), replace=False):
            position = tuple(int(index) for index in np.unravel_index(flat, shape))
            cell = place.cell_of(position)
            if cell is None:
                assert place.parts is not None
                continue
            assert shown.at(cell.center()) == (place.layer.number, position)


def test_the_pixels_of_a_dense_network_are_drawn_as_an_image() -> None:
    place = geometry("deep", ROOMS["wide"]).places[0]
    assert place.layer.shape == (784,)
    assert place.layer.shape_text == "1 × 28 × 28"
    first, below, beside = (place.cell_of((index,)) for index in (0, 28, 1))
    assert first is not None
    assert below is not None
    assert beside is not None
    assert (below.left(), below.top()) == (first.left(), first.top() + place.cell.height())
    assert (beside.left(), beside.top()) == (first.left() + place.cell.width(), first.top())


def test_the_shapes_at_the_arrows_are_those_of_the_network() -> None:
    texts = [layer.shape_text for layer in drawn_layers(network("bundled").spec)]
    assert texts[:2] == ["1 × 28 × 28", "24 × 14 × 14"]
    assert texts[7:] == ["3,136", "128", "128", "128", "10"]


def test_every_number_of_the_sine_is_written() -> None:
    places = geometry("sine", ROOMS["wide"]).places
    assert [place.drawn for place in places] == [1, 10, 10, 10, 10, 1]
    assert all(place.writes_numbers for place in places)


def test_a_large_layer_is_shown_by_parts_that_together_have_all_its_units() -> None:
    room, seen, first = QRectF(0, 0, 300, 90), set[int](), 0
    while first < 12_600:
        place = geometry("large", room, {1: first}).places[1]
        assert place.parts is not None
        assert place.first == first
        assert place.drawn < 12_600
        seen.update(range(place.first, place.first + place.drawn))
        first += place.capacity
    assert seen == set(range(12_600))


def test_ten_million_weights_fit_at_once_on_a_laptop() -> None:
    assert network("large").spec.parameter_count > 10_000_000
    assert all(place.parts is None for place in geometry("large", ROOMS["wide"]).places)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("side", [0.0, 1.0, 17.0, 60.0])
def test_a_tiny_room_is_survived(kind: str, side: float) -> None:
    shown = geometry(kind, QRectF(0, 0, side, side))
    assert len(shown.places) == len(network(kind).layers) + 1
    assert all(place.drawn >= 1 for place in shown.places)
    shown.at(QPointF(side / 2, side / 2))


def test_no_network_has_no_places() -> None:
    assert laid_out([], ROOMS["wide"], TEXT).places == ()


def test_signs_follow_the_activations() -> None:
    layers = drawn_layers(network("convolution").spec)
    signed: dict[str, bool] = {layer.title: layer.is_signed for layer in layers}
    assert not signed["input"]
    assert not signed["3 ReLU"]
    assert not signed["4 max pool"]
    assert signed["1 convolution"]
    assert signed["2 batch norm"]
    assert signed["6 tanh"]
    assert signed["9 flatten"]  # of numbers with a sign
    assert not signed["11 sigmoid"]
    assert signed["13 leaky ReLU"]


def test_a_position_and_its_place_in_the_picture_are_inverse() -> None:
    layer = DrawnLayer(0, "input", (784,), (1, 28, 28), False)
    assert layer.place_of((30,)) == (0, 1, 2)
    assert layer.position_of((0, 1, 2)) == (30,)
    assert layer.position_of(layer.place_of((783,))) == (783,)


@pytest.mark.parametrize("width", [500, 600, 900])
def test_columns_are_wide_enough_for_their_texts_where_all_fit(width: int) -> None:
    text = TextSizes(22, 8)
    shown = laid_out(drawn_layers(network("bundled").spec), QRectF(0, 0, width, 500), text)
    for place in shown.places:
        for words in (place.layer.title, place.layer.narrow_shape_text):
            assert text.width_of(words) <= place.column.width() + 1e-6, words
