"""The fit of a curve is drawn over its points, and the fits of chosen epochs stay."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.session.curve_fit import COMPARED_EPOCHS, Fit, current_fit, fit_grid
from app.tabs.train.charts.fit_view import FitPlot, FitView
from nncore.data.curves import sample_formula
from nncore.model.network import Network, NetworkSpec

POINTS = sample_formula("10 * x", -3, 3, 50)


@pytest.fixture
def view(qtbot: QtBot) -> FitView:
    view = FitView()
    qtbot.addWidget(view)
    qtbot.addWidget(view.strip)
    for part, height in ((view, 400), (view.strip, 160)):
        part.resize(900, height)
        part.show()
    return view


def line_of(plot: FitPlot) -> tuple[list[float], list[float]]:
    x, y = plot.line.getData()
    return ([], []) if x is None else (x.tolist(), y.tolist())


def test_points_are_drawn_without_a_fit(view: FitView) -> None:
    view.set_points(POINTS)
    x, y = view.live.dots.getData()
    np.testing.assert_array_equal(x, POINTS.x)
    np.testing.assert_array_equal(y, POINTS.y)
    assert line_of(view.live) == ([], [])
    assert view.live.caption.text() == "Press Train to see the fit on these points."


@pytest.mark.parametrize(("y", "lowest", "highest"), [((-2.0, 3.0), -2.5, 3.5), ((4.0, 4.0), 3.9, 4.1)])
def test_a_tenth_of_the_height_stays_free_above_and_below_the_points(
    view: FitView, y: tuple[float, float], lowest: float, highest: float
) -> None:
    view.live.set_points(np.array([-1.0, 9.0]), np.array(y))
    (left, right), (bottom, top) = view.live.plot.box.viewRange()
    assert (left, right) == pytest.approx((-1.2, 9.2))  # with a padding of 2 % on each side
    padding = 0.02 * (highest - lowest)
    assert (bottom, top) == pytest.approx((lowest - padding, highest + padding))


def test_wheel_and_mouse_neither_change_the_range_nor_open_a_menu(view: FitView) -> None:
    view.set_points(POINTS)
    box, viewport = view.live.plot.box, view.live.plot.viewport()
    assert not box.menuEnabled()
    before, middle = box.viewRange(), viewport.rect().center()
    wheel = QWheelEvent(
        QPointF(middle), QPointF(middle), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(viewport, wheel)
    assert box.viewRange() == before
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
        QTest.mousePress(viewport, button, pos=middle)
        for way in range(1, 6):
            QTest.mouseMove(viewport, middle + QPoint(8 * way, 8 * way), 20)
        QTest.mouseRelease(viewport, button, pos=middle + QPoint(40, 40))
    assert box.viewRange() == before


def test_fits_after_kept_epochs_stay(view: FitView) -> None:
    view.set_points(POINTS)
    for epoch in (9, 10, 11):
        view.show_fit(Fit(epoch, np.full(50, float(epoch))))
    assert set(line_of(view.live)[1]) == {11.0}
    assert view.live.caption.text() == "fit after 11 epochs"
    assert set(line_of(view.small[COMPARED_EPOCHS.index(10)])[1]) == {10.0}
    assert view.small[0].caption.text() == "epoch 10"
    assert view.small[1].caption.text() == "epoch 50"
    assert view.small[1].plot.accessibleDescription() == "epoch 50: not yet"
    assert line_of(view.small[1]) == ([], [])


def test_new_points_remove_the_fits(view: FitView) -> None:
    view.set_points(POINTS)
    view.show_fit(Fit(10, np.zeros(50)))
    view.set_points(sample_formula("x", 0, 1, 50))
    assert all(line_of(plot) == ([], []) for plot in (view.live, *view.small))


def test_a_fit_without_points_is_ignored(view: FitView) -> None:
    view.show_fit(Fit(10, np.zeros(50)))
    assert line_of(view.live) == ([], [])


def test_values_that_are_not_finite_are_not_drawn(view: FitView) -> None:
    view.set_points(POINTS)
    view.show_fit(Fit(1, np.where(np.arange(50) < 10, np.nan, 1.0)))
    assert len(line_of(view.live)[0]) == 40
    assert view.live.caption.text() == "fit after 1 epoch"


def test_a_fit_has_the_unit_of_the_points() -> None:
    network = Network(NetworkSpec.dense((1, 1), initialization="zeros"))
    network.parameters.values[:] = 0.5, 0.5  # of a target from 0 to 1, over an input of deviation 1
    network = Network(
        NetworkSpec(network.spec.input_shape, network.spec.layers, "linear"), parameters=network.parameters
    )
    fit = current_fit(network, POINTS, 3)
    assert fit.epoch == 3
    assert fit.y[0] == pytest.approx(60 * (0.5 - 0.5 * 3 / POINTS.x.std()) - 30, abs=0.01)
    assert len(fit.y) == len(fit_grid(POINTS)) == 50
