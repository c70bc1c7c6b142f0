"""Tests of the Train tab run in the light theme, some of them with a larger font."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.style.theme import ThemeChoice
from tests.app.theme_choice import apply_theme


@pytest.fixture(autouse=True)
def light_theme(qapp: QApplication) -> None:
    if not qapp.styleSheet():  # applying it again is slow, and the theme stays
        apply_theme(qapp, ThemeChoice.LIGHT)


@pytest.fixture
def enlarge_font(qapp: QApplication) -> Iterator[Callable[[float], None]]:
    """Multiply the font size of the application by a factor until the test ends."""
    before = qapp.font()

    def enlarge(scale: float) -> None:
        font = qapp.font()
        font.setPointSizeF(before.pointSizeF() * scale)
        qapp.setFont(font)
        apply_theme(qapp, ThemeChoice.LIGHT)

    yield enlarge
    qapp.setFont(before)
    apply_theme(qapp, ThemeChoice.LIGHT)
