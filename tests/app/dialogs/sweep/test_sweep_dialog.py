"""The sweep dialog shows the number of runs, trains and logs them, and compares them in a plot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.dialogs.sweep.kept_values import EXAMPLE_VALUES
from app.dialogs.sweep.sweep_dialog import ALL_SETTINGS, SweepDialog
from app.dialogs.sweep.sweep_plot import PARAMETERS, TIME
from nncore.data.dataset import Splits
from nncore.experiments.recipes import RECIPES
from nncore.experiments.run_log.log import RunLog, RunSettings
from nncore.training import TrainingConfig
from tests.app.odd_texts import ODD_TEXTS
from tests.nncore.runs import SMALL, few_digits

BASE = RunSettings("rates", SMALL, TrainingConfig(epochs=1), data="", machine="a machine", recipe="quick")


@pytest.fixture
def dialog(qtbot: QtBot, tmp_path: Path) -> Iterator[SweepDialog]:
    dialog = SweepDialog(BASE, few_digits(), tmp_path / "runs.sqlite")
    qtbot.addWidget(dialog)
    dialog.show()
    for entry in dialog.entries.values():
        entry.clear()
    yield dialog
    assert dialog.finish()


def press(dialog: SweepDialog, qtbot: QtBot) -> None:
    qtbot.mouseClick(dialog.buttons.start, Qt.MouseButton.LeftButton)


def test_the_number_of_runs_is_shown(dialog: SweepDialog, qtbot: QtBot) -> None:
    assert dialog.count.text() == "1 run"
    qtbot.keyClicks(dialog.entries["learning_rate"], "0.1 0.01 0.001")
    qtbot.keyClicks(dialog.entries["seed"], "0 1")
    assert dialog.count.text() == "6 runs"
    assert dialog.entries["hidden"].placeholderText() == "16 (current)"


def test_an_invalid_value_is_marked(dialog: SweepDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.entries["optimizer"], "adam bogus")
    assert "bogus" in dialog.form.rows["optimizer"].message.text()
    assert not dialog.buttons.start.isEnabled()
    dialog.entries["optimizer"].clear()
    assert dialog.buttons.start.isEnabled()


@pytest.mark.parametrize("typed", ODD_TEXTS)
def test_odd_text_in_any_field_is_read_or_rejected_beside_it(dialog: SweepDialog, typed: str) -> None:
    for field, entry in dialog.entries.items():
        entry.setText(typed)
        rejected = bool(dialog.form.rows[field].message.text() or dialog.problem.text())
        assert dialog.buttons.start.isEnabled() != rejected
        entry.clear()
    assert dialog.buttons.start.isEnabled()


def test_escape_and_the_button_of_the_window_close_the_dialog(dialog: SweepDialog, qtbot: QtBot) -> None:
    qtbot.keyClick(dialog.entries["epochs"], Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert dialog.findChild(QMessageBox) is None
    dialog.show()
    assert dialog.close()
    assert not dialog.isVisible()


def test_all_runs_are_trained_logged_and_drawn(dialog: SweepDialog, qtbot: QtBot, tmp_path: Path) -> None:
    qtbot.keyClicks(dialog.entries["learning_rate"], "0.001 0.01")
    qtbot.keyClicks(dialog.entries["hidden"], "8 none")
    logged: list[int] = []
    dialog.run_logged.connect(logged.append)
    press(dialog, qtbot)
    assert not dialog.entries["seed"].isEnabled()
    qtbot.waitUntil(lambda: "4 finished" in dialog.state_label.text())
    assert dialog.plot.best_in_words
    assert dialog.state_label.text() == f"4 finished. Best: {dialog.plot.best_in_words}."
    with RunLog(tmp_path / "runs.sqlite") as log:
        runs = log.runs()
    assert sorted(logged) == sorted(run.id for run in runs) == [1, 2, 3, 4]
    assert {run.settings.name for run in runs} == {
        f"rates: learning rate {rate}, hidden layers {width}" for rate in ("0.001", "0.01") for width in ("8", "none")
    }
    assert all(run.settings.machine == "a machine" for run in runs)
    offered = [dialog.x_axis_choice.itemData(n) for n in range(dialog.x_axis_choice.count())]
    assert offered == ["learning_rate", "hidden", TIME, PARAMETERS, ALL_SETTINGS]
    dialog.x_axis_choice.setCurrentIndex(offered.index(ALL_SETTINGS))
    assert dialog.parallel.isVisible()
    assert len(dialog.parallel.best_line.getData()[0]) == 3
    for number in range(4):
        dialog.x_axis_choice.setCurrentIndex(number)
        assert dialog.plot.plot.accessibleDescription().count("%") == 4
        assert not dialog.grab().isNull()


def test_a_sweep_can_be_stopped(dialog: SweepDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.entries["epochs"], "1000000")
    qtbot.keyClicks(dialog.entries["seed"], "0 1 2 3 4 5")
    press(dialog, qtbot)
    qtbot.waitUntil(lambda: "runs" in dialog.state_label.text())
    press(dialog, qtbot)  # Run does nothing now
    assert dialog.buttons.stop.isEnabled()
    qtbot.mouseClick(dialog.buttons.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.buttons.start.isEnabled)
    assert {result.state for result in dialog.results} <= {"stopped"}
    assert dialog.entries["seed"].isEnabled()


@pytest.mark.parametrize("by_key", [True, False])
def test_a_closed_dialog_is_deleted(qtbot: QtBot, tmp_path: Path, by_key: bool) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = SweepDialog.deleted_on_close(BASE, few_digits(), None, window, tmp_path / "values.json")
    dialog.show()
    with qtbot.waitSignal(dialog.destroyed):
        if by_key:
            qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        else:
            dialog.close()


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_escape_asks_before_it_stops_a_sweep(dialog: SweepDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.entries["epochs"], "1000000")
    qtbot.keyClicks(dialog.entries["seed"], "0 1")
    press(dialog, qtbot)
    qtbot.waitUntil(lambda: "runs" in dialog.state_label.text())
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    box = dialog.findChild(QMessageBox)
    assert box is not None
    assert dialog.isVisible()
    qtbot.mouseClick(box.button(QMessageBox.StandardButton.Cancel), Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    assert dialog.buttons.stop.isEnabled()
    qtbot.waitUntil(lambda: dialog.findChild(QMessageBox) is None)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    box = dialog.findChild(QMessageBox)
    assert box is not None
    qtbot.mouseClick(box.button(QMessageBox.StandardButton.Yes), Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    assert dialog.finish()


def test_settings_that_do_not_fit_the_data_are_rejected(dialog: SweepDialog, qtbot: QtBot) -> None:
    dialog.set_data(Splits(few_digits().training.take(slice(0, 0))))
    press(dialog, qtbot)
    qtbot.waitUntil(lambda: bool(dialog.problem.text()))
    assert "no examples" in dialog.problem.text()
    qtbot.waitUntil(lambda: not dialog.buttons.stop.isEnabled())
    assert not dialog.results


def test_without_data_the_run_button_is_disabled(qtbot: QtBot) -> None:
    dialog = SweepDialog(BASE, None, None)
    qtbot.addWidget(dialog)
    assert not dialog.buttons.start.isEnabled()
    assert "still being read" in dialog.buttons.start.toolTip()


def test_regression_runs_are_compared_by_loss(qtbot: QtBot, tmp_path: Path) -> None:
    sine = RECIPES["sine"]
    base = RunSettings(
        "fits", sine.spec, replace(sine.config, epochs=1), data="", recipe="sine", validation_fraction=0.1
    )
    dialog = SweepDialog(base, few_digits(), tmp_path / "runs.sqlite")
    qtbot.addWidget(dialog)
    dialog.show()
    for entry in dialog.entries.values():
        entry.clear()
    qtbot.keyClicks(dialog.entries["learning_rate"], "0.01 1e-9")
    press(dialog, qtbot)
    qtbot.waitUntil(lambda: "2 finished" in dialog.state_label.text())
    assert dialog.plot.plot.accessibleDescription().count("loss 0.") == 2
    assert dialog.x_axis_choice.accessibleName() == "Loss against"
    with RunLog(tmp_path / "runs.sqlite") as log:
        assert {(run.settings.data, run.settings.validation_fraction) for run in log.runs()} == {
            (sine.chosen().training.source, 0.0)
        }


def test_too_few_images_for_the_recipe_give_a_message(qtbot: QtBot) -> None:
    recipe = RECIPES["overfitting"]
    dialog = SweepDialog(
        RunSettings("few", recipe.spec, recipe.config, data="", recipe=recipe.name), few_digits(), None
    )
    qtbot.addWidget(dialog)
    dialog.show()
    press(dialog, qtbot)
    assert "1,000" in dialog.problem.text()
    assert not dialog.buttons.stop.isEnabled()


def test_the_time_of_the_sweep_is_shown_beside_the_number_of_runs(dialog: SweepDialog, qtbot: QtBot) -> None:
    dialog.entries["seed"].setText("1 2 3")
    assert dialog.count.text() == "3 runs"
    qtbot.waitUntil(lambda: dialog.count.text().startswith("3 runs, "), timeout=240_000)
    assert dialog.count.text().endswith(" s")
    dialog.entries["epochs"].setText("1000000")
    qtbot.waitUntil(lambda: dialog.count.text().endswith((" min", " h")), timeout=240_000)
    dialog.entries["epochs"].setText("none")
    assert dialog.count.text() == "no runs"


def test_typed_values_are_there_the_next_time_and_the_examples_can_be_restored(qtbot: QtBot, tmp_path: Path) -> None:
    def opened() -> SweepDialog:
        dialog = SweepDialog(BASE, few_digits(), None, values=tmp_path / "values.json")
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    first = opened()
    assert not first.kept_values.isVisible()
    first.entries["seed"].setText("1 2 nonsense")
    first.entries["batch_size"].clear()
    qtbot.waitUntil(lambda: not first.kept_values.saver.is_busy)  # as after a kill: it is not closed
    second = opened()
    assert second.kept_values.isVisible()
    assert second.entries["seed"].text() == "1 2 nonsense"
    assert second.entries["batch_size"].text() == ""
    qtbot.mouseClick(second.kept_values.button, Qt.MouseButton.LeftButton)
    assert not second.kept_values.isVisible()
    assert {setting: entry.text() for setting, entry in second.entries.items() if entry.text()} == EXAMPLE_VALUES
    second.close()
    assert not (tmp_path / "values.json").exists()
    first.close()
