"""The Models tab with kept models, and the app's style sheet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import ThemeChoice
from app.tabs.models.models_tab import ModelsTab
from nncore.model.network import NetworkSpec
from tests.app.storage.kept_models import keep_model, small_model
from tests.app.theme_choice import apply_theme


@pytest.fixture(autouse=True)
def light_theme(qapp: QApplication) -> None:
    if not qapp.styleSheet():
        apply_theme(qapp, ThemeChoice.LIGHT)


@pytest.fixture
def three_models(user_files: Path) -> list[Path]:
    """The oldest first: two for digits, and one with a single input."""
    curve = NetworkSpec.dense((1, 5, 10), input_shape=(1,))
    settings = {"learning_rate": 0.25, "epochs": 3}
    return [
        keep_model(1, small_model("one", seed=1, created="2026-01-01", test_accuracy=0.9, settings=settings)),
        keep_model(2, small_model("two", seed=2, created="2026-01-02", test_accuracy=0.5)),
        keep_model(3, small_model("curve", spec=curve, created="2026-01-03")),
    ]


@pytest.fixture
def tab(qtbot: QtBot, user_files: Path) -> Iterator[ModelsTab]:
    """The tab, not visible yet."""
    tab = ModelsTab()
    tab.resize(1350, 640)
    qtbot.addWidget(tab)
    yield tab
    assert tab.finish()
