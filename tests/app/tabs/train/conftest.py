"""The Train tab in the app's own dress, and in large letters."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.style.theme import ThemeChoice, apply_theme


@pytest.fixture(autouse=True)
def light_theme(qapp: QApplication) -> None:
    if not qapp.styleSheet():  # applying it again is slow, and the theme stays
        apply_theme(qapp, ThemeChoice.LIGHT)


@pytest.fixture
def enlarge_font(qapp: QApplication) -> Iterator[Callable[[float], None]]:
    """Make the font of the whole application so many times as large, until the test is over."""
    before = qapp.font()

    def enlarge(scale: float) -> None:
        font = qapp.font()
        font.setPointSizeF(before.pointSizeF() * scale)
        qapp.setFont(font)
        apply_theme(qapp, ThemeChoice.LIGHT)

    yield enlarge
    qapp.setFont(before)
    apply_theme(qapp, ThemeChoice.LIGHT)
