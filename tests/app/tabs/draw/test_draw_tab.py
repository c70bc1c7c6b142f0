"""The Draw tab reads what is on the canvas while the pen moves, with the model or epoch selected."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from app.style.theme import ThemeChoice
from app.tabs.draw.draw_tab import EARLIER_POINT, OF_DATA_SET, DrawTab
from app.widgets.explanation import Explanation, ShownNeighbour
from app.widgets.plain_text import plain_tooltip
from nncore.evaluation.recognition import Prediction
from nncore.evaluation.snapshots import Snapshots, TrainingPoint
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.ink import rasterize
from tests.app.canvas.gestures import ONE, SEVEN, drag, pixel
from tests.app.theme_choice import apply_theme


def network(seed: int, *widths: int) -> Network:
    result = Network(NetworkSpec.dense(widths or (784, 16, 10)))
    result.initialize(np.random.default_rng(seed))
    return result


@pytest.fixture
def tab(qapp: QApplication, qtbot: QtBot) -> DrawTab:
    apply_theme(qapp, ThemeChoice.LIGHT)
    tab = DrawTab()
    qtbot.addWidget(tab)
    tab.resize(1280, 600)
    with qtbot.waitExposed(tab):
        tab.show()
    tab.activateWindow()
    return tab


def test_bars_and_filmstrip_show_output_and_input_of_the_network(tab: DrawTab, qtbot: QtBot) -> None:
    classifier = network(1)
    tab.set_network(classifier)
    with qtbot.waitSignal(tab.predicted):
        drag(tab.canvas, SEVEN)
    qtbot.waitUntil(lambda: not tab.throttle.has_pending_request)
    image = rasterize(tab.canvas.drawing.ink())
    expected = classifier.predict((image.reshape(1, -1) / 255).astype(np.float32))[0]
    assert tab.bars.probabilities is not None
    np.testing.assert_allclose(tab.bars.probabilities, expected, atol=1e-6)
    np.testing.assert_array_equal(tab.filmstrip.network_input.image, image)
    assert tab.prediction is not None
    assert tab.prediction.digit == int(expected.argmax())
    assert tab.bars.winner == (tab.prediction.digit if tab.prediction.is_accepted else None)
    assert tab.answer.digit.text() == (str(tab.prediction.digit) if tab.prediction.is_accepted else "–")


def test_it_reads_while_the_pen_is_still_down(tab: DrawTab, qtbot: QtBot) -> None:
    tab.set_network(network(1))
    drag(tab.canvas, SEVEN, release=False)
    qtbot.waitUntil(lambda: tab.prediction is not None)
    assert tab.canvas.drawing.is_drawing


def test_many_pen_events_are_read_once_per_frame(tab: DrawTab, qtbot: QtBot) -> None:
    tab.set_network(network(1))
    tab.throttle.interval = 60_000  # one frame, however slow the machine
    readings: list[Prediction] = []
    tab.predicted.connect(readings.append)
    drag(tab.canvas, [(0.2 + 0.005 * step, 0.5) for step in range(100)])
    tab.throttle.flush()
    assert 1 <= len(readings) <= 2
    np.testing.assert_array_equal(readings[-1].image, rasterize(tab.canvas.drawing.ink()))


def test_a_new_network_reads_the_drawing_immediately(tab: DrawTab, qtbot: QtBot) -> None:
    tab.set_network(network(1))
    drag(tab.canvas, SEVEN)
    tab.throttle.flush()
    before = tab.prediction
    with qtbot.waitSignal(tab.predicted, timeout=0):
        tab.set_network(network(2))
    assert before is not None
    assert tab.prediction is not None
    assert not np.allclose(before.probabilities, tab.prediction.probabilities)
    np.testing.assert_array_equal(tab.bars.probabilities, tab.prediction.probabilities)


def test_a_blank_canvas_has_no_answer(tab: DrawTab) -> None:
    tab.set_network(network(1))
    drag(tab.canvas, SEVEN)
    tab.throttle.flush()
    tab.canvas.clear()
    tab.throttle.flush()
    assert tab.prediction is None
    assert tab.bars.probabilities is None
    assert tab.filmstrip.network_input.image is None
    assert tab.answer.digit.text() == "–"


def test_a_dot_is_read(tab: DrawTab) -> None:
    tab.set_network(network(1))
    drag(tab.canvas, [(0.5, 0.5)])
    tab.throttle.flush()
    assert tab.prediction is not None
    assert not tab.error_label.isVisible()


def test_without_a_network_a_sentence_replaces_the_answer(tab: DrawTab) -> None:
    drag(tab.canvas, SEVEN)
    tab.throttle.flush()
    assert tab.prediction is None
    assert tab.filmstrip.network_input.image is not None
    assert "No model is open" in tab.answer.sentence.text()


def test_an_unsuitable_network_gives_a_message_on_the_canvas(tab: DrawTab) -> None:
    tab.set_network(network(1))
    drag(tab.canvas, SEVEN)
    tab.throttle.flush()
    tab.set_network(network(1, 1, 10, 1))
    assert tab.error_label.isVisible()
    assert "28 × 28" in tab.error_label.text()
    assert tab.error_notice.geometry().bottom() > tab.canvas.height() - 20
    assert tab.prediction is None
    assert tab.bars.probabilities is None
    QApplication.processEvents()
    assert tab.canvas.area.topLeft().toTuple() == (0, 0)  # still in line with everything else
    tab.set_network(network(1))
    assert not tab.error_label.isVisible()
    assert tab.prediction is not None


def test_a_diverged_network_gives_a_message(tab: DrawTab) -> None:
    classifier = network(1)
    classifier.parameters.values[:] = np.nan
    tab.set_network(classifier)
    drag(tab.canvas, SEVEN)
    tab.throttle.flush()
    assert "diverged" in tab.error_label.text()
    assert tab.prediction is None
    tab.canvas.clear()
    tab.throttle.flush()
    assert not tab.error_label.isVisible()


def test_shortcuts_work_everywhere_in_the_tab(tab: DrawTab, qtbot: QtBot) -> None:
    drag(tab.canvas, ONE)
    button = tab.findChild(QToolButton)
    assert button is not None
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    QTest.keySequence(button, QKeySequence("Ctrl+Z"))
    assert tab.canvas.drawing.is_blank


def test_buttons_keep_the_focus_on_the_canvas(tab: DrawTab, qtbot: QtBot) -> None:
    drag(tab.canvas, ONE)
    qtbot.waitUntil(tab.canvas.hasFocus)
    buttons = {button.text(): button for button in tab.findChildren(QToolButton)}
    undo, redo, clear = buttons["Undo"], buttons["Redo"], buttons["Clear"]
    undo.click()
    assert tab.canvas.drawing.is_blank
    redo.click()
    assert not tab.canvas.drawing.is_blank
    clear.click()
    assert tab.canvas.drawing.is_blank
    assert tab.canvas.hasFocus()
    assert all(button.toolTip() and button.text() for button in (undo, redo, clear))


def test_the_canvas_is_square_and_everything_fits(tab: DrawTab) -> None:
    for width, height in ((1280, 560), (1366, 640), (1920, 980)):
        tab.resize(width, height)
        QApplication.processEvents()
        assert (tab.width(), tab.height()) == (width, height)
        assert tab.canvas.width() == tab.canvas.height() == round(tab.canvas.area.width())
        assert tab.canvas.height() > 0.6 * height
        assert tab.page.size() == tab.size()


def test_it_fits_a_laptop_at_150_per_cent_font_size(qapp: QApplication, qtbot: QtBot) -> None:
    apply_theme(qapp, ThemeChoice.LIGHT)
    own = QFont(qapp.font())
    large = QFont(own)
    large.setPointSizeF(own.pointSizeF() * 1.5)
    try:
        qapp.setFont(large)
        apply_theme(qapp, ThemeChoice.LIGHT)
        tab = DrawTab()
        qtbot.addWidget(tab)
        tab.set_network(network(1))
        tab.resize(1366, 640)
        tab.show()
        QApplication.processEvents()
        assert tab.page.size() == tab.size()  # there is nothing to scroll
    finally:
        qapp.setFont(own)
        apply_theme(qapp, ThemeChoice.LIGHT)


def test_resizing_the_tab_during_a_stroke_keeps_it(tab: DrawTab) -> None:
    tab.set_network(network(1))
    drag(tab.canvas, [(0.3, 0.3), (0.5, 0.5)], release=False)
    tab.resize(1500, 800)
    QApplication.processEvents()
    QTest.mouseMove(tab.canvas, pixel(tab.canvas, 0.7, 0.7))
    tab.throttle.flush()
    (stroke,) = tab.canvas.drawing.ink().strokes
    np.testing.assert_allclose(stroke, [(0.3, 0.3), (0.5, 0.5), (0.7, 0.7)], atol=0.003)


def explanation_of(image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Explanation:
    return Explanation(image, "4 read as 9", "4", None, "Finding out …", None, "Searching …")


def test_a_digit_of_a_data_set_has_an_explanation_instead_of_the_filmstrip(tab: DrawTab) -> None:
    tab.set_network(network(1))
    image = np.zeros((28, 28), np.uint8)
    image[8:20, 12:16] = 255
    explanation, height = explanation_of(image), tab.canvas.height()
    tab.show_image(explanation)
    tab.throttle.flush()
    QApplication.processEvents()
    assert (tab.filmstrip.isVisible(), tab.explanation.isVisible()) == (False, True)
    assert tab.explanation.caption.text() == "4 read as 9"
    assert tab.explanation.neighbours.accessibleDescription() == "Searching …"
    assert tab.canvas.height() == height  # nothing jumps
    occlusion = np.full((28, 28), 0.5, np.float32)
    tab.explain(
        replace(
            explanation,
            occlusion=occlusion,
            occlusion_text="The middle.",
            neighbours=(ShownNeighbour(image, "9", 1.0),),
            neighbours_text="1 is no 4.",
        )
    )
    assert tab.explanation.image_view.map is occlusion
    assert (tab.explanation.occlusion_text.text(), tab.explanation.neighbours_text.text()) == (
        "The middle.",
        "1 is no 4.",
    )
    assert tab.explanation.neighbours.accessibleDescription() == "Nearest first: a 9."


def test_the_explanation_follows_its_digit_through_undo(tab: DrawTab) -> None:
    tab.set_network(network(1))
    image = np.full((28, 28), 9, np.uint8)
    tab.show_image(explanation_of(image))
    tab.throttle.flush()
    drag(tab.canvas, SEVEN)
    tab.throttle.flush()
    assert (tab.filmstrip.isVisible(), tab.explanation.isVisible()) == (True, False)
    tab.explain(explanation_of(image))
    assert not tab.explanation.isVisible()
    tab.canvas.canvas_actions.undo.trigger()
    tab.throttle.flush()
    assert tab.explanation.isVisible()


def test_explanations_of_another_digit_or_network_are_ignored(tab: DrawTab) -> None:
    tab.set_network(network(1))
    image = np.full((28, 28), 9, np.uint8)
    tab.show_image(explanation_of(image))
    tab.throttle.flush()
    tab.explain(replace(explanation_of(image.copy()), occlusion_text="Of another."))
    assert tab.explanation.occlusion_text.text() == "Finding out …"
    tab.set_network(network(2))
    assert (tab.filmstrip.isVisible(), tab.explanation.isVisible()) == (True, False)


def snapshots_of(count: int, max_count: int) -> Snapshots:
    spec = network(0).spec
    snapshots = Snapshots(spec, max_bytes=max_count * 4 * spec.parameter_count)
    for epoch in range(count):
        snapshots.add(TrainingPoint(epoch), network(epoch))
    return snapshots


def test_the_user_can_draw_while_the_training_deletes_the_selected_snapshot(tab: DrawTab) -> None:
    snapshots = snapshots_of(8, max_count=8)
    tab.set_network(network(7))
    tab.set_snapshots(snapshots, 20)
    tab.snapshot_row.slider.setValue(3)
    snapshots.add(TrainingPoint(8), network(8))
    assert TrainingPoint(3) not in snapshots.points
    drag(tab.canvas, SEVEN)
    tab.throttle.flush()
    assert tab.prediction is not None
    assert tab.bars.probabilities is not None
    expected = network(3).predict((tab.prediction.image.reshape(1, -1) / 255).astype(np.float32))[0]
    np.testing.assert_allclose(tab.bars.probabilities, expected, atol=1e-6)


def test_selecting_an_epoch_that_was_just_deleted_selects_a_neighbour(tab: DrawTab) -> None:
    snapshots = snapshots_of(8, max_count=8)
    tab.set_network(network(7))
    tab.set_snapshots(snapshots, 20)
    snapshots.add(TrainingPoint(8), network(8))
    tab.snapshot_row.slider.setValue(3)
    assert tab.snapshot_row.choice == TrainingPoint(2)
    used = tab.network
    assert used is not None
    np.testing.assert_array_equal(used.parameters.values, snapshots.values(tab.snapshot_row.choice))
    tab.snapshot_row.slider.setValue(tab.snapshot_row.slider.maximum())
    latest = tab.network
    assert latest is not None
    np.testing.assert_array_equal(latest.parameters.values, network(7).parameters.values)


def test_another_model_replaces_the_selected_epoch_in_everything_that_is_shown(tab: DrawTab, qtbot: QtBot) -> None:
    trained, other = network(3), network(4)
    snapshots = Snapshots(trained.spec)
    for epoch in range(4):
        snapshots.add(TrainingPoint(epoch), network(epoch))
    tab.set_network(trained, "784-16-10, epoch 3")
    tab.set_snapshots(snapshots, 3)
    drag(tab.canvas, SEVEN)
    qtbot.waitUntil(lambda: not tab.throttle.has_pending_request)
    assert tab.model_label.full_text == "Read by 784-16-10, epoch 3"
    tab.snapshot_row.slider.setValue(1)
    assert tab.model_label.full_text == "Read by epoch 1 of the last run, 784-16-10"
    tab.set_network(network(5), "784-16-10, epoch 3", True)  # the run goes on
    assert tab.snapshot_row.choice == TrainingPoint(1)
    tab.set_network(other, "handwriting, 99.5 %")
    tab.snapshot_row.set_has_model(False)
    image = rasterize(tab.canvas.drawing.ink())
    expected = other.predict((image.reshape(1, -1) / 255).astype(np.float32))[0]
    assert tab.bars.probabilities is not None
    np.testing.assert_allclose(tab.bars.probabilities, expected, atol=1e-6)
    assert tab.model_label.full_text == "Read by handwriting, 99.5 %"
    assert tab.snapshot_row.slider.value() == tab.snapshot_row.slider.maximum()
    assert "A different model is in use" in tab.snapshot_row.caption.full_text


def test_an_explanation_is_not_shown_beside_the_answer_of_another_epoch(tab: DrawTab) -> None:
    snapshots = Snapshots(network(1).spec)
    for epoch in range(3):
        snapshots.add(TrainingPoint(epoch), network(epoch))
    tab.set_network(network(2))
    tab.set_snapshots(snapshots, 2)
    tab.show_image(Explanation(np.eye(28, dtype=np.uint8) * 200, "4 read as 9", "4", None, "", None, ""))
    tab.throttle.due.emit()
    assert tab.explanation.isVisible()
    tab.snapshot_row.slider.setValue(0)
    assert not tab.explanation.isVisible()


def test_a_picture_that_takes_long_can_be_cancelled_on_the_canvas(tab: DrawTab, qtbot: QtBot) -> None:
    tab.pictures.reading.emit("a large photo.png")
    assert tab.reading_notice.isVisible()
    assert tab.reading_label.full_text == "Reading a large photo.png …"
    qtbot.mouseClick(tab.cancel_button, Qt.MouseButton.LeftButton)
    assert not tab.reading_notice.isVisible()


def test_neither_an_earlier_network_nor_a_digit_of_somebody_else_can_be_taught(tab: DrawTab) -> None:
    tab.set_network(network(7))
    tab.set_snapshots(snapshots_of(8, max_count=8), 20)
    drag(tab.canvas, SEVEN)
    tab.throttle.flush()
    button = tab.teach_row.digits[7]
    assert button.isEnabled()
    tab.snapshot_row.slider.setValue(3)
    assert not button.isEnabled()
    assert plain_tooltip(EARLIER_POINT) == button.toolTip()
    tab.snapshot_row.slider.setValue(tab.snapshot_row.slider.maximum())
    assert button.isEnabled()
    tab.show_image(explanation_of(np.full((28, 28), 9, np.uint8)))
    tab.throttle.flush()
    assert not button.isEnabled()
    assert plain_tooltip(OF_DATA_SET) == button.toolTip()
    tab.set_network(network(5))  # another network has no explanation of the digit
    assert not button.isEnabled()
    drag(tab.canvas, SEVEN)
    tab.throttle.flush()
    assert button.isEnabled()
