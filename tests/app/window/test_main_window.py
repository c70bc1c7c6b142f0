"""The window, used with mouse and keyboard."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPalette
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from app.dialogs.keep_model import KeepModelDialog
from app.session.loaded_model import LoadedModel
from app.session.run_events import RunState, StepsDone
from app.session.session import Session
from app.storage.models.model_library import ModelLibrary
from app.storage.models.rescued_models import RESCUED_NAME_START
from app.storage.paths import models_folder, run_log_path
from app.style.theme import Appearance, ThemeChoice
from app.tabs.draw.answer_view import NO_EPOCH
from app.window.main_window import MainWindow
from app.window.preferences import WindowPreferences
from app.window.tab_connections import TABS
from nncore.data.dataset import Dataset, Splits
from nncore.evaluation.snapshots import Snapshots, TrainingPoint
from nncore.experiments.run_log.log import LoggedRun, RunLog
from nncore.files.model_file import Model, ModelCard, load_model, save_model
from nncore.model.layers import Dense
from nncore.model.network import Network, NetworkSpec
from nncore.reporting.number_text import percent_text
from nncore.training import TrainingConfig
from tests.app.canvas.gestures import SEVEN, drag
from tests.app.storage.kept_models import keep_model, small_model
from tests.app.waiting import at_rest, deliver_events
from tests.app.window.opened_window import opened_window
from tests.nncore.example_data import small_mnist


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    with opened_window(qtbot, qapp, 1280, 690) as window:
        yield window


def choose_small_network(window: MainWindow, epochs: int = 100_000) -> None:
    panel = window.train_tab.settings
    panel.network.hidden_layers.setText("16")
    panel.learning.edits["epochs"].setText(str(epochs))
    assert panel.is_valid
    assert isinstance(panel.spec().layers[0], Dense)
    assert panel.spec().widths == (784, 16, 10)


def trained(window: MainWindow, qtbot: QtBot) -> Model:
    """The model of the run in progress, when it has ended."""
    qtbot.waitUntil(lambda: window.session.outcome is not None)
    assert window.session.outcome is not None
    return window.session.outcome.trained.model


def await_epoch(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until an epoch of the run in progress has ended."""
    session = window.session

    def has_epoch() -> bool:
        points = session.snapshots.points if session.snapshots is not None else ()
        return session.run_state is RunState.RUNNING and any(point.epoch and point.ends_epoch for point in points)

    qtbot.waitUntil(has_epoch)


def click(qtbot: QtBot, window: MainWindow, button: str) -> None:
    qtbot.mouseClick(getattr(window.train_tab.buttons, button), Qt.MouseButton.LeftButton)


def state(window: MainWindow) -> RunState:
    return window.train_tab.buttons.state


