from __future__ import annotations

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import LIGHT, ThemeChoice, apply_theme
from app.tabs.my_hand.digit_prompt import Prompt


def test_the_digit_is_seen_and_heard(qapp: QApplication, qtbot: QtBot) -> None:
    apply_theme(qapp, ThemeChoice.LIGHT)
    prompt = Prompt()
    qtbot.addWidget(prompt)
    prompt.resize(prompt.sizeHint())
    blank = prompt.grab().toImage()
    prompt.set_digit(8)
    assert prompt.accessibleName() == "Write an 8"
    eight = prompt.grab().toImage()
    prompt.set_digit(7)
    assert len({image.cacheKey() for image in (blank, eight)}) == 2
    assert eight != prompt.grab().toImage()
    inked = [
        (x, y)
        for x in range(eight.width())
        for y in range(eight.height())
        if eight.pixelColor(x, y).name() == LIGHT.text.lower()
    ]
    tops = [y for _, y in inked]
    assert min(tops) > 0
    assert max(tops) < eight.height() - 1
    assert max(tops) - min(tops) > 0.6 * eight.height()
    prompt.set_digit(None)
    assert prompt.grab().toImage() == blank
