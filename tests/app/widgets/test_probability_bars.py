"""Bars show the probabilities, the winner stands out, and the animation ends at the values."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QVariantAnimation
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import LIGHT, ThemeChoice
from app.widgets.probability_bars import ProbabilityBars
from tests.app.theme_choice import apply_theme

SEVEN = np.array([0.01, 0.02, 0.2, 0.0, 0.0, 0.0, 0.0, 0.75, 0.01, 0.01], np.float32)


@pytest.fixture
def bars(qapp: QApplication, qtbot: QtBot) -> ProbabilityBars:
    apply_theme(qapp, ThemeChoice.LIGHT)
    bars = ProbabilityBars()
    qtbot.addWidget(bars)
    bars.resize(500, 300)
    return bars


def length(image: QImage, bars: ProbabilityBars, digit: int, colour: str) -> int:
    """Pixels of `colour` along the middle of a digit's row."""
    row = round(bars.row_rect(digit).center().y())
    return sum(image.pixelColor(x, row) == QColor(colour) for x in range(image.width()))


def test_bars_show_the_probabilities_and_the_winner_has_its_colour(bars: ProbabilityBars) -> None:
    bars.set_probabilities(SEVEN)
    image = bars.grab().toImage()
    track = length(image, bars, 3, LIGHT.grid)
    assert track > 200
    assert length(image, bars, 7, LIGHT.winner) / track == pytest.approx(0.75, abs=0.02)
    assert length(image, bars, 2, LIGHT.bar) / track == pytest.approx(0.2, abs=0.02)
    assert all(length(image, bars, digit, LIGHT.winner) == 0 for digit in range(10) if digit != 7)


def test_without_an_answer_no_bar_has_the_colour_of_the_winner(bars: ProbabilityBars) -> None:
    bars.set_probabilities(SEVEN)
    bars.set_probabilities(SEVEN, has_answer=False)
    image = bars.grab().toImage()
    assert bars.winner is None
    assert all(length(image, bars, digit, LIGHT.winner) == 0 for digit in range(10))
    assert length(image, bars, 7, LIGHT.bar) > 100


def test_the_winner_is_bold(bars: ProbabilityBars) -> None:
    """The digit of the winner is bold: it has more ink than without winning."""

    def ink(probabilities: NDArray[np.float32]) -> int:
        bars.set_probabilities(probabilities)
        image, row = bars.grab().toImage(), bars.row_rect(7)
        rows = range(round(row.top()), round(row.bottom()))
        return sum(255 - image.pixelColor(x, y).lightness() for x in range(12) for y in rows)

    assert ink(SEVEN) > 1.1 * ink(np.roll(SEVEN, 1))


def test_probabilities_are_the_targets_during_the_animation(bars: ProbabilityBars, qtbot: QtBot) -> None:
    with qtbot.waitExposed(bars):
        bars.show()
    bars.set_probabilities(SEVEN)
    np.testing.assert_array_equal(bars.probabilities, SEVEN)
    track = length(bars.grab().toImage(), bars, 3, LIGHT.grid)
    animation = bars.findChild(QVariantAnimation)
    assert animation is not None
    animation.pause()  # the test sets the time
    seen = []
    for fraction in (0, 0.1, 0.3, 0.6, 1):
        animation.setCurrentTime(round(fraction * animation.duration()))
        seen.append(length(bars.grab().toImage(), bars, 7, LIGHT.winner) / track)
    assert seen[0] == 0
    assert sorted(set(seen)) == seen
    assert seen[-1] == pytest.approx(0.75, abs=0.02)


def test_the_winner_is_the_lower_of_two_equals(bars: ProbabilityBars) -> None:
    bars.set_probabilities(np.full(10, 0.1))
    assert bars.winner == 0


def test_the_empty_state_has_no_bars_and_a_sentence(bars: ProbabilityBars) -> None:
    bars.set_probabilities(SEVEN)
    bars.set_probabilities(None)
    image = bars.grab().toImage()
    assert bars.probabilities is None
    assert bars.winner is None
    assert all(length(image, bars, digit, LIGHT.winner) == 0 for digit in range(10))
    assert "bars show" in bars.accessibleDescription()


def test_the_description_names_the_two_best_digits(bars: ProbabilityBars) -> None:
    bars.set_probabilities(SEVEN)
    assert bars.accessibleDescription() == "7: 75.0 %, then 2: 20.0 %"


def test_the_probabilities_are_copied(bars: ProbabilityBars) -> None:
    given = SEVEN.copy()
    bars.set_probabilities(given)
    given[:] = 0.1
    np.testing.assert_array_equal(bars.probabilities, SEVEN)


def test_another_shape_of_probabilities_is_rejected(bars: ProbabilityBars) -> None:
    with pytest.raises(ValueError, match=r"must have the shape \(10,\)"):
        bars.set_probabilities(np.ones(3))


def test_a_wrong_answer_has_the_colour_of_errors(bars: ProbabilityBars) -> None:
    bars.set_probabilities(SEVEN, is_wrong=True)
    image = bars.grab().toImage()
    assert length(image, bars, 7, LIGHT.winner) == 0
    assert length(image, bars, 7, LIGHT.error) > 100
    bars.set_probabilities(SEVEN)
    assert length(bars.grab().toImage(), bars, 7, LIGHT.error) == 0
