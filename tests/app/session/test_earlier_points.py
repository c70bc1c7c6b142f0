"""An earlier point of a run becomes the model in use, and the run is trained further from there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.session.run_events import RunState
from app.storage.models.model_library import ModelLibrary
from app.storage.paths import run_log_path
from app.widgets.plain_text import plain_tooltip
from app.widgets.snapshot_row import POINT_IN_USE, RUN_IN_PROGRESS, SELECT_EPOCH, SELECT_POINT, SnapshotRow
from app.window.main_window import MainWindow
from nncore.evaluation.snapshots import Snapshots, TrainingPoint
from nncore.experiments.run_log.log import RunLog
from nncore.files.model_file import load_model
from tests.app.window.opened_window import opened_window

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    with opened_window(qtbot, qapp, 1280, 690) as window:
        yield window


def train(window: MainWindow, qtbot: QtBot, *, epochs: int) -> Snapshots:
    """Train a small network to its end; returns its snapshots."""
    panel = window.train_tab.settings
    panel.network.hidden_layers.setText("16")
    panel.learning.edits["epochs"].setText(str(epochs))
    qtbot.mouseClick(window.train_tab.buttons.train_button, LEFT)
    return await_end(window, qtbot)


def await_end(window: MainWindow, qtbot: QtBot) -> Snapshots:
    qtbot.waitUntil(lambda: window.session.outcome is not None and window.session.outcome.path is not None)
    assert window.session.snapshots is not None
    return window.session.snapshots


def select(window: MainWindow, label: str) -> tuple[SnapshotRow, TrainingPoint]:
    """Select a point in the Draw tab; returns its row."""
    row, snapshots = window.draw_tab.snapshot_row, window.session.snapshots
    assert snapshots is not None
    window.tabs.setCurrentWidget(window.draw_tab)
    point = next(each for each in snapshots.points if each.label == label)
    row.select_point(point)
    assert row.choice == point
    return row, point


def test_the_network_of_an_earlier_epoch_becomes_the_model_in_use_and_is_saved(
    window: MainWindow, qtbot: QtBot, tmp_path_factory: pytest.TempPathFactory
) -> None:
    session = window.session
    snapshots = train(window, qtbot, epochs=3)
    row, point = select(window, "epoch 2")
    with qtbot.waitSignal(session.model_changed):
        qtbot.mouseClick(row.use_button, LEFT)
    model = session.model
    assert model is not None
    np.testing.assert_array_equal(model.parameters, snapshots.values(point))
    assert (model.card.name, model.card.epochs, model.card.recipe) == ("784-16-10, epoch 2", 2, "quick")
    assert window.header.model_button.text() == "model: 784-16-10, epoch 2"
    assert [row["epoch"] for row in model.history] == [1, 2]
    assert row.caption.full_text.endswith("In use: 784-16-10, epoch 2.")
    assert row.choice is None  # the model in use reads, and the selected point does not hide it
    assert row.use_button.toolTip() == row.further_button.toolTip() == plain_tooltip(SELECT_POINT)
    assert window.draw_tab.network is not None
    np.testing.assert_array_equal(window.draw_tab.network.parameters.values, snapshots.values(point))
    (listed,) = [each for each in ModelLibrary(pytest.fail).models() or () if each.name == "784-16-10, epoch 2"]
    assert session.model_path == listed.path
    select(window, "epoch 2")
    with qtbot.waitSignal(session.model_changed):
        qtbot.mouseClick(row.use_button, LEFT)
    assert session.model_path == listed.path  # the same point is kept once
    assert session.model is not None
    model = session.model
    path = tmp_path_factory.mktemp("files") / "kept.digitnet"
    with qtbot.waitSignal(session.status_message):
        session.save_model(path, model)
    assert load_model(path).card.name == "784-16-10, epoch 2"


def test_a_point_that_cannot_be_saved_is_used_and_asked_about_at_the_end(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.session
    train(window, qtbot, epochs=2)
    row, _ = select(window, "epoch 1")
    monkeypatch.setattr("app.session.earlier_points.models_folder", lambda: run_log_path() / "models")
    with qtbot.waitSignal(session.model_not_saved):
        qtbot.mouseClick(row.use_button, LEFT)
    assert session.model is not None
    assert [each.model for each in session.unsaved_models] == [session.model]
    session.discard_unsaved(session.model)


def test_a_run_is_trained_further_from_an_earlier_epoch_as_a_new_run(window: MainWindow, qtbot: QtBot) -> None:
    session = window.session
    snapshots = train(window, qtbot, epochs=3)
    row, point = select(window, "epoch 1")
    with qtbot.waitSignal(session.ended_run_changed):
        qtbot.mouseClick(row.further_button, LEFT)
    assert window.tabs.currentWidget() is window.train_tab
    button = window.train_tab.buttons.train_further_button
    assert button.full_text == "Train further: 784-16-10, epoch 1"
    assert window.messages.text.endswith("The optimizer's memory starts empty.")
    window.train_tab.settings.learning.edits["epochs"].setText("1")
    with qtbot.waitSignal(session.snapshots_created):
        qtbot.mouseClick(button, LEFT)
    later = await_end(window, qtbot)
    before = snapshots.points[: snapshots.points.index(point) + 1]
    assert later.points[: len(before)] == before
    np.testing.assert_array_equal(later.values(point), snapshots.values(point))
    assert (later.points[-1].epoch, later.points[-1].step) == (2, 2 * (point.step or 0))
    with RunLog(run_log_path()) as log:
        child, parent = log.runs()
        assert child.settings.parent == parent.id
        assert child.epochs == 2
        assert log.epochs(child.id)[0] == log.epochs(parent.id)[0]
    assert later.run.title == f"784-16-10 (run {child.id})"


def test_a_run_that_diverged_is_trained_further_from_the_epoch_before(window: MainWindow, qtbot: QtBot) -> None:
    session = window.session
    panel = window.train_tab.settings
    panel.network.hidden_layers.setText("16")
    panel.learning.edits["epochs"].setText("100000")
    qtbot.mouseClick(window.train_tab.buttons.train_button, LEFT)

    def has_epoch() -> bool:
        return session.snapshots is not None and session.snapshots.points[-1].epoch > 1

    qtbot.waitUntil(has_epoch)
    session.set_learning_rate(1e8)
    qtbot.waitUntil(lambda: session.run_state is RunState.IDLE)
    assert session.ended_run is None
    row, _ = select(window, "epoch 1")
    with qtbot.waitSignal(session.ended_run_changed):
        qtbot.mouseClick(row.further_button, LEFT)
    ended = session.ended_run
    assert ended is not None
    assert ended.checkpoint.learning_rate == panel.config().learning_rate < 1
    assert "epoch 1" in window.train_tab.buttons.train_further_button.full_text


def test_what_cannot_be_done_with_a_point_says_why(window: MainWindow, qtbot: QtBot) -> None:
    train(window, qtbot, epochs=1)
    row, _ = select(window, "step 3")
    assert row.use_button.isEnabled()
    assert not row.further_button.isEnabled()
    assert row.further_button.toolTip() == plain_tooltip(SELECT_EPOCH)
    window.session.use_trained_model()
    row.slider.setValue(row.slider.maximum())
    assert (row.use_button.toolTip(), row.further_button.isEnabled()) == (plain_tooltip(POINT_IN_USE), True)
    qtbot.mouseClick(window.train_tab.buttons.step_button, LEFT)
    qtbot.waitUntil(lambda: window.session.run_state is RunState.PAUSED)
    assert row.further_button.toolTip() == plain_tooltip(RUN_IN_PROGRESS)
