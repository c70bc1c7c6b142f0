"""Tests of the Evaluate tab run in the light theme."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from app.style.theme import ThemeChoice
from tests.app.theme_choice import apply_theme


@pytest.fixture(autouse=True)
def light_theme(qapp: QApplication) -> None:
    if not qapp.styleSheet():  # applying it again is slow
        apply_theme(qapp, ThemeChoice.LIGHT)
