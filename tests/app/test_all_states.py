"""Every tab, dialog and menu, in all its states: it fits a laptop's screen, and can be read and seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from app.style.theme import Appearance, ThemeChoice, apply_appearance
from app.widgets.layouts.scroll_page import ScrollPage
from app.window.main_window import MainWindow
from tests.app.contrast import faint_parts
from tests.app.fitting import problems, shown_widgets
from tests.screenshots.stage import SCREEN
from tests.screenshots.tour import all_states

LARGEST = 2.0
"""The text size at which colours are measured: thin strokes of smaller letters are paler than their colour."""

APPEARANCES = [
    Appearance(theme, scale, projector)
    for theme in (ThemeChoice.LIGHT, ThemeChoice.DARK)
    for scale, projector in ((1.0, False), (1.5, False), (LARGEST, False), (1.0, True))
]

SCROLLING = {"train all settings", "train last settings", "train curve", "inside", "inside convolution",
             "inside batch norm", "inside derivation"}  # fmt: skip
"""States with so much in them that the page scrolls even at 100 %."""


@pytest.fixture(autouse=True)
def usual_appearance(qapp: QApplication) -> Iterator[None]:
    yield
    apply_appearance(qapp, Appearance(ThemeChoice.LIGHT))


def too_large(widget: QWidget) -> list[str]:
    """Whether the widget does not fit the screen, or needs more than it."""
    needed = widget.size() if not isinstance(widget, MainWindow) else widget.minimumSizeHint()
    fits = needed.width() <= SCREEN[0] and needed.height() <= SCREEN[1]
    return [] if fits else [f"needs {needed.width()} x {needed.height()} pixels"]


def scrolling_pages(widget: QWidget) -> list[str]:
    """The pages of the window that are higher than their place."""
    scrolls = [each for each in shown_widgets(widget) if isinstance(each, ScrollPage)]
    heights = [(page.height(), each.viewport().height()) for each in scrolls if (page := each.widget()) is not None]
    return [f"a page of {height} pixels in {room}" for height, room in heights if height > room]


@pytest.mark.exhaustive
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("appearance", APPEARANCES, ids=str)
def test_every_state_fits_a_small_screen_and_can_be_read(qapp: QApplication, appearance: Appearance) -> None:
    found = {}
    for name, _, widget in all_states(qapp, [appearance]):
        wrong = too_large(widget)
        if not isinstance(widget, QFileDialog):  # Qt lays it out
            wrong += problems(widget)
        if appearance.text_scale == LARGEST:
            wrong += faint_parts(widget)
        if appearance.text_scale == 1.0 and not appearance.projector and name not in SCROLLING:
            wrong += scrolling_pages(widget)
        if wrong:
            found[name] = wrong
    assert found == {}, "\n".join(f"{name}: {each}" for name, wrong in found.items() for each in wrong)
