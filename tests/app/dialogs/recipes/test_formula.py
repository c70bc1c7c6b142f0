import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QFont, QImage
from PySide6.QtWidgets import QApplication

from app.dialogs.recipes.formula import picture_of
from nncore.experiments.recipes import RECIPES


def ink(image: QImage) -> NDArray[np.uint8]:
    """How much of the formula is on each pixel."""
    alpha = image.convertToFormat(QImage.Format.Format_Alpha8)
    pixels = np.frombuffer(bytes(alpha.constBits()), np.uint8)
    return pixels.reshape(alpha.height(), alpha.bytesPerLine())[:, : alpha.width()]


def picture(markup: str, size: float = 12, ratio: float = 1.0) -> QImage:
    font = QFont(QApplication.font())
    font.setPointSizeF(size)
    return picture_of(markup, font, QColor("black"), ratio)


def test_a_fraction_is_a_bar_half_way_up_with_ink_at_both_sides(qapp: QApplication) -> None:
    shown = ink(picture("1/2", size=24))
    middle = len(shown) // 2
    across = (shown > 100).mean(axis=1)
    bar = int(across.argmax())
    assert abs(bar - middle) <= 2
    assert across[bar] > 0.7
    assert shown[: bar - 3].any()
    assert shown[bar + 4 :].any()


def test_fractions_and_roots_are_taller_than_a_line_and_a_script_smaller(qapp: QApplication) -> None:
    plain = picture("x").height()
    assert picture("x/y").height() > 1.4 * plain
    assert picture("√x").height() >= plain
    assert picture("x<sup>2</sup>").width() < picture("x2").width()


def test_signs_have_the_size_and_the_weight_asked_for(qapp: QApplication) -> None:
    def ink_height(size: float) -> int:
        return int((ink(picture("H", size)) > 100).any(axis=1).sum())

    assert ink_height(36) == pytest.approx(3 * ink_height(12), abs=2)
    assert ink(picture("<b>H</b>", 36)).sum() > 1.2 * ink(picture("H", 36)).sum()


@pytest.mark.parametrize("markup", [formula for recipe in RECIPES.values() for formula in recipe.page.formulas])
def test_no_formula_of_a_recipe_is_cut_off(qapp: QApplication, markup: str) -> None:
    shown = ink(picture(markup))
    assert shown.any()
    for edge in (shown[0], shown[-1], shown[:, 0], shown[:, -1]):
        assert edge.max() < 128


def test_a_fine_screen_gets_more_pixels_for_the_same_size(qapp: QApplication) -> None:
    coarse, fine = picture("x/y"), picture("x/y", ratio=2.0)
    assert fine.width() == 2 * coarse.width()
    assert fine.deviceIndependentSize() == coarse.deviceIndependentSize()
