"""A log with four runs, and the Runs tab that shows it, with the app's style sheet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.storage.paths import run_log_path, runs_folder
from app.storage.run_process import process_description
from app.style.theme import ThemeChoice
from app.tabs.runs.runs_tab import RunsTab
from nncore.experiments.run_log.log import RunLog, RunSettings
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from nncore.training.history import EpochFigures
from tests.app.theme_choice import apply_theme

CURVE = np.array([[1, 2, 3, 4], [2.0, 1.0, 0.5, 0.4], [0.1, 0.5, 0.8, 0.9]], np.float32)
ROWS: list[EpochFigures] = [
    {"epoch": 1, "training_loss": 1.0, "validation_loss": 1.1, "validation_accuracy": 0.5},
    {"epoch": 2, "training_loss": 0.5, "validation_loss": 0.6, "validation_accuracy": 0.7},
]

FINISHED, INTERRUPTED, INTERRUPTED_EARLY, RUNNING = 1, 2, 3, 4
"""The runs: a finished one, an interrupted one to continue, one interrupted before its first epoch, a running one."""


@pytest.fixture(autouse=True)
def light_theme(qapp: QApplication) -> None:
    if not qapp.styleSheet():
        apply_theme(qapp, ThemeChoice.LIGHT)


@pytest.fixture
def log_path(user_files: Path) -> Path:
    with RunLog(run_log_path()) as log:
        for number, (name, process) in enumerate(
            (("alpha", ""), ("beta", ""), ("gamma", ""), ("delta", process_description())), start=1
        ):
            config = TrainingConfig(learning_rate=number / 100)
            settings = RunSettings(name, NetworkSpec.dense((784, 8 * number, 10)), config, data="MNIST", recipe="quick")
            log.begin(settings, process, f"{name}.checkpoint", f"2026-01-0{number}T09:30:00.000")
            if number != INTERRUPTED_EARLY:
                log.add_epochs(number, ROWS, CURVE, epochs=2, steps=4, best_accuracy=0.7, training_loss=0.5)
        log.end(FINISHED, "finished", test_accuracy=0.75, seconds=65)
    (runs_folder() / "beta.checkpoint").touch()
    return run_log_path()


@pytest.fixture
def tab(qtbot: QtBot, user_files: Path) -> Iterator[RunsTab]:
    """The tab, not visible yet."""
    tab = RunsTab()
    tab.resize(1350, 640)
    qtbot.addWidget(tab)
    yield tab
    assert tab.finish()
