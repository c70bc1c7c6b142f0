"""Slider, field and plot of the learning rate follow each other, also during a run."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QStyle, QStyleOptionSlider
from pytestqt.qtbot import QtBot

from app.tabs.train.settings.learning_form import LearningForm
from app.tabs.train.settings.learning_rate.rate_slider import RateSlider
from nncore.training import TrainingConfig
from nncore.training.rate_finder import RateFinderResult

RATES = np.geomspace(1e-6, 10, 100)
FOUND = RateFinderResult(RATES, 2.3 - np.exp(-((np.log10(RATES) + 1) ** 2)), float(RATES[60]))


@pytest.fixture
def form(qtbot: QtBot) -> LearningForm:
    form = LearningForm()
    qtbot.addWidget(form)
    form.show_config(TrainingConfig(learning_rate=0.001))
    form.resize(360, 700)
    with qtbot.waitExposed(form):
        form.show()
    return form


def knob(slider: RateSlider) -> QPoint:
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    part = QStyle.SubControl.SC_SliderHandle
    return slider.style().subControlRect(QStyle.ComplexControl.CC_Slider, option, part, slider).center()


def test_the_slider_follows_the_field(form: LearningForm, qtbot: QtBot) -> None:
    assert form.rate_slider.rate == pytest.approx(0.001)
    form.learning_rate.selectAll()
    qtbot.keyClicks(form.learning_rate, "0.1")
    assert form.rate_slider.rate == pytest.approx(0.1)
    form.learning_rate.selectAll()
    qtbot.keyClicks(form.learning_rate, "50")
    assert form.rate_slider.value() == form.rate_slider.maximum()
    assert form.learning_rate.text() == "50"
    qtbot.keyClicks(form.learning_rate, "x")
    assert form.rate_slider.value() == form.rate_slider.maximum()


def test_the_field_follows_the_slider_and_a_run_gets_the_rate_when_it_is_released(
    form: LearningForm, qtbot: QtBot
) -> None:
    rates: list[float] = []
    form.set_running(True)
    form.learning_rate_entered.connect(rates.append)
    slider, start = form.rate_slider, knob(form.rate_slider)
    assert slider.isEnabled()
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=start)
    for pixels in (10, 30, 50):
        qtbot.mouseMove(slider, start + QPoint(pixels, 0))
    assert float(form.learning_rate.text()) == slider.rate > 0.001
    assert rates == []
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=start + QPoint(50, 0))
    assert rates == [slider.rate]
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    assert rates[1:] == [slider.rate]
    assert rates[1] < rates[0]


def test_what_was_found_is_a_curve_with_the_suggestion_and_a_click_chooses_another_rate(
    form: LearningForm, qtbot: QtBot
) -> None:
    form.show_found(FOUND)
    plot = form.rate_plot
    assert plot is not None
    assert plot.isVisible()
    x, losses = plot.curve.getData()
    np.testing.assert_allclose(10**x, RATES)
    np.testing.assert_allclose(losses, FOUND.losses)
    assert 10 ** plot.suggested.getData()[0] == pytest.approx(FOUND.suggested)
    assert form.learning_rate.text() == f"{FOUND.suggested:.2g}"
    assert "suggested" in plot.title.text()
    place = plot.plot.mapFromScene(plot.plot.box.mapViewToScene(QPointF(-3, 2)))
    qtbot.waitUntil(lambda: plot.plot.box.width() > 50)
    place = plot.plot.mapFromScene(plot.plot.box.mapViewToScene(QPointF(-3, 2)))
    qtbot.mouseClick(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    chosen = float(form.learning_rate.text())
    assert chosen == pytest.approx(0.001, rel=0.2)
    assert 10 ** plot.chosen.value() == pytest.approx(chosen)
    assert form.rate_slider.rate == pytest.approx(chosen, rel=0.15)
    assert "chosen" in plot.title.text()


def test_the_curve_disappears_with_its_settings(form: LearningForm) -> None:
    form.show_found(FOUND)
    form.show_config(TrainingConfig(learning_rate=0.5))
    assert form.rate_plot is not None
    assert not form.rate_plot.isVisible()