def draw_a_one(qtbot: QtBot, window: MainWindow, between: Callable[[], object] = lambda: None) -> None:
    canvas = window.draw_tab.canvas
    x, height = canvas.width() // 2, canvas.height()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(x, height // 5))
    for y in range(height // 5, 4 * height // 5, 6):
        qtbot.mouseMove(canvas, QPoint(x, y))
        between()
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(x, 4 * height // 5))


def test_train_draw_change_pause_resume_stop_and_close_while_it_runs(window: MainWindow, qtbot: QtBot) -> None:
    session, tab = window.session, window.train_tab
    events: list[StepsDone] = []
    session.run_event.connect(lambda event: events.append(event) if isinstance(event, StepsDone) else None)

    def steps() -> int:
        return sum(len(event.steps) for event in events)

    choose_small_network(window)
    click(qtbot, window, "train_button")
    qtbot.waitUntil(lambda: state(window) is RunState.RUNNING and steps() > 20)

    window.tabs.setCurrentWidget(window.draw_tab)
    draw_a_one(qtbot, window, between=deliver_events)
    qtbot.waitUntil(lambda: window.draw_tab.prediction is not None and window.draw_tab.prediction.digit == 1)
    qtbot.waitUntil(lambda: not window.draw_tab.throttle.has_pending_request)
    first = window.draw_tab.prediction
    assert first is not None
    np.testing.assert_array_equal(window.draw_tab.bars.probabilities, first.probabilities)
    # The better model before the run goes on reading; the answers of the epochs of the run are added one by one.
    strip = window.draw_tab.snapshot_row.strip
    qtbot.waitUntil(lambda: sum(answer is not None for answer in strip.answers) > 3)
    assert window.draw_tab.prediction is first

    window.tabs.setCurrentWidget(tab)
    rate = tab.settings.learning_rate
    rate.selectAll()
    qtbot.keyClicks(rate, "0.0002")
    qtbot.keyClick(rate, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: events[-1].learning_rate == pytest.approx(0.0002, rel=0.01))

    click(qtbot, window, "pause_button")
    qtbot.waitUntil(lambda: state(window) is RunState.PAUSED)
    paused_at = at_rest(qtbot, steps)
    click(qtbot, window, "step_button")
    qtbot.waitUntil(lambda: steps() == paused_at + 1)
    click(qtbot, window, "pause_button")
    qtbot.waitUntil(lambda: steps() > paused_at + 20)

    click(qtbot, window, "stop_button")
    qtbot.waitUntil(lambda: state(window) is RunState.IDLE)
    qtbot.waitUntil(lambda: len(list(models_folder().glob("*.npz"))) == 1)

    click(qtbot, window, "train_button")
    qtbot.waitUntil(lambda: state(window) is RunState.RUNNING)
    await_epoch(window, qtbot)
    assert window.close()
    assert session.run_state is RunState.IDLE
    assert len(list(models_folder().glob("*.npz"))) == 2


def test_a_diverged_run_gives_advice_and_keeps_the_model_in_use(window: MainWindow, qtbot: QtBot) -> None:
    before = window.session.model
    choose_small_network(window)
    window.train_tab.settings.learning_rate.setText("1000")
    click(qtbot, window, "train_button")
    qtbot.waitUntil(lambda: state(window) is RunState.IDLE)
    sentence = window.train_tab.progress.texts()[3]
    assert "diverged" in sentence
    assert window.train_tab.progress.remedy_button.text() == "Learning rate 0.001"
    assert window.session.model is before


def test_a_first_step_waits_after_one_mini_batch(window: MainWindow, qtbot: QtBot) -> None:
    taken: list[int] = []
    window.session.run_event.connect(lambda e: taken.extend(e.steps) if hasattr(e, "steps") else None)
    choose_small_network(window)
    click(qtbot, window, "step_button")
    qtbot.waitUntil(lambda: state(window) is RunState.PAUSED and taken == [1])
    click(qtbot, window, "step_button")
    qtbot.waitUntil(lambda: taken == [1, 2])


def test_the_corner_names_the_model_and_opens_its_card(window: MainWindow, qtbot: QtBot) -> None:
    model = window.session.model
    assert model is not None
    assert model.card.test_accuracy is not None
    assert window.header.model_button.text() == f"model: handwriting  {percent_text(model.card.test_accuracy, 1)}"
    qtbot.mouseClick(window.header.model_button, Qt.MouseButton.LeftButton)
    card = window.findChild(QDialog)
    assert card is not None
    shown = " ".join(label.text() for label in card.findChildren(QLabel))
    for expected in (
        "28x28 – conv 24 – norm – conv 64 – norm – 128 – norm – 10",
        "MNIST",
        percent_text(model.card.test_accuracy),
        "seed",
        model.card.version,
    ):
        assert expected.lower() in shown.lower()
    card.reject()


def choose_file(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    """Type a file name into the open dialog, and press Return."""
    qtbot.waitUntil(lambda: any(dialog.isVisible() for dialog in window.findChildren(QFileDialog)))
    dialog = next(dialog for dialog in window.findChildren(QFileDialog) if dialog.isVisible())
    dialog.selectFile(str(path))
    dialog.accept()


def test_save_as_then_open_then_revert(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "kept.npz"
    with qtbot.waitSignal(window.session.status_message):
        qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        choose_file(qtbot, window, path)
    assert window.session.model is not None
    np.testing.assert_array_equal(load_model(path).parameters, window.session.model.parameters)
    with qtbot.waitSignal(window.session.model_changed):
        window.files.open_model()
        choose_file(qtbot, window, path)
    assert window.session.model_path == path
    choose_small_network(window, epochs=1)
    click(qtbot, window, "train_button")
    qtbot.waitUntil(lambda: state(window) is not RunState.IDLE)
    qtbot.waitUntil(lambda: state(window) is RunState.IDLE)
    window.session.use_trained_model()
    assert window.session.model.card.name == "784-16-10"
    window.entries.revert_action.trigger()
    assert window.session.model.card.name == "handwriting"


def test_a_damaged_model_gives_a_message_and_changes_nothing(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    model = window.session.model
    (tmp_path / "broken.npz").write_bytes(b"PK")
    with qtbot.waitSignal(window.session.error_message):
        window.files.open_model()
        choose_file(qtbot, window, tmp_path / "broken.npz")
    assert "broken.npz" in window.messages.text
    assert window.session.model is model


def test_an_opened_model_without_a_finished_epoch_does_not_blame_the_drawing(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    save_model(small_model("stopped", epochs=0), tmp_path / "stopped.npz")
    draw = window.draw_tab
    drag(draw.canvas, SEVEN)
    with qtbot.waitSignal(window.session.model_changed):
        window.session.open_model(tmp_path / "stopped.npz")
    qtbot.waitUntil(lambda: draw.model_label.full_text == "Read by stopped")
    assert draw.prediction is not None
    assert not draw.prediction.is_accepted
    assert draw.answer.sentence.text() == NO_EPOCH
    with qtbot.waitSignal(window.session.model_changed):
        window.session.open_bundled_model()
    drag(draw.canvas, ((0.1, 0.1), (0.9, 0.9)))
    qtbot.waitUntil(lambda: not draw.throttle.has_pending_request)
    assert draw.answer.sentence.text() != NO_EPOCH


def test_the_file_of_a_run_is_not_among_the_recent_files(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    of_run = keep_model()
    save_model(small_model(), tmp_path / "mine.digitnet")
    for path in (of_run, tmp_path / "mine.digitnet"):
        with qtbot.waitSignal(window.session.status_message):
            window.session.open_model(path)
    assert tmp_path / "mine.digitnet" in window.preferences.recent_files
    assert of_run not in window.preferences.recent_files


def test_opened_data_is_used_and_a_damaged_file_gives_a_message_in_the_data_tab(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    data, digits = window.session.data, small_mnist().training
    (tmp_path / "broken.npz").write_bytes(b"PK")
    window.files.open_data()
    choose_file(qtbot, window, tmp_path / "broken.npz")
    qtbot.waitUntil(lambda: "broken.npz" in window.data_tab.panel.problem.text())
    assert window.tabs.currentWidget() is window.data_tab
    assert window.session.data is data
    np.savez(tmp_path / "mine.npz", x_train=digits.images, y_train=digits.labels)
    with qtbot.waitSignal(window.session.data_changed):
        window.files.open_path(tmp_path / "mine.npz")
    assert window.session.data is not data


def test_data_with_other_classes_can_be_trained_with_any_recipe(window: MainWindow, qtbot: QtBot) -> None:
    digits, settings = small_mnist().training, window.train_tab.settings
    rows = np.flatnonzero(digits.labels < 3)
    window.session.use_data(Splits(Dataset(digits.images[rows], digits.labels[rows], ("a", "b", "c"), "letters")))
    assert settings.spec().outputs == 3
    settings.recipes.chosen.emit("mlp")
    assert settings.spec().outputs == 3
    settings.recipes.chosen.emit("sine")
    assert settings.spec().outputs == 1
    settings.recipes.chosen.emit("quick")
    click(qtbot, window, "train_button")
    assert trained(window, qtbot).class_names == ("a", "b", "c")
    assert window.session.model is not None
    assert window.session.model.card.name == "handwriting"  # the other one cannot read drawings
    window.session.use_data(small_mnist())
    assert settings.spec().outputs == 10


def test_files_dropped_on_the_window_are_opened(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    save_model(load_model(Path("resources/models/handwriting.npz")), tmp_path / "dropped.npz")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "dropped.npz"))])
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # this signature works in all Qts
        enter = QDragEnterEvent(
            QPoint(9, 9), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    with qtbot.waitSignal(window.session.model_changed):
        drop = QDropEvent(
            QPointF(9, 9), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(window, drop)
    assert window.session.model_path == tmp_path / "dropped.npz"


def test_files_given_to_the_start_are_opened(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    """A model, a data set and a picture, as by `digitlab FILE ...`."""
    model, data, picture = tmp_path / "a model.digitnet", tmp_path / "data.csv", tmp_path / "seven.png"
    save_model(load_model(Path("resources/models/handwriting.npz")), model)
    images = small_mnist().training.images[:20].reshape(20, 784)
    data.write_text("\n".join(",".join(map(str, [number % 10, *image])) for number, image in enumerate(images)))
    assert window.grab().save(str(picture))
    window.open_paths([model])
    qtbot.waitUntil(lambda: window.session.model_path == model)
    with qtbot.waitSignal(window.session.data_changed) as changed:
        window.open_paths([data])
    assert changed.args is not None
    assert "data.csv" in changed.args[0].training.source
    window.open_paths([picture])
    assert window.tabs.currentWidget() is window.draw_tab
    qtbot.waitUntil(lambda: window.draw_tab.canvas.picture is not None)


def question(window: MainWindow) -> QMessageBox:
    (box,) = window.findChildren(QMessageBox)
    return box


def test_the_window_asks_at_each_close_about_a_model_that_was_not_saved(
    window: MainWindow, qtbot: QtBot, user_files: Path, tmp_path: Path
) -> None:
    (user_files / "models").parent.mkdir(exist_ok=True)
    (user_files / "models").write_text("a file where the folder should be")
    choose_small_network(window)
    click(qtbot, window, "train_button")
    await_epoch(window, qtbot)
    assert not window.close()
    assert window.isVisible()
    assert "could not be saved" in window.messages.text
    model = trained(window, qtbot)
    buttons = QMessageBox.StandardButton
    for _ in range(2):
        box = question(window)
        assert "could not be saved" in box.text()
        box.button(buttons.Cancel).click()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        assert window.isVisible()
        assert not window.close()
    question(window).button(buttons.Save).click()
    (dialog,) = window.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "elsewhere.digitnet"))
    qtbot.waitUntil(window.isHidden)
    assert model is not None
    np.testing.assert_array_equal(load_model(tmp_path / "elsewhere.digitnet").parameters, model.parameters)


def test_at_the_end_of_the_session_a_model_that_cannot_be_saved_is_kept_and_offered_at_the_next_start(
    window: MainWindow, qtbot: QtBot, user_files: Path
) -> None:
    models_folder().parent.mkdir(exist_ok=True)
    models_folder().write_text("a file where the folder should be")
    choose_small_network(window)
    click(qtbot, window, "train_button")
    await_epoch(window, qtbot)
    window.end()
    assert window.isHidden()
    assert not window.findChildren(QMessageBox)
    (kept,) = user_files.glob(f"{RESCUED_NAME_START}*")
    ((model, _),) = window.session.unsaved_models

    def next_start() -> MainWindow:
        later = MainWindow(Session(), WindowPreferences())
        qtbot.addWidget(later)
        with qtbot.waitExposed(later):
            later.show()
        qtbot.waitUntil(later.rescued_offer.isVisible)
        return later

    later = next_start()
    assert f"It is kept as {kept}" in later.rescued_offer.label.full_text
    later.close()
    models_folder().unlink()
    later = next_start()
    (saved,) = models_folder().glob("*.npz")
    assert not kept.exists()
    assert f"It is saved now as {saved}" in later.rescued_offer.label.full_text
    with qtbot.waitSignal(later.session.model_changed):
        qtbot.mouseClick(later.rescued_offer.open_button, Qt.MouseButton.LeftButton)
    assert later.session.model is not None
    np.testing.assert_array_equal(later.session.model.parameters, model.parameters)
    assert later.rescued_offer.isHidden()
    later.close()
    assert not list(user_files.glob(f"{RESCUED_NAME_START}*"))


def test_a_model_that_was_not_saved_can_be_discarded(window: MainWindow, qtbot: QtBot) -> None:
    assert window.session.model is not None
    for name in ("first", "second"):
        model = replace(window.session.model, card=ModelCard(name))
        window.session.add_unsaved_model(f"The {name} could not be saved.", model)
    assert not window.close()
    for name in ("first", "second"):
        assert question(window).text() == f"The {name} could not be saved."
        question(window).button(QMessageBox.StandardButton.Discard).click()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qtbot.waitUntil(window.isHidden)


def test_a_model_that_cannot_be_saved_in_the_other_place_either_keeps_the_window_open(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    assert window.session.model is not None
    window.session.add_unsaved_model("It could not be saved.", window.session.model)
    assert not window.close()
    question(window).button(QMessageBox.StandardButton.Save).click()
    (tmp_path / "file").touch()
    (dialog,) = window.findChildren(QFileDialog)
    with qtbot.waitSignal(window.session.error_message):
        dialog.fileSelected.emit(str(tmp_path / "file" / "a.digitnet"))
    assert window.isVisible()
    window.session.discard_unsaved(window.session.model)
    assert window.isVisible()


def test_a_long_name_does_not_widen_the_window(window: MainWindow) -> None:
    before = window.minimumSizeHint().width()
    model = window.session.model
    assert model is not None
    long = replace(model, card=replace(model.card, name="W" * 2000))
    window.session.select_model(LoadedModel.from_model(long), None)
    assert "…" in window.header.model_button.text()
    assert window.minimumSizeHint().width() < before + 300


def test_the_theme_menu_overrides_the_system_and_is_saved(window: MainWindow, qapp: QApplication) -> None:
    def lightness() -> int:
        return window.palette().color(QPalette.ColorRole.Window).lightness()

    window.set_appearance(Appearance(ThemeChoice.DARK))
    assert lightness() < 128
    assert WindowPreferences().appearance.theme is ThemeChoice.DARK
    window.set_appearance(Appearance(ThemeChoice.LIGHT))
    assert lightness() > 128


def test_ctrl_and_a_number_select_a_tab_and_f11_toggles_full_screen(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.tabs.currentWidget() is window.draw_tab
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.tabs.currentWidget() is window.train_tab
    qtbot.keyClick(window, Qt.Key.Key_F11)
    qtbot.waitUntil(window.isFullScreen)
    qtbot.keyClick(window, Qt.Key.Key_F11)
    qtbot.waitUntil(lambda: not window.isFullScreen())


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_it_fits_a_small_screen(window: MainWindow, qtbot: QtBot, qapp: QApplication, scale: float) -> None:
    before = qapp.font()
    font = qapp.font()
    font.setPointSizeF(font.pointSizeF() * scale)
    qapp.setFont(font)
    try:
        for row in TABS:
            window.tab(row.tab)  # builds it
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        deliver_events()
        assert window.minimumSizeHint().width() <= 1280
        assert window.minimumSizeHint().height() <= 680
    finally:
        qapp.setFont(before)


def test_the_window_restores_its_height(qtbot: QtBot) -> None:
    first = MainWindow(Session(), WindowPreferences())
    qtbot.addWidget(first)
    first.resize(780, 611)  # the screen of the offscreen platform, 800 x 800, limits the width
    first.show()
    first.close()
    second = MainWindow(Session(), WindowPreferences())
    qtbot.addWidget(second)
    assert second.height() == 611
    second.close()


def test_a_run_can_be_trained_further_several_times_with_other_rates(window: MainWindow, qtbot: QtBot) -> None:
    choose_small_network(window, epochs=3)
    tab, learning = window.train_tab, window.train_tab.settings.learning
    click(qtbot, window, "train_button")
    qtbot.waitUntil(lambda: state(window) is RunState.IDLE and tab.buttons.train_further_button.isEnabled())
    for epochs, rate, total in ((2, 0.0005, 5), (4, 0.0001, 9)):
        learning.edits["epochs"].setText(str(epochs))
        learning.learning_rate.setText(str(rate))
        tab.settings.network.hidden_layers.setText("32")  # a run that is trained on cannot use this change
        assert not tab.buttons.train_further_button.isEnabled()
        tab.settings.network.hidden_layers.setText("16")
        assert tab.buttons.train_further_button.full_text == f"Train further: 784-16-10, epoch {total - epochs}"
        assert f"{epochs} more epochs with the rate {rate:g}" in tab.buttons.train_further_button.toolTip()
        click(qtbot, window, "train_further_button")
        qtbot.waitUntil(lambda: state(window) is RunState.IDLE)
        assert tab.settings.network.hidden_layers.text() == "16"
        x, _ = tab.curves.run.batch_loss.points()
        assert (round(x[0], 1), x[-1]) == (0.1, total)
        assert tab.progress.texts()[0] == f"epoch {total} of {total}"
    learning.edits["epochs"].setText("0")
    assert not tab.buttons.train_further_button.isEnabled()


def test_a_logged_run_is_selected_and_trained_further_after_a_restart(window: MainWindow, qtbot: QtBot) -> None:
    choose_small_network(window, epochs=2)
    click(qtbot, window, "train_button")
    qtbot.waitUntil(lambda: window.session.ended_run is not None and state(window) is RunState.IDLE)
    window.session._set_ended_run(None)  # a restart has the same effect
    assert not window.train_tab.buttons.train_further_button.isEnabled()
    window.tabs.setCurrentWidget(window.runs_tab)
    window.runs_tab.view.select_runs({1})
    qtbot.mouseClick(window.runs_tab.actions_row.continue_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.train_tab.buttons.train_further_button.isEnabled())
    assert window.tabs.currentWidget() is window.train_tab
    window.train_tab.settings.learning.edits["epochs"].setText("1")
    click(qtbot, window, "train_further_button")
    qtbot.waitUntil(lambda: window.train_tab.progress.texts()[0] == "epoch 3 of 3" and state(window) is RunState.IDLE)
    x, _ = window.train_tab.curves.run.batch_loss.points()
    assert (x[0] < 1, x[-1]) == (True, 3)


def test_a_rerun_repeats_the_changes_of_the_learning_rate_and_gives_the_same_bits(
    window: MainWindow, qtbot: QtBot
) -> None:
    choose_small_network(window, epochs=2)
    window.train_tab.settings.learning.choices["schedule"].choose("constant")
    click(qtbot, window, "train_button")
    qtbot.waitUntil(
        lambda: state(window) is RunState.IDLE and window.train_tab.buttons.train_further_button.isEnabled()
    )
    window.train_tab.settings.learning.learning_rate.setText("0.01")
    click(qtbot, window, "train_further_button")
    qtbot.waitUntil(lambda: window.train_tab.progress.texts()[0] == "epoch 4 of 4" and state(window) is RunState.IDLE)
    first = trained(window, qtbot).parameters
    window.tabs.setCurrentWidget(window.runs_tab)
    window.runs_tab.view.select_runs({2})
    qtbot.mouseClick(window.runs_tab.actions_row.rerun, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: state(window) is not RunState.IDLE)
    model = trained(window, qtbot)
    assert model.parameters is not first
    np.testing.assert_array_equal(model.parameters, first)


def choose_recipe(window: MainWindow, name: str) -> None:
    choice = window.train_tab.settings.recipes.choice
    choice.setCurrentIndex(choice.findData(name))
    choice.activated.emit(choice.currentIndex())


def logged(window: MainWindow) -> list[LoggedRun]:
    with RunLog(run_log_path()) as log:
        return log.runs()


def test_a_function_is_fitted_and_logged_and_can_be_fitted_again(window: MainWindow, qtbot: QtBot) -> None:
    tab = window.train_tab
    choose_recipe(window, "sine")
    tab.settings.curve.function.setText("cos(x) * 10")
    tab.settings.curve.points.setText("40")
    tab.settings.learning.edits["epochs"].setText("10")
    assert tab.charts.fit.isVisible()
    assert tab.charts.fit.live.dots.getData()[1][0] == pytest.approx(10)
    click(qtbot, window, "train_button")
    qtbot.waitUntil(lambda: state(window) is RunState.IDLE and "Finished" in tab.progress.texts()[3])
    assert tab.charts.fit.small[0].caption.text() == "epoch 10"
    (run,) = logged(window)
    assert run.settings.data == "40 points of cos(x) * 10, x from -2*pi to 2*pi"
    choose_recipe(window, "quick")
    assert not tab.charts.fit.isVisible()
    window.training_actions.rerun(run)
    qtbot.waitUntil(lambda: state(window) is RunState.IDLE and len(logged(window)) == 2)
    assert [each.training_loss for each in logged(window)] == [run.training_loss] * 2
    assert tab.charts.fit.isVisible()


def test_a_file_of_points_is_fitted_and_an_invalid_file_gives_a_message(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    tab, curve = window.train_tab, window.train_tab.settings.curve
    choose_recipe(window, "sine")
    (tmp_path / "bad.csv").write_text("1,2\n3,hello\n")
    curve.path_chosen.emit(tmp_path / "bad.csv")
    qtbot.waitUntil(lambda: "row 2" in curve.rows["file"].message.text())
    (tmp_path / "good.csv").write_text("".join(f"{x},{x * x}\n" for x in range(30)))
    curve.path_chosen.emit(tmp_path / "good.csv")
    qtbot.waitUntil(lambda: tab.settings.curve.line == "good.csv: 30 points")
    assert tab.charts.fit.live.dots.getData()[1][-1] == 29 * 29
    tab.settings.learning.edits["epochs"].setText("3")
    click(qtbot, window, "train_button")
    qtbot.waitUntil(lambda: state(window) is RunState.IDLE and "Finished" in tab.progress.texts()[3])
    assert [run.settings.data for run in logged(window)] == ["good.csv"]


def test_a_learning_rate_is_found_and_a_search_can_be_cancelled(window: MainWindow, qtbot: QtBot) -> None:
    learning = window.train_tab.settings.learning
    choose_small_network(window)
    qtbot.mouseClick(learning.finding.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: learning.rows["learning_rate"].message.text().startswith("The loss fell fastest"))
    assert 1e-4 < learning.values()["learning_rate"] < 1
    qtbot.waitUntil(learning.finding.start.isEnabled)
    found = learning.learning_rate.text()
    learning.batch.choose("one")
    qtbot.mouseClick(learning.finding.start, Qt.MouseButton.LeftButton)
    assert learning.finding.stop.isEnabled()
    qtbot.mouseClick(learning.finding.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(learning.finding.start.isEnabled)
    assert learning.learning_rate.text() == found
    assert logged(window) == []


def test_the_drawing_and_the_epochs_of_the_last_window_are_there_again(window: MainWindow, qtbot: QtBot) -> None:
    choose_small_network(window, epochs=2)
    click(qtbot, window, "train_button")
    model = trained(window, qtbot)
    qtbot.mouseClick(window.train_tab.outcome_bar.try_button, Qt.MouseButton.LeftButton)
    assert window.tabs.currentWidget() is window.draw_tab
    slider = window.draw_tab.snapshot_row.slider
    # Steps 0, 1, 3 and 10, epoch 1, step 30, epoch 2.
    qtbot.waitUntil(lambda: window.session.model_is_latest_snapshot and slider.maximum() == 6)
    draw_a_one(qtbot, window)
    drawn = window.draw_tab.canvas.drawing.ink().strokes[0]
    assert window.close()
    later = MainWindow(Session(), WindowPreferences())
    qtbot.addWidget(later)
    later.session.open_last_snapshots()
    canvas = later.draw_tab.canvas
    later.show()
    qtbot.waitUntil(lambda: bool(canvas.drawing.ink().strokes))
    deliver_events()
    assert later.tabs.currentWidget() is not later.draw_tab
    assert later.messages.text == ""
    later.tabs.setCurrentWidget(later.draw_tab)
    qtbot.waitUntil(lambda: later.messages.text == "Your last drawing is on the canvas again.")
    np.testing.assert_array_equal(canvas.drawing.ink().strokes[0], drawn)
    row = later.draw_tab.snapshot_row
    qtbot.waitUntil(lambda: row.slider.maximum() == 7)  # the model in use is another one
    row.slider.setValue(6)
    network = later.draw_tab.network
    assert network is not None
    np.testing.assert_array_equal(network.parameters.values, model.parameters)
    assert later.close()


def test_a_kept_model_is_used_and_its_settings_are_opened_in_train(
    window: MainWindow, qtbot: QtBot, user_files: Path
) -> None:
    settings = {"learning_rate": 0.125, "epochs": 3}
    path = keep_model(1, small_model("784-4-10", test_accuracy=0.5, settings=settings))
    ModelLibrary(pytest.fail).set_label(path, name="four units")
    tab = window.models_tab
    with qtbot.waitSignal(tab.work.listed):
        window.tabs.setCurrentWidget(tab)
    tab.list.select({path})
    with qtbot.waitSignal(window.session.model_changed):
        qtbot.mouseClick(tab.actions_row.use, Qt.MouseButton.LeftButton)
    assert window.session.model is not None
    assert window.session.model.card.name == "four units"
    assert tab.list.is_in_use(tab.list.shown[0])
    qtbot.mouseClick(tab.actions_row.settings, Qt.MouseButton.LeftButton)
    panel = window.train_tab.settings
    assert window.tabs.currentWidget() is window.train_tab
    assert (panel.spec().widths, panel.config().learning_rate) == ((784, 4, 10), 0.125)
    window.tabs.setCurrentWidget(tab)
    with qtbot.waitSignal(tab.work.deleted):
        qtbot.mouseClick(tab.actions_row.delete, Qt.MouseButton.LeftButton)
    assert window.session.model.card.name == "four units", "a deleted model stays in use"
    assert not path.exists()


def test_a_new_name_of_the_model_in_use_is_shown_everywhere_at_once(
    window: MainWindow, qtbot: QtBot, user_files: Path
) -> None:
    path = keep_model(1, small_model("784-4-10", test_accuracy=0.5))
    with qtbot.waitSignal(window.session.model_changed):
        window.session.open_model(path)
    network, evaluate, tab = window.session.network, window.evaluate_tab, window.models_tab
    window.tabs.setCurrentWidget(evaluate)
    qtbot.waitUntil(lambda: evaluate.result is not None and evaluate.is_settled)
    result = evaluate.result
    with qtbot.waitSignal(tab.work.listed):
        window.tabs.setCurrentWidget(tab)
    tab.list.select({path})
    qtbot.mouseClick(tab.actions_row.rename, Qt.MouseButton.LeftButton)
    name = tab.pages.details.name
    name.selectAll()
    qtbot.keyClicks(name, "four units")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    header = window.header.model_button
    qtbot.waitUntil(lambda: header.text().startswith("model: four units"))
    assert window.draw_tab.model_label.full_text.startswith("Read by four units")
    assert evaluate.header.about.full_text.endswith("· four units")
    assert "In use: four units" in window.train_tab.outcome_bar.sentence.full_text
    assert tab.list.is_in_use(tab.list.selected()[0])
    assert window.session.network is network
    assert evaluate.result is result, "nothing is computed again"


def test_the_model_of_a_run_is_kept_under_a_name(window: MainWindow, qtbot: QtBot, user_files: Path) -> None:
    choose_small_network(window, epochs=1)
    click(qtbot, window, "train_button")
    trained(window, qtbot)
    qtbot.mouseClick(window.train_tab.outcome_bar.keep_button, Qt.MouseButton.LeftButton)
    dialog = window.findChild(KeepModelDialog)
    assert dialog is not None
    assert dialog.name.text() == "784-16-10"
    dialog.name.clear()
    assert not dialog.keep_button.isEnabled()
    qtbot.keyClicks(dialog.name, "for the class")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.messages.text.startswith("Kept as “for the class”"))
    assert [model.name for model in ModelLibrary(pytest.fail).models() or ()] == ["for the class"]
    assert "for the class" in window.train_tab.outcome_bar.sentence.full_text


def test_the_models_tab_reads_the_drawing_on_the_canvas(window: MainWindow, qtbot: QtBot, user_files: Path) -> None:
    path = keep_model(1)
    tab = window.models_tab
    with qtbot.waitSignal(tab.work.listed):
        window.tabs.setCurrentWidget(tab)
    with qtbot.waitSignal(tab.work.networks_loaded):
        tab.list.select({path})
        tab.pages.pages.setCurrentIndex(1)
    qtbot.mouseClick(tab.pages.image_page.draw_button, Qt.MouseButton.LeftButton)
    assert window.tabs.currentWidget() is window.draw_tab
    draw_a_one(qtbot, window)
    qtbot.waitUntil(lambda: window.draw_tab.prediction is not None)
    window.tabs.setCurrentWidget(tab)
    first, second = tab.pages.image_page.columns
    assert first.bars.winner == 1
    assert second.bars.probabilities is not None


def test_a_drawing_is_pinned_in_draw_and_shown_in_train_until_it_is_removed(window: MainWindow, qtbot: QtBot) -> None:
    assert not window.draw_tab.pin_action.isEnabled()  # nothing is drawn
    draw_a_one(qtbot, window)
    window.draw_tab.throttle.flush()
    image = window.draw_tab.image
    assert image is not None
    window.draw_tab.pin_action.trigger()
    pinned = window.train_tab.pinned
    window.tabs.setCurrentWidget(window.train_tab)
    assert pinned.isVisible()
    np.testing.assert_array_equal(pinned.picture.image, image)
    assert pinned.model_label.full_text == "read by handwriting"
    choose_small_network(window, epochs=1)
    click(qtbot, window, "train_button")
    trained(window, qtbot)
    model = window.session.model
    assert model is not None
    assert pinned.model_label.full_text == f"read by {model.card.name}"
    expected = model.network().predict((image.reshape(1, -1) / 255).astype(np.float32))[0]
    assert pinned.bars.probabilities == pytest.approx(expected, abs=1e-6)
    later = MainWindow(Session(), WindowPreferences())
    qtbot.addWidget(later)
    np.testing.assert_array_equal(later.train_tab.pinned.picture.image, image)
    later.close()
    pinned.close_button.click()
    assert not pinned.isVisible()
    assert WindowPreferences().pinned_drawing is None


def test_the_steps_of_the_last_run_are_selected_in_inside_and_in_draw_together(
    window: MainWindow, qtbot: QtBot
) -> None:
    draw, inside, spec = window.draw_tab, window.inside_tab, NetworkSpec.dense((784, 16, 10))
    assert inside.snapshot_row.isHidden()
    draw_a_one(qtbot, window)
    draw.throttle.flush()
    window.tabs.setCurrentWidget(inside)
    snapshots = Snapshots(spec)
    snapshots.add(TrainingPoint(0, 0), Network(spec, seed=0))
    window.session.snapshots_created.emit(snapshots, 3)
    assert inside.snapshot_row.isHidden()  # there is nothing to select yet
    for step in (1, 3):
        snapshots.add(TrainingPoint(1, step, ends_epoch=False), Network(spec, seed=step))
    window.session.snapshots_grown.emit()
    assert inside.snapshot_row.isVisible()
    inside.snapshot_row.slider.setValue(1)
    assert draw.snapshot_row.choice == TrainingPoint(1, 1, ends_epoch=False)
    assert "step 1 of the last run" in draw.model_label.full_text
    inside.throttle.flush()
    assert inside.inspection is not None
    network = Network(spec, seed=1)
    np.testing.assert_array_equal(inside.inspection.network.parameters.values, network.parameters.values)
    assert inside.model_label.full_text.startswith("Inside step 1 of the last run, 784-16-10")
    qtbot.waitUntil(lambda: all(inside.snapshot_row.strip.answers[:3]))
    # A point that the other row does not show yet.
    snapshots.add(TrainingPoint(1, 10, ends_epoch=False), Network(spec, seed=10))
    draw.snapshot_row.refresh()
    draw.snapshot_row.slider.setValue(3)
    assert inside.snapshot_row.choice == draw.snapshot_row.choice == TrainingPoint(1, 10, ends_epoch=False)
    draw.snapshot_row.slider.setValue(draw.snapshot_row.slider.maximum())
    assert inside.snapshot_row.choice is None
    inside.throttle.flush()
    assert inside.inspection is not None
    assert inside.inspection.network is window.session.network


def test_inside_follows_the_training_within_an_epoch_and_says_whose_numbers_these_are(
    window: MainWindow, qtbot: QtBot
) -> None:
    session, inside, spec = window.session, window.inside_tab, NetworkSpec.dense((784, 16, 10))
    in_use = session.network
    draw_a_one(qtbot, window)
    assert inside.follow.isHidden()
    session.start_training(spec, TrainingConfig(epochs=100_000), paused=True)
    qtbot.waitUntil(lambda: session.run_state is RunState.PAUSED)
    assert not session._training_is_watched  # nobody sees it
    window.tabs.setCurrentWidget(inside)
    assert inside.follow.isVisible()
    assert session.network is in_use
    for step in (1, 2, 3):
        words = f"in training, epoch 1 of 100,000, step {step}): your drawing"
        qtbot.waitUntil(lambda words=words: words in inside.model_label.full_text)  # type: ignore[misc]
        assert inside.inspection is not None
        assert session.snapshots is not None
        if step != 2:  # which has no snapshot
            shown, point = inside.inspection.network.parameters.values, TrainingPoint(1, step, ends_epoch=False)
            np.testing.assert_array_equal(shown, session.snapshots.values(point))
        session.step()
    session.resume()
    qtbot.waitUntil(lambda: int(re.findall(r"step ([\d,]+)", inside.model_label.full_text)[-1].replace(",", "")) > 20)
    session.pause()
    inside.follow.click()  # the model in use again
    inside.throttle.flush()
    assert inside.inspection is not None
    assert inside.inspection.network is window.draw_tab.network
    assert not session._training_is_watched
    inside.follow.click()
    assert session._training_is_watched
    inside.snapshot_row.slider.setValue(0)  # an earlier step is selected instead
    assert not session._training_is_watched
    inside.snapshot_row.select_current_model()
    window.tabs.setCurrentWidget(window.train_tab)
    assert not session._training_is_watched
    window.tabs.setCurrentWidget(inside)
    session.stop()
    qtbot.waitUntil(lambda: session.run_state is RunState.IDLE)
    inside.throttle.flush()
    assert inside.follow.isHidden()
    assert inside.inspection.network is window.draw_tab.network
    assert "in training" not in inside.model_label.full_text


def test_draw_reads_with_the_network_in_training_once_that_is_in_use(window: MainWindow, qtbot: QtBot) -> None:
    session, draw, spec = window.session, window.draw_tab, NetworkSpec.dense((784, 16, 10))
    session._use_model(LoadedModel.from_model(small_model()), None)  # it reads worse than the run
    draw_a_one(qtbot, window)
    session.start_training(spec, TrainingConfig(epochs=100_000))
    qtbot.waitUntil(lambda: session.model_follows_run)
    assert not session._training_is_watched
    window.tabs.setCurrentWidget(draw)
    qtbot.waitUntil(lambda: "in training" in draw.model_label.full_text)
    session.pause()
    draw.network_pane.throttle.flush()
    live, shown = draw.network, draw.network_pane.view.inspection
    assert live is not None
    assert shown is not None
    assert shown.network is live
    assert ": now " in draw.snapshot_row.caption.full_text
    window.tabs.setCurrentWidget(window.train_tab)
    assert draw.network is session.network  # the last that the run has sent to the whole window
    session.stop()
    qtbot.waitUntil(lambda: session.run_state is RunState.IDLE)
