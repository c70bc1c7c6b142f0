"""The panel shows the numbers that nncore computes; each of them is read from the widgets here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import nncore
from app.style.theme import Appearance, ThemeChoice, apply_appearance
from app.tabs.inside.calculation.calculation_panel import CHANGED_SINCE, POINT_AT_A_TERM, CalculationPanel
from app.tabs.inside.calculation.number_picture import NumberPicture
from nncore.evaluation.inspection import Inspection
from nncore.model.layers.terms import Position
from nncore.model.network import Network, NetworkSpec
from nncore.reporting.number_text import MINUS, number_in_words
from tests.app.fitting import problems
from tests.app.networks import inspection, network
from tests.nncore.files.exports.networks import NETWORKS, network_of

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def shared_panel(qapp: object) -> Iterator[CalculationPanel]:
    panel = CalculationPanel()
    panel.resize(440, 700)
    panel.show()
    yield panel
    panel.close()


@pytest.fixture
def usual_appearance(qapp: QApplication) -> Iterator[None]:
    """Restore theme and text size at the end."""
    yield
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT))


@pytest.fixture
def panel(shared_panel: CalculationPanel, qtbot: QtBot) -> CalculationPanel:
    shared_panel.softmax.slider.setValue(0)
    shared_panel.source.button.setChecked(False)
    qtbot.waitUntil(shared_panel.isVisible)
    return shared_panel


def way(panel: CalculationPanel) -> tuple[tuple[int, Position], ...]:
    return panel.trail.numbers


def number(text: str) -> float:
    return float(text.replace(MINUS, "-").replace(",", ""))


def rows_of(panel: CalculationPanel) -> list[list[str]]:
    model = panel.table.model()
    return [
        [str(model.index(row, column).data() or "") for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def predicted(name: str, layer: int, position: Position) -> float:
    """The number as `activations` gives it, which does not use `terms`."""
    row = inspection(name).input[None]
    return float(network(name).activations(row)[layer - 1][0][position])


SUMS = [
    ("dense", 1, (5,)), ("dense", 3, (9,)), ("bundled", 1, (3, 0, 13)), ("bundled", 4, (20, 3, 3)),
    ("bundled", 8, (17,)), ("bundled", 11, (7,)), ("pooling", 6, (2, 3, 3)), ("curve", 3, (0,)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "layer", "position"), SUMS)
def test_all_terms_of_a_sum_and_the_bias_add_up_to_the_number_of_the_network(
    panel: CalculationPanel, name: str, layer: int, position: Position
) -> None:
    panel.show_number(inspection(name), layer, position)
    value = predicted(name, layer, position)
    assert number(panel.value.text()) == pytest.approx(value, rel=1e-3, abs=1e-4)
    short = rows_of(panel)
    panel.table.more_requested.emit()
    rows = rows_of(panel)
    assert rows[-1][0] == "= y"
    assert number(rows[-1][3]) == pytest.approx(value, rel=1e-3, abs=2e-3)
    terms = [row for row in rows[:-1] if row[1]]
    bias = [number(row[3]) for row in rows if row[0] == "bias b"]
    rounding = 0.5 * 10.0 ** -len(rows[-1][3].partition(".")[2]) * len(rows)
    assert sum(number(row[3]) for row in terms) + sum(bias) == pytest.approx(value, abs=rounding)
    for row in terms[:20]:  # with the rounding of each factor
        x, w, product = map(number, row[1:4])
        assert product == pytest.approx(x * w, rel=0.02, abs=rounding)
    sizes = [abs(number(row[3])) for row in terms]
    assert sizes == sorted(sizes, reverse=True)
    if len(terms) > 6:
        assert short[:5] == rows[:5]
        assert short[5][0] == f"and {len(terms) - 5:,} more terms"
        assert number(short[5][3]) == pytest.approx(sum(number(row[3]) for row in terms[5:]), abs=rounding)


def test_batch_normalization_is_shown_step_by_step(panel: CalculationPanel) -> None:
    position = (3, 5, 6)
    panel.show_number(inspection("bundled"), 2, position)
    shown = {row[0]: number(row[1]) for row in rows_of(panel)}
    layer = network("bundled").layers[1]
    gamma, beta, mean, variance = (float(getattr(layer, name)[3]) for name in ("gamma", "beta", "mean", "variance"))
    x = predicted("bundled", 1, position)
    deviation = np.sqrt(variance + 1e-5)
    expected = {
        "x at 4: 6, 7": x, "γ": gamma, "β": beta, "mean": mean, "variance": variance, "ε": 1e-5, "x − mean": x - mean,
        "√(variance + ε)": deviation, "(x − mean) / √(variance + ε)": (x - mean) / deviation,
        "γ (x − mean) / √(variance + ε)": gamma * (x - mean) / deviation,
        "y = γ (x − mean) / √(variance + ε) + β": predicted("bundled", 2, position),
    }  # fmt: skip
    assert shown == pytest.approx(expected, rel=1e-3, abs=1e-4)
    assert "averages kept from the training" in panel.note.text()


def test_pooling_shows_its_window_and_the_winner(panel: CalculationPanel) -> None:
    panel.show_number(inspection("pooling"), 4, (1, 5, 6))
    before = inspection("pooling").input_of(4)
    np.testing.assert_array_equal(panel.pictures.window_part.numbers, before[1, 10:12, 12:14])
    winner = np.unravel_index(before[1, 10:12, 12:14].argmax(), (2, 2))
    (frame,) = panel.pictures.window_part.frames
    assert [frame.line, frame.column] == [int(index) for index in winner]
    largest = [row for row in rows_of(panel) if row[0].endswith(", the largest")]
    assert [number(row[1]) for row in largest] == pytest.approx([predicted("pooling", 4, (1, 5, 6))], rel=1e-3)
    (window,) = panel.pictures.inputs.frames
    assert window[1:] == (10, 12, 2, 2)
    assert panel.pictures.inputs.frames[0].map == 1


def test_an_activation_is_a_point_on_its_curve(panel: CalculationPanel) -> None:
    for name, layer, position, function in (
        ("bundled", 3, (3, 5, 6), lambda x: np.maximum(x, 0)),
        ("pooling", 3, (1, 5, 6), np.tanh),
    ):
        panel.show_number(inspection(name), layer, position)
        curve = panel.pictures.curve
        assert curve.isVisible()
        x, y = predicted(name, layer - 1, position), predicted(name, layer, position)
        assert curve.point == pytest.approx((x, y), rel=1e-5)
        np.testing.assert_allclose(curve.curve[:, 1], function(curve.curve[:, 0]), atol=1e-6)
        assert rows_of(panel)[-1][1] == number_in_words(y, 4)
    panel.show_number(inspection("bundled"), 4, (0, 0, 0))
    assert not panel.pictures.curve.isVisible()


@pytest.mark.parametrize(
    ("layer", "position", "text"),
    [(5, (0, 3, 3), "probability of 25 %"), (7, (30,), "Flatten computes nothing"), (1, (0, 10, 10), "")],
)
def test_layers_that_pass_numbers_on_say_what_they_do(
    panel: CalculationPanel, layer: int, position: Position, text: str
) -> None:
    panel.show_number(inspection("pooling"), layer, position)
    assert text in panel.note.text()
    assert number(rows_of(panel)[-1][1]) == pytest.approx(predicted("pooling", layer, position), rel=1e-3, abs=1e-6)


def test_the_softmax_of_an_output_is_worked_out_with_a_temperature(panel: CalculationPanel) -> None:
    shown = inspection("bundled", 3)
    panel.show_number(shown, 11, (4,))
    logits = shown.layers[-1].values.astype(np.float64)

    def check(temperature: float) -> None:
        powers = np.exp((logits - logits.max()) / temperature)
        rows = panel.softmax.rows
        assert [row[0] for row in rows] == [*"0123456789", "sum"]
        assert [number(row[1]) for row in rows[:-1]] == pytest.approx(logits.tolist(), abs=0.06)
        shifted = (logits - logits.max()) / temperature
        assert [number(row[2]) for row in rows[:-1]] == pytest.approx(shifted.tolist(), rel=1e-2, abs=0.06)
        assert [number(row[3]) for row in rows] == pytest.approx([*powers, powers.sum()], abs=1e-3)
        assert [number(row[4]) for row in rows] == pytest.approx([*(powers / powers.sum()), 1], abs=1e-3)

    check(1)
    np.testing.assert_allclose([number(row[4]) for row in panel.softmax.rows[:-1]], shown.answers, atol=1e-3)
    panel.softmax.slider.setFocus()
    QTest.keyClick(panel.softmax.slider, Qt.Key.Key_End)
    check(10)
    assert panel.softmax.sentence.text() == "The network itself reads with T = 1, not 10."
    QTest.mouseClick(panel.softmax.reset, LEFT)
    check(1)


def test_a_class_in_the_softmax_leads_to_its_output(panel: CalculationPanel, qtbot: QtBot) -> None:
    panel.show_number(inspection("bundled"), 11, (4,))
    table = panel.softmax.table
    with qtbot.waitSignal(panel.chosen) as chosen:
        QTest.mouseClick(table.viewport(), LEFT, pos=table.visualRect(table.model().index(6, 0)).center())
    assert chosen.args == [11, (6,)]


def test_a_network_that_predicts_a_number_shows_no_softmax(panel: CalculationPanel) -> None:
    panel.show_number(inspection("curve"), 3, (0,))
    assert not panel.softmax.table.isVisible()
    value = predicted("curve", 3, (0,))
    assert panel.softmax.sentence.text().endswith(f"as its answer: {number_in_words(value, 4)}.")
    panel.show_number(inspection("curve"), 2, (0,))
    assert not panel.softmax.isVisible()


def test_a_dense_unit_shows_its_weights_beside_the_image(panel: CalculationPanel) -> None:
    panel.show_number(inspection("dense"), 1, (5,))
    pictures, shown = panel.pictures, inspection("dense")
    weights = network("dense").layers[0].W[:, 5].reshape(28, 28)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(pictures.inputs.numbers, shown.input.reshape(28, 28))
    np.testing.assert_array_equal(pictures.weights.numbers, weights)
    np.testing.assert_array_equal(pictures.products.numbers, shown.input.reshape(28, 28) * weights)
    assert not pictures.window_part.isVisible()


def test_a_convolution_shows_its_window_kernel_and_products(panel: CalculationPanel) -> None:
    panel.show_number(inspection("bundled"), 1, (3, 5, 6))
    pictures, image = panel.pictures, inspection("bundled").input[0]
    kernel = network("bundled").layers[0].W.reshape(24, 5, 5)[3]  # type: ignore[attr-defined]
    np.testing.assert_array_equal(pictures.window_part.numbers, image[8:13, 10:15])
    np.testing.assert_array_equal(pictures.weights.numbers, kernel)
    np.testing.assert_array_equal(pictures.products.numbers, image[8:13, 10:15] * kernel)
    assert pictures.inputs.frames == ((0, 8, 10, 5, 5),)
    panel.show_number(inspection("bundled"), 1, (3, 0, 0))  # the window reaches beyond the image
    assert pictures.inputs.frames == ((0, -2, -2, 5, 5),)
    part = pictures.window_part.numbers
    assert np.isnan(part[:2]).all()
    np.testing.assert_array_equal(part[2:, 2:], image[:3, :3])


def click(picture: NumberPicture, place: Position) -> None:
    QTest.mouseClick(picture, LEFT, pos=picture.middle_of(place).toPoint())


def hover(picture: NumberPicture, point: QPointF, pressed: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    """Move the mouse to a point of a picture. QTest.mouseMove sends nothing if the pointer of the screen is there."""
    modifiers = Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(QEvent.Type.MouseMove, point, QPointF(picture.mapToGlobal(point)), Qt.MouseButton.NoButton,
                        pressed, modifiers)  # fmt: skip
    QApplication.sendEvent(picture, event)


def test_the_window_slides_as_one_drags_or_moves_over_the_map(panel: CalculationPanel, qtbot: QtBot) -> None:
    panel.show_number(inspection("bundled"), 1, (3, 5, 6))
    chosen: list[tuple[int, Position]] = []
    panel.chosen.connect(lambda layer, position: chosen.append((layer, position)))
    own = panel.pictures.own_map
    QTest.mousePress(own, LEFT, pos=own.middle_of((0, 2, 3)).toPoint())
    hover(own, own.middle_of((0, 2, 4)), LEFT)
    QTest.mouseRelease(own, LEFT, pos=own.middle_of((0, 2, 4)).toPoint())
    assert chosen == [(1, (3, 2, 3)), (1, (3, 2, 4))]
    own.setFocus()
    QTest.keyClick(own, Qt.Key.Key_Escape)
    QTest.keyClick(own, Qt.Key.Key_Right)
    assert chosen[-1] == (1, (3, 5, 7))  # beside the number shown
    panel.show_number(inspection("bundled"), *chosen[-1])
    assert panel.pictures.inputs.frames == ((0, 8, 12, 5, 5),)
    QTest.mouseClick(panel.next_button, LEFT)
    assert chosen[-1] == (1, (3, 5, 8))


def test_a_click_on_a_term_shows_its_number_and_the_path_can_be_followed_back(
    panel: CalculationPanel, qtbot: QtBot
) -> None:
    shown = inspection("bundled")
    panel.show_number(shown, 11, (7,))
    with qtbot.waitSignal(panel.chosen) as chosen:
        table = panel.table
        QTest.mouseClick(table.viewport(), LEFT, pos=table.visualRect(table.model().index(1, 0)).center())
    terms = shown.terms(11, (7,))
    unit = (int(terms.sources[terms.order[1], 0]),)
    assert chosen.args == [10, unit]
    panel.show_number(shown, 10, unit)
    panel.show_number(shown, 9, unit)
    assert way(panel) == ((11, (7,)), (10, unit), (9, unit))
    with qtbot.waitSignal(panel.chosen) as chosen:
        QTest.keyClick(panel.table, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert chosen.args == [10, unit]
    panel.show_number(shown, 10, unit)
    assert way(panel) == ((11, (7,)), (10, unit))
    with qtbot.waitSignal(panel.chosen) as chosen:
        QTest.mouseClick(panel.trail.crumbs[0], LEFT)
    assert chosen.args == [11, (7,)]
    panel.show_number(shown, 4, (3, 2, 1))  # no term of it
    assert way(panel) == ((4, (3, 2, 1)),)


def test_a_click_on_a_pixel_of_the_weights_leads_to_the_pixel(panel: CalculationPanel, qtbot: QtBot) -> None:
    panel.show_number(inspection("dense"), 1, (5,))
    with qtbot.waitSignal(panel.chosen) as chosen:
        click(panel.pictures.weights, (0, 3, 4))
    assert chosen.args == [0, (3 * 28 + 4,)]
    panel.show_number(inspection("dense"), 0, (3 * 28 + 4,))
    assert panel.heading.text() == "Input: line 4, column 5"
    assert panel.trail.numbers[0] == (1, (5,))


def test_a_number_under_the_mouse_is_highlighted_everywhere(panel: CalculationPanel, qtbot: QtBot) -> None:
    shown = inspection("bundled")
    panel.show_number(shown, 4, (20, 3, 3))
    terms = shown.terms(4, (20, 3, 3))
    source = tuple(terms.sources[terms.order[2]].tolist())
    pointed: list[tuple[int, object]] = []
    panel.pointed_at.connect(lambda layer, position: pointed.append((layer, position)))
    pictures = panel.pictures

    def places() -> set[Position | None]:
        return {picture.pointed for picture in (pictures.window_part, pictures.weights, pictures.products)}

    panel.mark(3, source)  # from the drawing of the network
    place = (source[0], source[1] - 4, source[2] - 4)
    assert pictures.inputs.pointed == source
    assert places() == {place}
    assert panel.table.model_of_rows.pointed_row == 2
    assert terms.weights is not None
    value, weight = (float(each[terms.order[2]]) for each in (terms.inputs, terms.weights))
    assert panel.term.full_text.endswith(
        f": {number_in_words(value)} · {number_in_words(weight)} = {number_in_words(value * weight)}"
    )
    assert pointed == []
    panel.mark(0, None)
    assert places() == {None}
    assert panel.term.full_text == POINT_AT_A_TERM
    hover(pictures.products, pictures.products.middle_of(place))
    assert pointed[-1] == (3, source)
    assert places() == {place}
    assert pictures.inputs.pointed == source
    panel.mark(4, (20, 1, 2))
    assert pictures.own_map.pointed == (0, 1, 2)
    panel.mark(4, (21, 1, 2))  # another map
    assert pictures.own_map.pointed is None


def test_terms_are_reached_by_keys(panel: CalculationPanel, qtbot: QtBot) -> None:
    shown = inspection("dense")
    panel.show_number(shown, 1, (5,))
    terms = shown.terms(1, (5,))
    panel.table.setFocus()
    panel.table.setCurrentIndex(panel.table.model().index(0, 0))
    QTest.keyClick(panel.table, Qt.Key.Key_Down)
    second = tuple(terms.sources[terms.order[1]].tolist())
    assert panel.pictures.weights.pointed == (0, *divmod(second[0], 28))
    with qtbot.waitSignal(panel.chosen) as chosen:
        QTest.keyClick(panel.table, Qt.Key.Key_Return)
    assert chosen.args == [0, second]
    panel.table.setCurrentIndex(panel.table.model().index(5, 0))  # the row of the rest
    QTest.keyClick(panel.table, Qt.Key.Key_Return)
    assert panel.table.model().rowCount() == 784 + 2


def test_a_screen_reader_hears_the_number_and_its_calculation(panel: CalculationPanel) -> None:
    panel.show_number(inspection("bundled"), 11, (7,))
    words = panel.accessibleDescription()
    assert words.startswith("layer 11, unit 8 of 10, ")
    assert "is the sum of 128 products and the bias" in words
    model = panel.table.model()
    assert " · " in str(model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole))


@pytest.mark.parametrize(("layer", "position"), [(1, (0, 0, 0)), (2, (0, 0, 0)), (3, (0, 0, 0)), (11, (0,))])
def test_one_click_shows_the_lines_that_compute_a_number(
    panel: CalculationPanel, layer: int, position: Position
) -> None:
    shown = inspection("bundled")
    panel.show_number(shown, layer, position)
    assert not panel.source.text.isVisible()
    QTest.mouseClick(panel.source.button, LEFT)
    assert panel.source.text.isVisible()
    root = Path(nncore.__file__ or "").parents[1]
    for part in shown.source_of(layer):
        assert part.text.rstrip() in panel.source.text.toPlainText()
        assert f"{part.file}, line {part.line}" in panel.source.place.text()
        assert (root / part.file).read_text(encoding="utf-8").splitlines()[part.line - 1].strip().startswith("def ")
    assert ("def softmax(" in panel.source.text.toPlainText()) == (layer == 11)


def test_weights_that_are_not_finite_are_reported_and_listed_first(panel: CalculationPanel) -> None:
    damaged = Network(NetworkSpec.dense((784, 4, 10)), seed=1)
    damaged.layers[0].W[3:6, 0] = np.nan  # type: ignore[attr-defined]
    image = np.zeros((28, 28), np.uint8)
    panel.show_number(Inspection.of_image(damaged, image), 1, (0,))
    assert panel.value.text() == "not a number"
    assert panel.problem.text().startswith("Not finite numbers: 3 of the 784 weights.")
    assert [row[2:4] for row in rows_of(panel)[:3]] == [["NaN", "NaN"]] * 3
    assert rows_of(panel)[-1][3] == "NaN"
    panel.show_number(Inspection.of_image(damaged, image), 1, (1,))
    assert not panel.problem.isVisible()


def test_a_network_that_was_trained_further_is_not_shown_as_current(panel: CalculationPanel) -> None:
    trained = Network(NetworkSpec.dense((784, 4, 10)), seed=1)
    read = Inspection.of_image(trained, np.full((28, 28), 255, np.uint8))
    panel.show_number(read, 1, (2,))
    assert not panel.problem.isVisible()
    trained.parameters.values[:] += 0.01
    panel.show_number(read, 1, (2,))
    assert panel.problem.text() == CHANGED_SINCE
    panel.show_number(Inspection.of_image(trained, np.full((28, 28), 255, np.uint8)), 1, (2,))
    assert not panel.problem.isVisible()


def test_another_network_shows_the_nearest_number_or_asks_to_choose_one(panel: CalculationPanel, qtbot: QtBot) -> None:
    panel.show_number(inspection("bundled"), 8, (100,))
    with qtbot.waitSignal(panel.chosen) as chosen:
        panel.show_number(inspection("dense"), 1, (100,))
    assert chosen.args == [1, (31,)]
    panel.show_number(inspection("dense"), 8, (100,))
    assert panel.shown is None
    assert panel.hint.isVisible()
    assert not panel.content.isVisible()
    panel.show_number(inspection("dense"), 1, (3,))
    assert panel.shown == (1, (3,))
    assert panel.content.isVisible()
    panel.show_number(None, 1, (3,))
    assert panel.shown is None


def test_a_layer_with_ten_thousand_inputs_makes_only_the_rows_that_are_seen(panel: CalculationPanel) -> None:
    wide = Network(NetworkSpec.dense((784, 10_000, 10)), seed=1)
    panel.show_number(Inspection.of_image(wide, np.full((28, 28), 200, np.uint8)), 3, (2,))
    rows = panel.table.rows
    assert rows is not None
    assert rows.rest == 10_000 - 5
    panel.table.more_requested.emit()
    rows, made = panel.table.rows, list[int]()
    assert rows is not None
    assert rows.count == 10_002
    made_texts = rows.texts
    rows.texts = lambda row: made.append(row) or made_texts(row)  # type: ignore[func-returns-value,method-assign]
    panel.table.grab()
    assert 0 < len(set(made)) < 100
    panel.table.scrollToBottom()
    panel.table.grab()
    assert 10_001 in made


def test_a_number_of_the_input_says_what_it_is(panel: CalculationPanel) -> None:
    shown = inspection("bundled")
    line, column = np.unravel_index(shown.input[0].argmax(), (28, 28))
    panel.show_number(shown, 0, (0, int(line), int(column)))
    assert panel.heading.text() == f"Input: line {line + 1}, column {column + 1}"
    assert panel.note.text().endswith("of 255.")
    assert not panel.table.isVisible()
    assert not panel.source.isVisible()
    panel.show_number(inspection("curve"), 0, (0,))
    assert panel.value.text() == "0.5"


@pytest.mark.parametrize(("scale", "projector"), [(1.0, False), (1.5, True), (2.0, False)])
def test_every_calculation_fits_the_details_area(
    qtbot: QtBot, qapp: QApplication, usual_appearance: None, scale: float, projector: bool
) -> None:
    apply_appearance(qapp, Appearance(ThemeChoice.DARK, scale, projector))
    panel = CalculationPanel()
    qtbot.addWidget(panel)
    panel.resize(430, 560)
    panel.show()
    for name, layer, position in (
        *SUMS, ("bundled", 2, (3, 5, 6)), ("bundled", 3, (3, 5, 6)), ("pooling", 4, (1, 5, 6)),
        ("pooling", 5, (1, 5, 6)), ("pooling", 8, (3,)), ("bundled", 0, (0, 5, 5)),
    ):  # fmt: skip
        panel.show_number(inspection(name), layer, position)
        panel.source.button.setChecked(layer == 1)
        for _ in range(4):
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
            QApplication.processEvents()
        assert problems(panel) == [], (name, layer)
        for table in (panel.table, panel.softmax.table):
            assert not (table.isVisible() and table.horizontalScrollBar().maximum()), (name, layer)


@pytest.mark.parametrize(
    "spec", [spec for spec in NETWORKS.values() if len(spec.layers) < 60], ids=lambda spec: f"{len(spec.layers)} layers"
)
def test_every_layer_of_every_network_shows_the_numbers_that_it_computes(
    panel: CalculationPanel, spec: NetworkSpec
) -> None:
    read = Inspection(network_of(spec), np.random.default_rng(1).random(spec.input_shape))
    for layer in read.layers:
        position = tuple(side // 2 for side in layer.values.shape)
        panel.show_number(read, layer.number, position)
        value = float(layer.values[position])
        assert panel.value.text() == number_in_words(read.terms(layer.number, position).value, 4)
        assert number(panel.value.text()) == pytest.approx(value, rel=2e-3, abs=1e-5)
        rows = panel.table.rows
        assert rows is not None
        assert number(rows.texts(rows.count - 1)[-1]) == pytest.approx(value, rel=2e-3, abs=2e-3)
        assert panel.formula.text() == layer.spec.formula
        assert not panel.problem.isVisible()
    assert panel.softmax.isVisible()
