"""Plots have readable axes, do not zoom, and follow theme and font."""

from __future__ import annotations

import gc
from pathlib import Path

from pyqtgraph.graphicsItems.ScatterPlotItem import SpotItem
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFont, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import app
from app.style.theme import DARK, LIGHT, ThemeChoice
from app.widgets.plot import Dots, Plot
from tests.app.theme_choice import apply_theme


def shown(qtbot: QtBot) -> Plot:
    plot = Plot("Noise", "Press Measure.")
    qtbot.addWidget(plot)
    plot.set_axes((0, 1), (0, 2), "fraction of ink", "accuracy (%)")
    plot.apply_colours()
    plot.resize(400, 300)
    with qtbot.waitExposed(plot):
        plot.show()
    return plot


def test_an_empty_plot_shows_its_sentence(qtbot: QtBot) -> None:
    plot = shown(qtbot)
    assert plot.empty_label.isVisible()
    plot.describe("0: 90 %", is_empty=False)
    assert plot.empty_label.isHidden()
    assert plot.plot.accessibleDescription() == "0: 90 %"
    assert plot.plot.accessibleName() == "Noise"


def test_axes_use_no_si_prefixes(qtbot: QtBot) -> None:
    plot = shown(qtbot)
    plot.set_axes((0, 0.5), (0, 1), "fraction of ink", "accuracy (%)")
    QApplication.processEvents()
    plot.grab()
    bottom = plot.plot.axes["bottom"]
    assert bottom.autoSIPrefixScale == 1.0
    assert "fraction of ink" in bottom.labelString()
    assert "(x" not in bottom.labelString()


def test_the_wheel_does_not_zoom(qtbot: QtBot) -> None:
    plot = shown(qtbot)
    before = plot.plot.box.viewRange()
    middle = QPointF(plot.plot.viewport().rect().center())
    wheel = QWheelEvent(
        middle, middle, QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(plot.plot.viewport(), wheel)
    assert plot.plot.box.viewRange() == before


def test_it_follows_theme_and_font(qtbot: QtBot, qapp: QApplication) -> None:
    plot = shown(qtbot)
    assert plot.plot.backgroundBrush().color().name().upper() == LIGHT.surface
    width = plot.plot.axes["left"].fixedWidth
    try:
        apply_theme(qapp, ThemeChoice.DARK)
        assert plot.plot.backgroundBrush().color().name().upper() == DARK.surface
    finally:
        apply_theme(qapp, ThemeChoice.LIGHT)
    font = QFont(plot.font())
    font.setPointSizeF(2 * font.pointSizeF())
    plot.setFont(font)
    assert plot.plot.axes["left"].fixedWidth > width


def test_the_dots_of_earlier_data_are_not_kept_after_clicks_on_them(qtbot: QtBot) -> None:
    plot, dots = shown(qtbot), Dots(hoverable=True, hoverSize=9, tip=lambda x, y, data: f"{x} {y}")
    plot.plot.box.addItem(dots)
    clicked: list[object] = []
    dots.sigClicked.connect(lambda _, points: clicked.extend(point.index() for point in points))
    for _ in range(3):
        dots.setData([0.25, 0.75], [1.0, 1.0])
        place = plot.plot.mapFromScene(dots.mapToScene(QPointF(0.75, 1.0)))
        QTest.mouseMove(plot.plot.viewport(), place)
        QTest.mouseClick(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert clicked == [1, 1, 1]
    dots.ptsClicked = None
    gc.collect()
    assert not [each for each in gc.get_objects() if isinstance(each, SpotItem) and each._plot is dots]


def test_all_dots_of_the_app_are_freed() -> None:
    modules = Path(app.__file__).parent.rglob("*.py")
    assert [each.name for each in modules if "pg.ScatterPlotItem(" in each.read_text(encoding="utf-8")] == []
