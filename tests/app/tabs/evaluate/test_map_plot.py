"""Digits are drawn at their points, misread ones with a ring, and the nearest one is picked."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.theme import DIGIT_COLOURS_ON_LIGHT, LIGHT
from app.tabs.evaluate.map_page import MapPlot

POINTS = np.array([[0, 0], [10, 0], [10, 5]], np.float32)


@pytest.fixture
def plot(qtbot: QtBot) -> MapPlot:
    plot = MapPlot()
    qtbot.addWidget(plot)
    plot.resize(500, 400)
    with qtbot.waitExposed(plot):
        plot.show()
    plot.set_points(POINTS, np.array([0, 8, 2]), tuple("0123456789"), np.array([False, False, True]))
    QApplication.processEvents()
    return plot


def place(plot: MapPlot, number: int) -> QPoint:
    """The position of a point in pixels of the plot."""
    x, y = POINTS[number].tolist()
    scene = plot.plot.box.mapViewToScene(QPointF(x, y))
    found: QPoint = plot.plot.mapFromScene(scene)
    return found


def colours_near(plot: MapPlot, middle: QPoint) -> set[str]:
    seen = plot.plot.viewport().grab().toImage()
    around = range(-10, 11)
    return {QColor(seen.pixel(middle.x() + x, middle.y() + y)).name().upper() for x in around for y in around}


def test_each_digit_has_its_colour_and_misread_ones_have_a_ring(plot: MapPlot) -> None:
    assert DIGIT_COLOURS_ON_LIGHT[0].upper() in colours_near(plot, place(plot, 0))
    assert DIGIT_COLOURS_ON_LIGHT[8].upper() in colours_near(plot, place(plot, 1))
    assert LIGHT.error.upper() not in colours_near(plot, place(plot, 1))
    ring = colours_near(plot, place(plot, 2))
    assert any(abs(QColor(c).hue() - QColor(LIGHT.error).hue()) < 15 and QColor(c).saturation() > 80 for c in ring)


def test_the_pointer_finds_only_a_near_digit(plot: MapPlot) -> None:
    pointed: list[int] = []
    plot.pointed_at.connect(pointed.append)
    for number in range(3):
        QTest.mouseMove(plot.plot.viewport(), place(plot, number) + QPoint(3, -3))
    QTest.mouseMove(plot.plot.viewport(), plot.plot.viewport().rect().center())
    assert pointed[-4:] == [0, 1, 2, -1]


def test_a_click_picks_the_point_under_it(plot: MapPlot) -> None:
    picked: list[int] = []
    plot.picked.connect(picked.append)
    QTest.mouseClick(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=place(plot, 2))
    QTest.mouseClick(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=plot.plot.viewport().rect().center())
    assert picked == [2]


def test_equal_points_and_no_points_can_be_drawn(plot: MapPlot) -> None:
    plot.set_points(np.ones((4, 2), np.float32), np.zeros(4, np.intp), ("a",), np.zeros(4, np.bool_))
    plot.grab()
    plot.set_points(np.empty((0, 2), np.float32), np.empty(0, np.intp), ("a",), np.empty(0, np.bool_))
    plot.grab()
    assert not plot.empty_label.isHidden()
