"""A step or epoch of the last training is selected with the slider and reads the drawing."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import ThemeChoice
from app.widgets.snapshot_row import ANOTHER_MODEL, NO_TRAINING, NOTHING_TO_COMPARE, SnapshotRow
from nncore.evaluation.snapshots import Snapshots, TrainingPoint
from nncore.model.network import Network, NetworkSpec
from tests.app.theme_choice import apply_theme

IMAGE = np.full((28, 28), 255, np.uint8)
SPEC = NetworkSpec.dense((784, 10))


def add(snapshots: Snapshots, epoch: int) -> None:
    """Add a network that reads every image as `epoch`."""
    network = Network(SPEC)
    network.parameters.value("1.b")[epoch % 10] = 9.0
    snapshots.add(TrainingPoint(epoch), network)


def snapshots_of(epochs: int, max_bytes: int = 2**26) -> Snapshots:
    snapshots = Snapshots(SPEC, max_bytes)
    for epoch in range(epochs + 1):
        add(snapshots, epoch)
    return snapshots


@pytest.fixture
def row(qapp: QApplication, qtbot: QtBot) -> SnapshotRow:
    apply_theme(qapp, ThemeChoice.LIGHT)
    row = SnapshotRow()
    qtbot.addWidget(row)
    row.resize(560, 80)
    row.show()
    return row


def digits(row: SnapshotRow) -> list[int | None]:
    return [None if answer is None else answer.digit for answer in row.strip.answers]


def test_without_a_training_it_shows_a_hint(row: SnapshotRow) -> None:
    assert row.caption.full_text == NO_TRAINING
    assert row.slider.isHidden()
    assert row.strip.isHidden()
    assert row.choice is None


def test_a_receiver_may_select_a_point_while_other_snapshots_are_shown(row: SnapshotRow) -> None:
    row.set_snapshots(snapshots_of(6), 6)
    row.slider.setValue(2)

    def select(point: TrainingPoint | None) -> None:
        row.select_point(point)
        row.slider.setValue(1)

    row.point_chosen.connect(select)
    row.set_snapshots(None)
    assert row.choice is None
    row.set_snapshots(snapshots_of(3), 3)
    row.slider.setValue(0)
    row.set_snapshots(snapshots_of(4), 4)
    assert row.choice == TrainingPoint(1)


def test_the_slider_selects_an_epoch(row: SnapshotRow, qtbot: QtBot) -> None:
    row.set_snapshots(snapshots_of(6), 6)
    assert row.caption.full_text == "Answers during the last run, 784-10: epoch 6 of 6, the latest."
    row.slider.setFocus()
    with qtbot.waitSignal(row.point_chosen) as emitted:
        QTest.keyClick(row.slider, Qt.Key.Key_Left)
    assert emitted.args == [TrainingPoint(5)]
    assert row.caption.full_text == "Answers during the last run, 784-10: epoch 5 of 6."
    with qtbot.waitSignal(row.point_chosen) as emitted:
        QTest.keyClick(row.slider, Qt.Key.Key_Home)
    assert emitted.args == [TrainingPoint(0)]
    assert "step 0, untrained" in row.caption.full_text
    assert row.slider.accessibleDescription() == row.caption.full_text
    with qtbot.waitSignal(row.point_chosen) as emitted:
        QTest.keyClick(row.slider, Qt.Key.Key_End)
    assert emitted.args == [None]


def test_each_epoch_reads_the_drawing_after_the_pen_rests(row: SnapshotRow, qtbot: QtBot) -> None:
    row.set_snapshots(snapshots_of(6), 6)
    assert digits(row) == [None] * 7
    row.set_image(IMAGE)
    assert digits(row) == [None] * 7
    qtbot.waitUntil(lambda: digits(row) == [0, 1, 2, 3, 4, 5, 6])
    assert row.strip.accessibleDescription() == (
        "step 0: 0, epoch 1: 1, epoch 2: 2, epoch 3: 3, epoch 4: 4, epoch 5: 5, epoch 6: 6"
    )
    row.set_image(None)
    assert not row.has_unread_points  # nothing more will be read
    assert digits(row) == [None] * 7


def test_a_click_on_a_cell_selects_its_epoch(row: SnapshotRow, qtbot: QtBot) -> None:
    row.set_snapshots(snapshots_of(6), 6)
    QApplication.processEvents()
    with qtbot.waitSignal(row.point_chosen) as emitted:
        QTest.mouseClick(row.strip, Qt.MouseButton.LeftButton, pos=QPoint(int(row.strip.cell(2).center().x()), 5))
    assert emitted.args == [TrainingPoint(2)]
    assert row.slider.value() == 2


def test_the_latest_epoch_stays_selected_while_training(row: SnapshotRow, qtbot: QtBot) -> None:
    snapshots = snapshots_of(2)
    row.set_snapshots(snapshots, 9)
    add(snapshots, 3)
    with qtbot.assertNotEmitted(row.point_chosen):
        row.refresh()
    assert row.choice is None
    assert row.slider.value() == row.slider.maximum() == 3
    assert "epoch 3 of 9, the latest" in row.caption.full_text


def test_an_older_epoch_stays_selected_while_training(row: SnapshotRow, qtbot: QtBot) -> None:
    snapshots = snapshots_of(4)
    row.set_snapshots(snapshots, 9)
    row.slider.setValue(1)
    add(snapshots, 5)
    with qtbot.assertNotEmitted(row.point_chosen):
        row.refresh()
    assert (row.choice, row.slider.value()) == (TrainingPoint(1), 1)


def test_a_neighbour_replaces_an_epoch_that_is_no_longer_kept(row: SnapshotRow, qtbot: QtBot) -> None:
    snapshots = snapshots_of(7, max_bytes=8 * 4 * SPEC.parameter_count)
    row.set_snapshots(snapshots, 20)
    row.slider.setValue(3)
    add(snapshots, 8)
    assert TrainingPoint(3) not in snapshots.points
    with qtbot.waitSignal(row.point_chosen) as emitted:
        row.refresh()
    assert emitted.args == [TrainingPoint(2)]
    assert row.slider.value() == snapshots.points.index(TrainingPoint(2))


def test_a_new_training_selects_its_latest_epoch(row: SnapshotRow, qtbot: QtBot) -> None:
    row.set_snapshots(snapshots_of(4), 4)
    row.slider.setValue(1)
    with qtbot.waitSignal(row.point_chosen) as emitted:
        row.set_snapshots(snapshots_of(2), 2)
    assert emitted.args == [None]
    assert row.slider.maximum() == 2
    row.set_snapshots(snapshots_of(0), 2)
    assert row.caption.full_text == NOTHING_TO_COMPARE  # not "Train a network": one is being trained
    row.set_snapshots(None)
    assert row.caption.full_text == NO_TRAINING


def test_networks_that_cannot_read_digits_have_empty_cells(row: SnapshotRow, qtbot: QtBot) -> None:
    spec = NetworkSpec.dense((4, 3), input_shape=(4,))
    snapshots = Snapshots(spec)
    for epoch in range(3):
        snapshots.add(TrainingPoint(epoch), Network(spec))
    row.set_snapshots(snapshots, 2)
    row.set_image(IMAGE)
    qtbot.waitUntil(lambda: not row.has_unread_points)
    assert digits(row) == [None] * 3


def test_a_model_of_another_training_has_a_position_of_its_own(row: SnapshotRow, qtbot: QtBot) -> None:
    row.set_snapshots(snapshots_of(3), 3, has_model=False)
    row.set_image(IMAGE)
    assert (row.choice, row.slider.value(), row.slider.maximum()) == (None, 4, 4)
    assert "A different model is in use" in row.caption.full_text
    qtbot.waitUntil(lambda: digits(row) == [0, 1, 2, 3, None])
    with qtbot.waitSignal(row.point_chosen) as emitted:
        row.slider.setValue(3)
    assert emitted.args == [TrainingPoint(3)]
    assert row.caption.full_text == f"Answers during the last run, 784-10: epoch 3 of 3. {ANOTHER_MODEL}"
    with qtbot.waitSignal(row.point_chosen) as emitted:
        row.slider.setValue(4)
    assert emitted.args == [None]


def test_the_position_of_another_model_comes_and_goes_with_it(row: SnapshotRow, qtbot: QtBot) -> None:
    row.set_snapshots(snapshots_of(3), 3)
    row.set_has_model(False)
    assert (row.choice, row.slider.value(), row.slider.maximum()) == (None, 4, 4)
    row.slider.setValue(1)
    with qtbot.assertNotEmitted(row.point_chosen):
        row.set_has_model(True)
    assert (row.choice, row.slider.value(), row.slider.maximum()) == (TrainingPoint(1), 1, 3)


def test_another_model_takes_the_place_of_a_selected_epoch(row: SnapshotRow, qtbot: QtBot) -> None:
    row.set_snapshots(snapshots_of(3), 3)
    row.slider.setValue(1)
    assert row.point_text == "epoch 1 of the last run, 784-10"
    with qtbot.waitSignal(row.point_chosen) as emitted:
        row.select_current_model()
    row.set_has_model(False)
    assert (emitted.args, row.point_text) == ([None], "")
    assert row.slider.value() == row.slider.maximum() == 4
    assert row.caption.full_text == "Answers during the last run, 784-10. A different model is in use."


def test_a_rejected_drawing_has_no_digit_in_its_cell(row: SnapshotRow, qtbot: QtBot) -> None:
    snapshots = snapshots_of(1)
    snapshots.add(TrainingPoint(2), Network(SPEC))
    row.set_snapshots(snapshots, 2)
    row.set_image(np.eye(28, dtype=np.uint8) * 3)  # too faint for a clear answer of the last network
    qtbot.waitUntil(lambda: None not in row.strip.answers)
    assert row.strip.accessibleDescription() == "step 0: 0, epoch 1: 1, epoch 2: –"


def test_a_model_that_is_not_of_the_run_answers_in_the_last_cell(row: SnapshotRow, qtbot: QtBot) -> None:
    models = [Network(SPEC), Network(SPEC)]
    for digit, model in zip((7, 8), models, strict=True):
        model.parameters.value("1.b")[digit] = 9.0
    row.set_current_network(models[0])
    row.set_snapshots(snapshots_of(2), 2, has_model=False)
    row.set_image(IMAGE)
    qtbot.waitUntil(lambda: digits(row) == [0, 1, 2, 7])
    assert row.strip.accessibleDescription().endswith("epoch 2: 2, model in use: 7")
    row.set_current_network(models[1])
    qtbot.waitUntil(lambda: digits(row) == [0, 1, 2, 8])
    row.set_has_model(True)
    qtbot.waitUntil(lambda: digits(row) == [0, 1, 2])
    row.set_current_network(None)
    row.set_has_model(False)
    assert digits(row) == [0, 1, 2, None]


def test_a_point_in_the_first_epoch_is_early(row: SnapshotRow) -> None:
    assert row.early_point is None
    row.set_snapshots(snapshots_of(2), 2)
    assert row.early_point is None
    row.slider.setValue(0)
    assert row.early_point == TrainingPoint(0)
    row.slider.setValue(1)
    assert row.early_point is None
    step = TrainingPoint(1, 10, ends_epoch=False)
    row.select_current_model()
    row.set_live_point(step)
    assert row.early_point == step
    row.set_live_point(None)
    row.set_has_model(False)
    assert row.early_point is None


def test_the_colours_of_the_answers_are_explained_and_none_means_correct(row: SnapshotRow, qtbot: QtBot) -> None:
    snapshots = Snapshots(SPEC)
    for epoch, digit in enumerate((3, 4, 4)):
        classifier = Network(SPEC)
        classifier.parameters.value("1.b")[digit] = 30.0
        snapshots.add(TrainingPoint(epoch), classifier)
    row.set_snapshots(snapshots, 2)
    row.set_image(IMAGE)
    qtbot.waitUntil(lambda: digits(row) == [3, 4, 4])
    image = row.strip.grab().toImage()

    def colour(index: int) -> QColor:
        cell = row.strip.cell(index)
        return image.pixelColor(round(cell.left() + 4), round(cell.center().y()))

    assert colour(0).red() > colour(0).blue()  # orange
    assert colour(1).blue() > colour(1).green() > colour(1).red()
    for word in ("Blue", "orange", "grey"):
        assert word in row.strip.toolTip()
