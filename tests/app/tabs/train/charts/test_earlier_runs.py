"""Earlier runs behind the live curves paint quickly, differ in their dashes, and are named by their differences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.style.run_dashes import MAX_EARLIER_RUNS, RUN_DASHES
from app.style.theme import DARK, LIGHT, ThemeChoice
from app.tabs.train.charts.curves_view import CurvesView
from app.tabs.train.charts.earlier_runs import (
    EARLIER_RUN_BUCKETS,
    EARLIER_RUN_OPACITY,
    EarlierRun,
    earlier_runs_of,
)
from nncore.experiments.run_log.html_report import ReportedRun
from nncore.experiments.run_log.log import RunSettings
from nncore.experiments.run_log.logged_run import LoggedRun
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from nncore.training.events import Started
from nncore.training.history import EpochFigures
from tests.app.theme_choice import apply_theme

STARTED = Started(epochs=4, steps_per_epoch=10, samples_per_epoch=100, validation_loss=2.3, validation_accuracy=0.1)


def earlier_run(
    steps: int = 30, epochs: int = 3, name: str = "earlier", differs: str = "learning rate 0.1"
) -> EarlierRun:
    numbers = np.arange(1, steps + 1, dtype=np.float32)
    curve = np.array([numbers, 3 - numbers / steps, numbers / steps], np.float32)
    rows: list[EpochFigures] = [
        {"epoch": epoch, "validation_loss": 2.0 / epoch, "validation_accuracy": 0.2 * epoch}
        for epoch in range(1, epochs + 1)
    ]
    return EarlierRun(name, differs, rows, curve, steps / epochs)


@pytest.fixture
def view(qtbot: QtBot) -> CurvesView:
    view = CurvesView()
    qtbot.addWidget(view)
    view.resize(800, 600)
    with qtbot.waitExposed(view):
        view.show()
    return view


def settled(qtbot: QtBot, view: CurvesView) -> None:
    qtbot.waitUntil(lambda: not view.has_new_points)


def test_an_earlier_run_has_training_and_validation_lines() -> None:
    training, validation = earlier_run().losses(dash=2)
    np.testing.assert_allclose(training.x, np.arange(1, 31) / 10, rtol=1e-6)
    np.testing.assert_allclose(training.y, 3 - np.arange(1, 31) / 30, rtol=1e-6)
    assert (validation.x.tolist(), validation.y.tolist()) == ([1, 2, 3], pytest.approx([2, 1, 2 / 3]))
    assert (training.kind, validation.kind, training.dash, validation.dash) == ("training", "validation", 2, 2)
    accuracy, judged = earlier_run().accuracies(dash=0)
    assert accuracy.y[-1] == pytest.approx(100)
    np.testing.assert_allclose(judged.y, [20, 40, 60])


def test_a_long_earlier_run_has_a_limited_number_of_points() -> None:
    for line in earlier_run(steps=2000, epochs=1000).losses(dash=0):
        assert 100 < len(line.x) <= 2 * EARLIER_RUN_BUCKETS


def test_earlier_runs_are_faint_and_dashed_behind_the_live_curves(view: CurvesView) -> None:
    view.set_earlier_runs([earlier_run(), earlier_run(name="other")])
    for chart in (view.loss, view.accuracy):
        assert len(chart.lines.earlier) == 4
        pens = [curve.opts["pen"] for _, curve in chart.lines.earlier]
        for (line, curve), pen in zip(chart.lines.earlier, pens, strict=True):
            assert curve.zValue() < min(live.zValue() for live in chart.lines.curves)
            assert pen.dashPattern() == list(RUN_DASHES[line.dash])
            assert pen.color().alphaF() == pytest.approx(EARLIER_RUN_OPACITY, abs=0.01)
        assert pens[0].dashPattern() != pens[2].dashPattern()


def test_earlier_runs_stay_when_a_run_begins(view: CurvesView, qtbot: QtBot) -> None:
    view.set_earlier_runs([earlier_run()])
    view.begin(STARTED)
    settled(qtbot, view)
    assert len(view.loss.lines.earlier) == 2
    items = len(view.loss.plot.box.addedItems)
    view.set_earlier_runs([])
    assert view.loss.lines.earlier == []
    assert len(view.loss.plot.box.addedItems) == items - 2
    assert view.earlier_legend.isHidden()


def test_without_a_run_earlier_runs_set_the_axis(view: CurvesView, qtbot: QtBot) -> None:
    view.set_earlier_runs([earlier_run(steps=120, epochs=12), earlier_run()])
    settled(qtbot, view)
    assert not view.loss.empty_label.isVisible()
    assert view.loss.whole.last == 12
    view.set_earlier_runs([])
    settled(qtbot, view)
    assert view.loss.empty_label.isVisible()


def test_the_legend_shows_names_and_differing_settings(view: CurvesView) -> None:
    view.set_earlier_runs([earlier_run(), earlier_run(name="alone", differs="")])
    assert view.earlier_legend.isVisible()
    assert [label.full_text for label in view.earlier_legend.labels] == ["earlier: learning rate 0.1", "alone"]
    assert "earlier: learning rate 0.1" in view.earlier_legend.accessibleDescription()


def test_the_number_of_earlier_runs_is_limited(view: CurvesView) -> None:
    view.set_earlier_runs([earlier_run()] * (MAX_EARLIER_RUNS + 3))
    assert len(view.earlier_legend.labels) == MAX_EARLIER_RUNS
    assert len({tuple(curve.opts["pen"].dashPattern()) for _, curve in view.loss.lines.earlier}) == MAX_EARLIER_RUNS


def test_earlier_runs_follow_the_theme(view: CurvesView, qapp: QApplication) -> None:
    view.set_earlier_runs([earlier_run()])
    try:
        for choice, colours in ((ThemeChoice.DARK, DARK), (ThemeChoice.LIGHT, LIGHT)):
            apply_theme(qapp, choice)
            for (line, curve), role in zip(view.loss.lines.earlier, ("training", "validation"), strict=True):
                assert line.kind == role
                assert curve.opts["pen"].color().rgb() == QColor(getattr(colours, role)).rgb()
    finally:
        apply_theme(qapp, ThemeChoice.LIGHT)


def test_logged_runs_are_converted_with_their_differing_settings() -> None:
    settings = RunSettings("a", NetworkSpec.dense((784, 8, 10)), TrainingConfig(), data="MNIST")
    run = LoggedRun(1, settings, "", "", "finished", 1.0, 3, 30, None, None, None, None, None)
    other = replace(run, settings=replace(settings, config=TrainingConfig(seed=5)))
    shape = earlier_run()
    first, second = earlier_runs_of([ReportedRun(each, shape.epochs, shape.curve) for each in (run, other)])
    assert (first.differs, second.differs) == ("seed 0", "seed 5")
    assert first.steps_per_epoch == 10
    assert first.length == 3
    empty = earlier_runs_of([ReportedRun(replace(run, epochs=0, steps=0), [], np.empty((3, 0), np.float32))])[0]
    assert all(len(line.x) == 0 for line in [*empty.losses(0), *empty.accuracies(0)])


def test_a_run_without_an_epoch_is_named_but_its_steps_are_not_drawn_as_epochs() -> None:
    settings = RunSettings("a", NetworkSpec.dense((784, 8, 10)), TrainingConfig(), data="MNIST")
    diverged = LoggedRun(1, settings, "", "", "diverged", 1.0, 0, 5, None, None, None, None, None)
    (run,) = earlier_runs_of([ReportedRun(diverged, [], earlier_run(steps=5).curve)])
    assert [*run.losses(0), *run.accuracies(0)] == []
    assert run.differs == "not drawn, no epoch ended"
