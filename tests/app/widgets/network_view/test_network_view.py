"""The drawn numbers are those that nncore computes, by mouse, by keyboard and in words."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import DARK, LIGHT, Appearance, ThemeChoice, apply_appearance
from app.widgets.network_view.network_view import NOTHING_TO_SHOW, NetworkView
from app.widgets.network_view.painting import cell_text
from app.widgets.pictures.rendering import png_of, svg_of
from nncore.evaluation.inspection import Inspection
from nncore.model.layers.terms import Position
from nncore.model.network import Network, NetworkSpec
from nncore.reporting.number_text import percent_text
from tests.app.networks import inspection, network
from tests.nncore.example_data import small_mnist

KINDS = pytest.mark.parametrize("kind", ["deep", "convolution", "bundled", "sine"])


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> NetworkView:
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT))
    view = NetworkView()
    qtbot.addWidget(view)
    view.resize(1300, 560)
    with qtbot.waitExposed(view):
        view.show()
    return view


def move_mouse(view: NetworkView, point: QPointF) -> None:
    event = QMouseEvent(
        QEvent.Type.MouseMove, point, view.mapToGlobal(point), Qt.MouseButton.NoButton, Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


def cell_centre(view: NetworkView, layer: int, position: Position) -> QPointF:
    cell = view.place_of(layer).cell_of(position)
    assert cell is not None
    return cell.center()


def colour_at(image: QImage, point: QPointF) -> QColor:
    return image.pixelColor(point.toPoint())


@KINDS
def test_the_number_under_the_mouse_is_the_one_that_the_network_computes(view: NetworkView, kind: str) -> None:
    shown = inspection(kind)
    view.show_inspection(shown)
    pointed: list[tuple[int, Position | None]] = []
    view.pointed_at.connect(lambda layer, position: pointed.append((layer, position)))
    rng = np.random.default_rng(0)
    X = shown.input[None]
    for number, layer in enumerate(network(kind).layers, start=1):
        X = layer.predict(X)
        for flat in rng.integers(0, X[0].size, 4):
            position = tuple(int(index) for index in np.unravel_index(flat, X[0].shape))
            move_mouse(view, cell_centre(view, number, position))
            assert pointed[-1] == (number, position)
            assert view.accessibleDescription() == shown.in_words(number, position)
            assert view.inspection is shown
            assert shown.layer(number).values[position] == pytest.approx(float(X[0][position]), rel=1e-5, abs=1e-6)
    move_mouse(view, QPointF(1, 1))
    assert pointed[-1] == (0, None)


@KINDS
def test_brightness_follows_the_numbers(view: NetworkView, kind: str) -> None:
    for number in (0, 1):
        shown = inspection(kind, number)
        view.show_inspection(shown)
        image = view.grab().toImage()
        for place in view.network_geometry.places[1:]:
            values = shown.layer(place.layer.number).values
            if place.writes_numbers or (place.layer.has_maps and not place.is_crisp):
                continue  # text, or smooth pixels
            largest = tuple(int(index) for index in np.unravel_index(np.abs(values).argmax(), values.shape))
            strongest = QColor(LIGHT.ink)
            if place.layer.is_signed:
                strongest = QColor(LIGHT.training if values[largest] > 0 else LIGHT.validation)
            assert colour_at(image, cell_centre(view, place.layer.number, largest)) == strongest, place.layer.title
            zeros = np.argwhere(values == 0)
            if len(zeros):
                zero = tuple(int(index) for index in zeros[0])
                assert colour_at(image, cell_centre(view, place.layer.number, zero)) == QColor(LIGHT.paper)


def test_the_input_is_drawn_pixel_by_pixel(view: NetworkView) -> None:
    view.show_inspection(inspection("bundled"))
    image, digit = view.grab().toImage(), small_mnist().training.images[0]
    drawn = [
        [colour_at(image, cell_centre(view, 0, (0, row, column))).lightness() for column in range(28)]
        for row in range(28)
    ]
    expected = digit.max() - digit.astype(float)  # on paper, ink is dark
    assert np.corrcoef(np.array(drawn, float).ravel(), expected.ravel())[0, 1] > 0.999


def test_a_new_model_of_the_same_kind_and_one_of_another_kind_are_followed(view: NetworkView) -> None:
    view.show_inspection(inspection("deep"))
    view.set_choice(2, (5,))
    view.mark(0, [(3,)])
    other = Network(NetworkSpec.dense((784, 64, 32, 10)), seed=9)
    shown = Inspection.of_image(other, small_mnist().training.images[0])
    view.show_inspection(shown)
    assert view.choice == (2, (5,))
    assert view.accessibleDescription() == shown.in_words(2, (5,))
    view.show_inspection(inspection("sine"))
    assert view.choice is None
    assert view.marks == {}
    view.show_inspection(None, hint="Nothing to compute.")
    assert view.accessibleDescription() == "Nothing to compute."
    view.grab()


def test_a_click_selects_and_enter_selects_what_the_arrows_reached(view: NetworkView, qtbot: QtBot) -> None:
    shown = inspection("bundled")
    view.show_inspection(shown)
    with qtbot.waitSignal(view.selected) as selected:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=cell_centre(view, 8, (17,)).toPoint())
    assert selected.args == [8, (17,)]
    assert view.choice == (8, (17,))
    view.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down):
        QTest.keyClick(view, key)
    assert view.choice == (8, (17,))  # the arrows only point
    assert view.accessibleDescription() == shown.in_words(9, (19,))
    with qtbot.waitSignal(view.selected) as selected:
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert selected.args == [9, (19,)]


def test_keys_reach_every_kind_of_number_and_stop_at_the_ends(view: NetworkView) -> None:
    view.show_inspection(inspection("bundled"))
    pointed: list[tuple[int, Position]] = []
    view.pointed_at.connect(lambda layer, position: pointed.append((layer, position)))
    view.set_choice(0, (0, 0, 0))
    steps = [
        (Qt.Key.Key_Down, True, (0, (0, 1, 0))),
        (Qt.Key.Key_Right, True, (0, (0, 1, 1))),
        (Qt.Key.Key_Right, False, (1, (0, 0, 0))),  # from 28 x 28 pixels to 14 x 14
        (Qt.Key.Key_End, False, (1, (23, 0, 0))),
        (Qt.Key.Key_Down, False, None),
        (Qt.Key.Key_PageUp, False, (1, (13, 0, 0))),
        (Qt.Key.Key_Home, False, (1, (0, 0, 0))),
        (Qt.Key.Key_Left, False, (0, (0, 0, 0))),
        (Qt.Key.Key_Left, False, None),
    ]
    for key, with_shift, expected in steps:
        before = len(pointed)
        modifier = Qt.KeyboardModifier.ShiftModifier if with_shift else Qt.KeyboardModifier.NoModifier
        QTest.keyClick(view, key, modifier)
        assert pointed[before:] == ([] if expected is None else [expected]), key


def test_marks_and_the_choice_are_framed(view: NetworkView) -> None:
    view.show_inspection(inspection("deep"))
    before = view.grab().toImage()
    view.mark(1, [(0,), (9,)])
    marked = view.grab().toImage()
    for position in ((0,), (9,)):
        cell = view.place_of(1).cell_of(position)
        assert cell is not None
        corner = cell.topLeft().toPoint()
        assert before.pixelColor(corner) != marked.pixelColor(corner)
        assert marked.pixelColor(corner) == QColor(LIGHT.validation)
    view.mark(1, [])
    assert view.grab().toImage() == before


def test_what_is_not_finite_has_the_colour_of_errors_and_words(view: NetworkView) -> None:
    broken = Network(NetworkSpec.dense((784, 64, 10)), seed=1)
    broken.parameters.value("1.W")[:, 7] = np.nan
    with np.errstate(all="ignore"):
        shown = Inspection.of_image(broken, small_mnist().training.images[0])
    view.resize(700, 260)  # without numbers in the cells
    view.show_inspection(shown)
    image = view.grab().toImage()
    assert not view.place_of(1).writes_numbers
    assert colour_at(image, cell_centre(view, 1, (7,))) == QColor(LIGHT.error)
    assert colour_at(image, cell_centre(view, 1, (8,))) != QColor(LIGHT.error)
    assert cell_text(float("nan")) == "NaN"
    move_mouse(view, cell_centre(view, 1, (7,)))
    assert view.accessibleDescription() == shown.in_words(1, (7,))


def test_a_layer_in_parts_is_scrolled_and_a_key_leads_to_any_unit(view: NetworkView) -> None:
    view.resize(320, 120)
    view.show_inspection(inspection("large"))
    place = view.place_of(1)
    assert place.parts is not None
    assert place.drawn < 12_600
    wheel = QWheelEvent(
        place.numbers.center(), view.mapToGlobal(place.numbers.center()), QPoint(), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, wheel)
    second = view.place_of(1)
    assert second.first == place.capacity
    units = range(second.first, second.first + second.drawn, 7)
    image = view.grab().toImage()
    colours = [colour_at(image, cell_centre(view, 1, (unit,))) for unit in units]
    blueness = [colour.blue() - colour.red() for colour in colours]
    assert np.corrcoef(blueness, inspection("large").layer(1).values[list(units)])[0, 1] > 0.95
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place.parts.topLeft().toPoint() + QPoint(3, 5))
    assert view.place_of(1).first == 0
    view.set_choice(1, (0,))
    QTest.keyClick(view, Qt.Key.Key_End)
    assert view.place_of(1).cell_of((12_599,)) is not None
    assert view.accessibleDescription().startswith("layer 1, unit 12,600 of 12,600")


@pytest.mark.parametrize("theme", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_it_is_painted_in_both_themes_in_projector_mode_and_in_a_tiny_window(
    view: NetworkView, qapp: QApplication, theme: ThemeChoice
) -> None:
    for projector, scale in ((False, 1.0), (True, 1.5)):
        apply_appearance(qapp, Appearance(theme, scale, projector))
        for kind in ("convolution", "sine", "large"):
            view.show_inspection(inspection(kind))
            for width, height in ((1300, 560), (300, 200), (30, 12)):
                view.resize(width, height)
                view.grab()
    view.resize(1300, 560)
    view.show_inspection(inspection("deep"))
    ground = view.grab().toImage().pixelColor(5, 280)
    assert ground == QColor((DARK if theme is ThemeChoice.DARK else LIGHT).surface)
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT))


def test_it_is_saved_as_png_and_as_svg_with_its_texts(view: NetworkView) -> None:
    shown = inspection("bundled")
    view.show_inspection(shown)
    assert QImage.fromData(png_of(view)).width() == 2 * view.width()
    drawing = svg_of(view).decode()
    for text in ("24 × 14 × 14", "1 convolution", "11 dense", percent_text(float(shown.answers.max()), 1)):
        assert text in drawing, text


def test_a_probability_without_room_beside_its_class_is_left_out(view: NetworkView) -> None:
    shown = inspection("bundled")
    view.show_inspection(shown)
    probability = percent_text(float(shown.answers.max()), 1)
    assert probability in svg_of(view).decode()
    view.resize(380, 260)
    narrow = svg_of(view).decode()
    assert probability not in narrow
    assert f">{shown.answers.argmax()}<" in narrow


def test_the_part_that_is_drawn_is_named_in_the_width_of_its_layer(view: NetworkView) -> None:
    view.show_inspection(inspection("large"))
    for width, height, text in ((700, 40, "1–{} of 12,600"), (230, 70, "1/")):
        view.resize(width, height)
        place = view.place_of(1)
        assert place.parts is not None
        assert text.format(f"{place.drawn:,}") in svg_of(view).decode()


def test_without_a_network_it_says_what_will_appear(view: NetworkView) -> None:
    assert view.accessibleDescription() == NOTHING_TO_SHOW
    QTest.keyClick(view, Qt.Key.Key_Right)
    move_mouse(view, QPointF(20, 20))
    view.grab()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.834, "0.83"), (-1.25, "−1.25"), (0.001, "0"), (-0.001, "0"), (12.34, "12.3"), (-123.4, "−123"),
        (12_345.6, "12346"), (1e9, "large"), (-1e9, "−large"), (float("inf"), "∞"), (float("-inf"), "−∞"),
    ],
)  # fmt: skip
def test_a_number_in_a_cell_is_short(value: float, text: str) -> None:
    assert cell_text(value) == text


def test_a_rejected_answer_is_not_green(view: NetworkView) -> None:
    """Its bar has the winner's colour only if the verdict accepts the answer."""

    def shows_winner(shares: list[float]) -> bool:
        classifier = Network(NetworkSpec.dense((784, 10)))
        classifier.parameters.value("1.b")[:] = np.log(shares)
        view.show_inspection(Inspection.of_image(classifier, np.zeros((28, 28), np.uint8)))
        image = view.grab().toImage()
        return any(
            image.pixelColor(x, y) == QColor(LIGHT.winner)
            for x in range(image.width() // 2, image.width())
            for y in range(0, image.height(), 3)
        )

    assert shows_winner([0.01] * 9 + [0.91])
    assert not shows_winner([0.06] * 9 + [0.46])


@pytest.mark.parametrize("is_compact", [False, True])
def test_large_text_is_smaller_where_it_would_be_cut(
    qapp: QApplication, qtbot: QtBot, request: pytest.FixtureRequest, is_compact: bool
) -> None:
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT, 2.0))
    request.addfinalizer(lambda: apply_appearance(qapp, Appearance(ThemeChoice.LIGHT)))
    view = NetworkView(is_compact=is_compact)
    qtbot.addWidget(view)
    view.resize(430 if is_compact else 594, 310 if is_compact else 450)  # as in a window of 1366 x 768
    view.show_inspection(inspection("bundled"))
    texts = svg_of(view).decode()
    assert "24×14×14" in texts.replace(" ", "")
    assert "…" not in texts
