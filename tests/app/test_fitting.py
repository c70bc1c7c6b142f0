"""Dialogs fit a laptop's screen of 1366 x 768 pixels, with fonts of 100 to 200 %; more in `test_all_states.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.dialogs.model_card import ModelCardDialog
from app.dialogs.recipes.recipe_page import RecipePage
from app.dialogs.sweep.sweep_dialog import SweepDialog
from app.style.theme import Appearance, ThemeChoice, apply_appearance
from app.window.process.crash_reporter import CrashDialog
from nncore.experiments.recipes import RECIPES
from nncore.experiments.run_log.log import RunSettings
from nncore.files.model_file import bundled_model_path, load_model
from nncore.training import TrainingConfig
from tests.app.fitting import overlaps, problems
from tests.nncore.runs import SMALL, few_digits
from tests.screenshots.stage import SCREEN, settle

WIDTH, HEIGHT = SCREEN

SIZES = pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])


@pytest.fixture(autouse=True)
def usual_appearance(qapp: QApplication) -> Iterator[None]:
    yield
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT))


def open_dialogs(qtbot: QtBot) -> list[QWidget]:
    """Open every dialog of our own, with long contents."""
    crash = CrashDialog("An unexpected error occurred.", "Your model and your drawings are kept.", Path("digitlab.log"))
    crash.add("ZeroDivisionError: division by zero, in a line of the program that is named here", "Traceback")
    base = RunSettings("rates", SMALL, TrainingConfig(epochs=1), data="", machine="a machine", recipe="quick")
    shown: list[QWidget] = [
        ModelCardDialog(load_model(bundled_model_path())),
        SweepDialog(base, few_digits(), None),
        RecipePage(RECIPES.values()),
        crash,
    ]
    for dialog in shown:
        qtbot.addWidget(dialog)
        dialog.show()
    return shown


@SIZES
def test_every_dialog_fits_a_small_screen(qtbot: QtBot, qapp: QApplication, scale: float) -> None:
    for theme in (ThemeChoice.LIGHT, ThemeChoice.DARK):
        apply_appearance(qapp, Appearance(theme, scale))
        for dialog in open_dialogs(qtbot):
            needed = dialog.minimumSizeHint()
            assert (needed.width() <= WIDTH, needed.height() <= HEIGHT) == (True, True), (dialog, needed)
            dialog.resize(dialog.size().boundedTo(QSize(WIDTH, HEIGHT)))
            settle()
            assert problems(dialog) == []
            dialog.close()


def test_a_text_that_is_cut_is_found(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(300, 100)
    label, button = QLabel("a text of some length", page), QPushButton("Train a network", page)
    label.resize(200, 30)
    button.setGeometry(0, 40, 250, 40)
    page.show()
    assert problems(page) == []
    label.resize(50, 30)
    button.resize(60, 40)
    assert len(problems(page)) == 2


def test_widgets_that_overlap_are_found(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(300, 100)
    for left in (0, 100):
        QLabel("loss", page).setGeometry(left, 0, 110, 40)
    page.show()
    assert len(overlaps(page)) == 1
