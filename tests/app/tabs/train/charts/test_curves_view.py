"""Loss and accuracy are drawn as they come, with earlier runs behind them and readable by mouse and key."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPicture, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.session.run_events import PreviousPart, StepsDone
from app.style.theme import DARK, LIGHT, ThemeChoice
from app.tabs.train.charts.chart import Chart
from app.tabs.train.charts.curve import Values, nearest
from app.tabs.train.charts.curves_view import CurvesView, loss_text
from app.tabs.train.charts.run_curves import FIRST_STEPS_KEPT
from nncore.experiments.recipes import RECIPES
from nncore.experiments.run_log.logged_run import RunSettings
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from nncore.training.events import Diverged, EpochDone, Started
from tests.app.theme_choice import apply_theme
from tests.app.waiting import deliver_events

STARTED = Started(epochs=4, steps_per_epoch=10, samples_per_epoch=10_000, validation_loss=2.3, validation_accuracy=0.1)


@pytest.fixture
def view(qtbot: QtBot) -> CurvesView:
    view = CurvesView()
    qtbot.addWidget(view)
    view.resize(800, 600)
    with qtbot.waitExposed(view):
        view.show()
    return view


def add_steps(
    view: CurvesView,
    epochs: Values,
    losses: Values,
    accuracies: Values,
    rates: Values | None = None,
    changes: tuple[tuple[int, float], ...] = (),
) -> None:
    steps = np.round(epochs * view.run.steps_per_epoch).astype(np.int64)
    rates = np.full(len(steps), 0.1) if rates is None else rates
    view.add_steps(
        StepsDone(
            steps=steps,
            losses=losses,
            accuracies=accuracies,
            epoch=1,
            samples=len(steps),
            samples_per_second=1e4,
            learning_rate=0.1,
            rates=rates,
            rate_changes=changes,
        )
    )


def epoch_done(epoch: int, loss: float, accuracy: float) -> EpochDone:
    return EpochDone(epoch, 10 * epoch, loss, accuracy, loss + 0.1, accuracy - 0.1, 1e4, 1.0)


def train_two_epochs(view: CurvesView) -> None:
    view.begin(STARTED)
    for epoch in (1, 2):
        x = (np.arange(10) + 1) / 10 + epoch - 1
        add_steps(view, x, 2.0 - x / 2, x / 4)
        view.add_epochs([epoch_done(epoch, 2.0 - epoch / 2, epoch / 4)])


def settled(qtbot: QtBot, view: CurvesView) -> None:
    qtbot.waitUntil(lambda: not view.has_new_points)


def move_mouse(chart: Chart, x: float) -> None:
    box, viewport = chart.plot.box, chart.plot.viewport()
    place = QPointF(chart.plot.mapFromScene(box.mapViewToScene(QPointF(x, box.viewRect().center().y()))))
    none = Qt.MouseButton.NoButton
    move = QMouseEvent(
        QEvent.Type.MouseMove, place, viewport.mapToGlobal(place), none, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(viewport, move)


def test_without_a_run_the_plots_show_a_hint(view: CurvesView, qtbot: QtBot) -> None:
    assert view.loss.empty_label.isVisible()
    assert view.loss.empty_label.text() == "Press Train to see the loss."
    train_two_epochs(view)
    settled(qtbot, view)
    assert not view.loss.empty_label.isVisible()
    assert not view.accuracy.empty_label.isVisible()
    view.clear()
    assert view.loss.empty_label.isVisible()
    assert view.loss.legend.values() == ["–", "–", "–"]


def test_losses_and_accuracies_are_drawn(view: CurvesView, qtbot: QtBot) -> None:
    train_two_epochs(view)
    settled(qtbot, view)
    x, y = view.loss.lines.curves[0].getData()
    np.testing.assert_allclose(x, np.arange(1, 21) / 10)
    np.testing.assert_allclose(y, 2.0 - x / 2)
    x, y = view.accuracy.lines.curves[0].getData()
    np.testing.assert_allclose(y, 100 * x / 4, atol=1e-9)  # ten steps an epoch: nothing is smoothed
    x, y = view.accuracy.lines.curves[1].getData()
    assert x.tolist() == [0, 1, 2]
    np.testing.assert_allclose(y, [10, 15, 40])


def test_a_second_run_replaces_the_first(view: CurvesView, qtbot: QtBot) -> None:
    train_two_epochs(view)
    view.begin(STARTED)
    settled(qtbot, view)
    assert len(view.loss.lines.points[0][0]) == 0
    assert view.loss.lines.points[2][0].tolist() == [0]


def test_without_a_validation_set_there_is_no_validation_curve(view: CurvesView, qtbot: QtBot) -> None:
    view.begin(
        Started(epochs=4, steps_per_epoch=10, samples_per_epoch=100, validation_loss=None, validation_accuracy=None)
    )
    view.add_epochs([EpochDone(1, 10, 1.0, 0.5, None, None, 1e4, 1.0)])
    settled(qtbot, view)
    assert view.accuracy.legend.values()[1] == "–"


def test_the_legend_shows_the_newest_values(view: CurvesView, qtbot: QtBot) -> None:
    train_two_epochs(view)
    settled(qtbot, view)
    assert view.loss.legend.values()[0] == "1.000"
    assert view.loss.legend.values()[2] == "1.100"
    assert view.accuracy.legend.values()[1] == "40.0 %"
    assert view.epoch_label.text() == "last: epoch 2.00"


def test_the_crosshair_shows_values_of_both_charts(view: CurvesView, qtbot: QtBot) -> None:
    train_two_epochs(view)
    settled(qtbot, view)
    for chart in (view.loss, view.accuracy):
        move_mouse(chart, 0.52)
        assert view.epoch_label.text() == "at epoch 0.50"
        assert view.loss.legend.values()[0] == "1.750"
        assert view.accuracy.legend.values()[1] in ("10.0 %", "15.0 %")
        for other in (view.loss, view.accuracy):
            assert other.crosshair.isVisible()
            assert other.crosshair.value() == pytest.approx(0.5)
        QApplication.sendEvent(chart.plot.viewport(), QEvent(QEvent.Type.Leave))
        assert not view.loss.crosshair.isVisible()
        assert view.epoch_label.text() == "last: epoch 2.00"


def turn_wheel(chart: Chart, x: float, notches: int) -> None:
    box, viewport = chart.plot.box, chart.plot.viewport()
    place = QPointF(chart.plot.mapFromScene(box.mapViewToScene(QPointF(x, box.viewRect().center().y()))))
    turn = QWheelEvent(
        place, viewport.mapToGlobal(place), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(viewport, turn)


def x_range(chart: Chart) -> tuple[float, float]:
    left, right = chart.plot.box.viewRange()[0]
    return left, right


def labels(chart: Chart, side: str = "bottom") -> list[str]:
    """The labels that are painted: pyqtgraph leaves out those that do not fit."""
    picture, axis = QPicture(), chart.plot.axes[side]
    with QPainter(picture) as painter:
        painter.setFont(axis.style["tickFont"])
        _, _, texts = axis.generateDrawSpecs(painter)
    return [text for _, _, text in texts]


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.5])
@pytest.mark.parametrize("end", [1, 3, 30, 100_000])
def test_first_and_last_tick_are_labelled_in_any_font(
    view: CurvesView, qtbot: QtBot, enlarge_font: Callable[[float], None], scale: float, end: int
) -> None:
    enlarge_font(scale)
    view.begin(
        Started(
            epochs=100_000, steps_per_epoch=10, samples_per_epoch=10_000, validation_loss=None, validation_accuracy=None
        )
    )
    add_steps(view, np.array([0.1, float(end)]), np.ones(2), np.ones(2))
    view.end()
    settled(qtbot, view)
    for chart in (view.loss, view.accuracy):
        assert labels(chart)[0] == "0"
        assert labels(chart)[-1] == {1: "10", 3: "3", 30: "30", 100_000: "100,000"}[end]
    assert labels(view.loss, "left")[-1] == "3"
    assert labels(view.rate, "left") == ["0.1"]


def test_the_axis_shows_steps_within_the_first_epoch_and_then_epochs(view: CurvesView, qtbot: QtBot) -> None:
    view.begin(
        Started(epochs=3, steps_per_epoch=400, samples_per_epoch=40_000, validation_loss=2.3, validation_accuracy=0.1)
    )
    add_steps(view, np.arange(1, 7) / 400, np.full(6, 2.0), np.full(6, 0.1))
    settled(qtbot, view)
    left, right = x_range(view.loss)
    assert left < 0 < 6 / 400 < right < 13 / 400
    assert view.loss.epoch_word.text() == "step"
    assert labels(view.loss)[0] == "0"
    assert labels(view.loss)[-1] == "10"
    assert view.epoch_label.text() == "last: step 6"
    add_steps(view, np.arange(7, 900) / 400, np.full(893, 2.0), np.full(893, 0.1))
    settled(qtbot, view)
    assert view.accuracy.epoch_word.text() == "epoch"
    assert 899 / 400 < x_range(view.accuracy)[1] < 2.7
    assert labels(view.accuracy)[-1] == "2.5"


def test_after_the_run_the_axis_ends_with_its_data(view: CurvesView, qtbot: QtBot) -> None:
    view.begin(
        Started(epochs=3, steps_per_epoch=469, samples_per_epoch=60_000, validation_loss=2.3, validation_accuracy=0.1)
    )
    add_steps(view, np.arange(1, 6) / 469, np.array([2, 2, 80, 80, 200.0]), np.full(5, 0.1))
    view.show_divergence(Diverged(1, 6, 401.0, 10.0, 0))
    view.end()
    settled(qtbot, view)
    assert view.loss.lines.points[0][1][-1] == 401
    assert labels(view.loss) == ["0", "1", "2", "3", "4", "5", "6"]
    box = view.loss.plot.box
    drawn = box.mapViewToScene(QPointF(6 / 469, 0)).x() - box.sceneBoundingRect().left()
    assert drawn > 0.95 * box.width()
    assert [mark.text for mark in view.loss.lines.marks] == ["diverged"]
    assert view.loss.lines.mark_lines["diverged"].getData()[0].tolist() == pytest.approx([6 / 469] * 2)


def test_a_divergence_without_a_finite_loss_is_marked_but_not_drawn(view: CurvesView, qtbot: QtBot) -> None:
    view.begin(STARTED)
    add_steps(view, np.array([0.1]), np.array([2.0]), np.array([0.1]))
    view.show_divergence(Diverged(1, 2, float("nan"), 10.0, 0))
    view.end()
    settled(qtbot, view)
    assert view.loss.lines.points[0][1].tolist() == [2.0]
    assert [mark.x for mark in view.rate.lines.marks] == [0.2]


def test_no_peak_of_a_batch_is_cut_off(view: CurvesView, qtbot: QtBot) -> None:
    view.begin(
        Started(
            epochs=10, steps_per_epoch=1000, samples_per_epoch=100_000, validation_loss=None, validation_accuracy=None
        )
    )
    losses = np.full(5000, 0.5)
    losses[1234] = 77.0
    add_steps(view, np.arange(1, 5001) / 1000, losses, np.full(5000, 0.5))
    settled(qtbot, view)
    assert view.loss.lines.bands[0].high.max() == 77
    assert view.loss.plot.box.viewRange()[1][1] > 77
    assert labels(view.loss, "left")[-1] == "80"


def test_the_wheel_zooms_about_the_pointer_and_dragging_moves(view: CurvesView, qtbot: QtBot) -> None:
    train_two_epochs(view)
    settled(qtbot, view)
    whole = x_range(view.loss)
    turn_wheel(view.loss, 1.0, 3)
    left, right = x_range(view.loss)
    assert whole[0] < left < 1 < right < whole[1]
    assert x_range(view.accuracy) == pytest.approx((left, right))
    viewport = view.accuracy.plot.viewport()
    middle = viewport.rect().center()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=middle)
    for pixels in (10, 20, 40):
        qtbot.mouseMove(viewport, middle + QPoint(pixels, 0))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=middle + QPoint(40, 0))
    assert x_range(view.loss)[0] < left
    qtbot.mouseClick(view.tools.whole, Qt.MouseButton.LeftButton)
    assert x_range(view.loss) == x_range(view.accuracy) == pytest.approx(whole)
    assert not view.tools.whole.isEnabled()


def test_a_zoomed_section_stays_while_the_run_continues(view: CurvesView, qtbot: QtBot) -> None:
    train_two_epochs(view)
    settled(qtbot, view)
    turn_wheel(view.loss, 1.0, 5)
    before = x_range(view.loss)
    add_steps(view, np.array([2.1, 2.2]), np.array([90.0, 1.0]), np.array([0.5, 0.5]))
    settled(qtbot, view)
    assert x_range(view.loss) == pytest.approx(before)
    qtbot.mouseDClick(view.loss.plot.viewport(), Qt.MouseButton.LeftButton)
    assert x_range(view.loss)[1] > 2.2
    assert view.loss.plot.box.viewRange()[1][1] > 90


def test_over_an_empty_chart_the_wheel_scrolls_the_page(view: CurvesView) -> None:
    before = x_range(view.loss)
    turn_wheel(view.loss, 1.0, 3)
    assert x_range(view.loss) == before


def test_the_wheel_cannot_leave_the_run(view: CurvesView, qtbot: QtBot) -> None:
    train_two_epochs(view)
    settled(qtbot, view)
    whole = x_range(view.loss)
    turn_wheel(view.loss, 1.0, 3)
    turn_wheel(view.loss, 1.0, -30)
    assert x_range(view.loss) == pytest.approx(whole)


def test_keys_zoom_move_and_show_the_whole_run(view: CurvesView, qtbot: QtBot) -> None:
    train_two_epochs(view)
    settled(qtbot, view)
    whole = x_range(view.loss)
    view.loss.setFocus()
    qtbot.keyClick(view.loss, Qt.Key.Key_Plus)
    inside = x_range(view.loss)
    assert inside[1] - inside[0] == pytest.approx(0.7 * (whole[1] - whole[0]))
    qtbot.keyClick(view.loss, Qt.Key.Key_Right)
    assert x_range(view.loss)[0] > inside[0]
    qtbot.keyClick(view.loss, Qt.Key.Key_Home)
    assert x_range(view.loss) == pytest.approx(whole)


def test_logarithmic_axes_show_positive_values_only(view: CurvesView, qtbot: QtBot) -> None:
    view.begin(
        Started(epochs=10, steps_per_epoch=100, samples_per_epoch=1000, validation_loss=2.3, validation_accuracy=0.1)
    )
    x = np.arange(1, 301) / 100
    losses = np.geomspace(2, 0.001, 300)
    losses[5] = 0.0
    add_steps(view, x, losses, np.full(300, 0.5))
    settled(qtbot, view)
    qtbot.mouseClick(view.tools.log_x, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(view.tools.log_y, Qt.MouseButton.LeftButton)
    drawn_x, drawn_y = view.loss.lines.curves[0].getData()
    np.testing.assert_allclose(10**drawn_x, np.delete(x, 5))
    np.testing.assert_allclose(10**drawn_y, np.delete(losses, 5))
    assert np.isfinite(view.loss.lines.markers[2].getData()[0]).all()  # the validation at epoch 0 has no place
    (left, right), (bottom, top) = view.loss.plot.box.viewRange()
    assert left < -2 < np.log10(3) < right
    assert bottom < -2.8 < np.log10(2.3) < top
    accuracy = view.accuracy.plot.box.viewRange()
    assert accuracy[0] == pytest.approx([left, right])
    assert accuracy[1][1] > 100
    move_mouse(view.loss, np.log10(0.1))
    assert view.epoch_label.text() == "at epoch 0.10"
    qtbot.mouseClick(view.tools.log_x, Qt.MouseButton.LeftButton)
    assert view.accuracy.plot.box.viewRange()[0][0] < 0


def test_the_rate_is_a_curve_and_its_changes_are_marked(view: CurvesView, qtbot: QtBot) -> None:
    view.begin(STARTED)
    rates = np.array([0.1, 0.1, 0.1, 0.02, 0.02])
    add_steps(view, np.arange(1, 6) / 10, np.ones(5), np.ones(5), rates, ((1, 0.1), (4, 0.02)))
    settled(qtbot, view)
    x, y = view.rate.lines.curves[0].getData()
    np.testing.assert_allclose(x, np.arange(1, 6) / 10)
    np.testing.assert_allclose(y, rates)
    assert view.rate.legend.values() == ["0.02"]
    assert [(mark.x, mark.text) for mark in view.loss.lines.marks] == [(0.4, "rate 0.02")]
    assert view.loss.mark_labels is not None
    (mark, place), *_ = view.loss.mark_labels.placed()
    assert mark.text == "rate 0.02"
    labels = QRect(view.loss.mark_labels.mapTo(view.loss, place.topLeft()), place.size())
    assert not labels.intersects(view.loss.plot.geometry())
    pixel = view.loss.plot.box.mapViewToScene(QPointF(0.4, 0)).x()
    assert abs(place.left() - pixel) <= 1
    assert view.loss.mark_labels.accessibleDescription() == "rate 0.02 at step 4"  # within the first epoch


def test_texts_of_marks_cover_neither_each_other_nor_the_edge(view: CurvesView, qtbot: QtBot) -> None:
    view.begin(STARTED)
    changes = tuple((step, 0.1 / step) for step in range(1, 41))
    rates = np.array([rate for _, rate in changes])
    add_steps(view, np.arange(1, 41) / 10, np.ones(40), np.ones(40), rates, changes)
    settled(qtbot, view)
    labels = view.loss.mark_labels
    assert labels is not None
    places = [place for _, place in labels.placed()]
    assert 2 < len(places) < 39
    assert all(labels.rect().contains(place) for place in places)
    assert not any(one.intersects(other) for one in places for other in places if one is not other)
    assert labels.placed()[0][0].x == 4.0


def test_many_losses_are_drawn_as_a_band_with_a_line(view: CurvesView, qtbot: QtBot) -> None:
    view.set_classes(False)
    view.begin(
        Started(epochs=10, steps_per_epoch=500, samples_per_epoch=500, validation_loss=None, validation_accuracy=None)
    )
    losses = np.random.default_rng(0).random(5000)
    add_steps(view, np.arange(1, 5001) / 500, losses, np.full(5000, np.nan))
    settled(qtbot, view)
    lines = view.loss.lines
    x, y = lines.curves[0].getData()  # the first losses, which are all kept
    assert FIRST_STEPS_KEPT <= len(x) <= FIRST_STEPS_KEPT + 2
    np.testing.assert_allclose(y[:FIRST_STEPS_KEPT], losses[:FIRST_STEPS_KEPT])
    first_bar = lines.bands[0].x[int((lines.bands[0].high > lines.bands[0].low).argmax())]
    assert x[-1] == first_bar
    low, high = lines.bands[0].low, lines.bands[0].high
    assert (high >= low).all()
    assert (low.min(), high.max()) == (losses.min(), losses.max())
    middle = lines.points[1][1][len(lines.points[1][1]) // 2 :]
    assert np.abs(middle - 0.5).max() < 0.1
    assert lines.bands[0].colour.alphaF() < 0.6


def test_the_last_run_stays_behind_the_next_one(view: CurvesView, qtbot: QtBot) -> None:
    run(view, settings(0.1))
    run(view, settings(0.2))
    settled(qtbot, view)
    assert [label.full_text for label in view.earlier_legend.labels] == ["last run, 784-10: learning rate 0.1"]
    line, curve = view.loss.lines.earlier[0]
    np.testing.assert_allclose(line.y, 2.0 - line.x / 2)
    assert curve.opts["pen"].color().alphaF() < 1
    run(view, settings(0.3))
    assert [label.full_text for label in view.earlier_legend.labels] == ["last run, 784-10: learning rate 0.2"]


def test_a_kept_curve_stays_until_it_is_removed(view: CurvesView, qtbot: QtBot) -> None:
    run(view, settings(0.1))
    settled(qtbot, view)
    qtbot.mouseClick(view.tools.keep, Qt.MouseButton.LeftButton)
    run(view, settings(0.2))
    settled(qtbot, view)
    assert not view.tools.keep.isChecked()
    run(view, settings(0.3))
    assert [label.full_text for label in view.earlier_legend.labels] == [
        "last run, 784-10: learning rate 0.2",
        "kept, 784-10: learning rate 0.1",
    ]
    buttons = view.earlier_legend.findChildren(QToolButton)
    qtbot.mouseClick(buttons[-1], Qt.MouseButton.LeftButton)
    assert [label.full_text for label in view.earlier_legend.labels] == ["last run, 784-10: learning rate 0.2"]
    assert len(view.loss.lines.earlier) == 2


def test_curves_of_digits_never_appear_behind_a_sine(view: CurvesView, qtbot: QtBot) -> None:
    run(view, settings(0.1))
    view.set_classes(False)
    assert not view.earlier_legend.isVisible()
    sine = RECIPES["sine"]
    run(view, RunSettings("1-10-10-1", sine.spec, sine.config, data="", recipe="sine"))
    assert view.loss.lines.earlier == []
    run(view, RunSettings("1-10-10-1", sine.spec, sine.config, data="", recipe="sine"))
    assert [label.full_text for label in view.earlier_legend.labels] == ["last run, 1-10-10-1"]
    view.set_classes(True)
    run(view, settings(0.2))
    assert view.loss.lines.earlier == []


def test_losses_of_other_loss_functions_are_not_compared(view: CurvesView) -> None:
    run(view, settings(0.1))
    run(view, replace(settings(0.1), config=replace(settings(0.1).config, loss="mean_squared_error")))
    assert view.loss.lines.earlier == []
    assert len(view.accuracy.lines.earlier) == 2


def settings(rate: float) -> RunSettings:
    return RunSettings("784-10", NetworkSpec.dense((784, 10)), TrainingConfig(learning_rate=rate), data="MNIST")


def run(view: CurvesView, about: RunSettings) -> None:
    view.announce(about)
    train_two_epochs(view)
    view.end()


def test_the_crosshair_does_not_move_the_layout(view: CurvesView, qtbot: QtBot) -> None:
    train_two_epochs(view)
    settled(qtbot, view)
    before = [chart.plot.geometry() for chart in (view.loss, view.accuracy)]
    move_mouse(view.loss, 1.3)
    deliver_events()
    assert [chart.plot.geometry() for chart in (view.loss, view.accuracy)] == before


def test_the_loss_axis_grows_and_never_shrinks(view: CurvesView, qtbot: QtBot) -> None:
    view.begin(STARTED)
    add_steps(view, np.array([0.1]), np.array([30.0]), np.array([0.1]))
    settled(qtbot, view)
    high = view.loss.plot.box.viewRange()[1][1]
    assert high > 30
    add_steps(view, np.arange(2, 30) / 10, np.full(28, 0.01), np.ones(28))
    settled(qtbot, view)
    assert view.loss.plot.box.viewRange()[1][1] == high


def test_huge_losses_are_not_drawn(view: CurvesView, qtbot: QtBot) -> None:
    view.begin(STARTED)
    add_steps(view, np.arange(1, 6) / 10, np.array([2.0, 1e308, np.nan, np.inf, 1.0]), np.full(5, 0.5))
    settled(qtbot, view)
    assert view.loss.lines.points[0][1].tolist() == [2.0, 1.0]
    assert view.loss.plot.box.viewRange()[1][1] < 5


def test_steps_are_painted_together_and_the_timer_stops(view: CurvesView, qtbot: QtBot) -> None:
    paints: list[int] = []
    view.begin(STARTED)
    settled(qtbot, view)
    view.loss.lines.curves[0].sigPlotChanged.connect(lambda *_: paints.append(1))
    for step in range(100):
        add_steps(view, np.array([step / 100]), np.array([1.0]), np.array([0.5]))
    assert paints == []
    assert view.has_new_points
    settled(qtbot, view)
    assert len(paints) == 1


def test_a_hidden_view_paints_when_shown_again(view: CurvesView, qtbot: QtBot) -> None:
    settled(qtbot, view)
    view.hide()
    train_two_epochs(view)
    assert not view.has_new_points
    assert len(view.loss.lines.points[0][0]) == 0
    view.show()
    assert len(view.loss.lines.points[0][0]) == 20


def test_screen_readers_get_a_summary(view: CurvesView) -> None:
    assert "No curves yet" in view.accessibleDescription()
    train_two_epochs(view)
    summary = view.accessibleDescription()
    assert "After 2 of 4 epochs the training loss went from 1.950 to 1.000" in summary
    assert "Validation loss 1.100, accuracy 40.0 %" in summary


def test_both_charts_line_up_in_any_font(view: CurvesView, qtbot: QtBot, enlarge_font: Callable[[float], None]) -> None:
    edges = []
    for scale in (1.0, 1.5):
        enlarge_font(scale)
        deliver_events()
        edges += [chart.plot.box.sceneBoundingRect().left() for chart in (view.loss, view.accuracy)]
    assert edges[0] == edges[1] < edges[2] == edges[3]


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_both_charts_have_an_epoch_label(
    view: CurvesView, qtbot: QtBot, enlarge_font: Callable[[float], None], scale: float
) -> None:
    enlarge_font(scale)
    train_two_epochs(view)
    settled(qtbot, view)
    for chart in (view.loss, view.accuracy):
        axis = chart.plot.axes["bottom"]
        assert axis.style["showValues"]
        word = chart.epoch_word
        assert word.text() == "epoch"
        place = word.mapRectToScene(word.boundingRect())
        assert QRectF(chart.plot.viewport().rect()).contains(place)
        first_figure = chart.plot.box.mapViewToScene(QPointF(0, 0)).x() - word.boundingRect().height() / 2
        assert place.right() < first_figure
        assert place.top() >= chart.plot.box.sceneBoundingRect().bottom() - 1
    assert view.loss.legend.values()[0] == "1.000"


def test_starting_a_run_does_not_move_the_plots(view: CurvesView, qtbot: QtBot) -> None:
    deliver_events()
    before = [chart.plot.box.sceneBoundingRect() for chart in (view.loss, view.accuracy)]
    train_two_epochs(view)
    settled(qtbot, view)
    view.grab()
    deliver_events()
    assert [chart.plot.box.sceneBoundingRect() for chart in (view.loss, view.accuracy)] == before


def test_curves_follow_the_theme(view: CurvesView, qapp: QApplication) -> None:
    try:
        for choice, colours in ((ThemeChoice.DARK, DARK), (ThemeChoice.LIGHT, LIGHT)):
            apply_theme(qapp, choice)
            assert view.loss.plot.backgroundBrush().color() == QColor(colours.surface)
            assert view.loss.lines.curves[1].opts["pen"].color() == QColor(colours.training)
            assert view.loss.plot.axes["left"].textPen().color() == QColor(colours.quiet_text)
    finally:
        apply_theme(qapp, ThemeChoice.LIGHT)


def test_the_legend_shows_every_value_in_a_large_font_too(
    view: CurvesView, qtbot: QtBot, enlarge_font: Callable[[float], None]
) -> None:
    small = view.loss.legend.sizeHint().width()
    enlarge_font(1.5)
    parts = view.loss.legend.findChildren(QWidget)
    qtbot.waitUntil(lambda: view.loss.legend.sizeHint().width() > 1.3 * small)
    qtbot.waitUntil(lambda: all(part.width() >= part.minimumSizeHint().width() for part in parts))


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30).map(sorted), st.floats(-200, 200))
def test_nearest_finds_the_nearest_point(xs: list[float], x: float) -> None:
    found = xs[nearest(np.array(xs), x)]
    assert abs(found - x) == min(abs(other - x) for other in xs)


def test_a_continued_run_shows_its_earlier_part_and_rate_changes(view: CurvesView, qtbot: QtBot) -> None:
    view.announce(settings(1.0))
    view.begin(
        Started(
            epochs=4,
            steps_per_epoch=10,
            samples_per_epoch=100,
            validation_loss=0.9,
            validation_accuracy=0.7,
            samples_done=200,
        )
    )
    steps = np.arange(1, 21)
    rows = [epoch_done(epoch, 2.0 - epoch / 2, epoch / 4) for epoch in (1, 2)]
    figures = ("epoch", "validation_loss", "validation_accuracy")
    view.add_previous_part(
        PreviousPart(
            np.array([steps, np.linspace(2, 1, 20), np.linspace(0, 1, 20)], np.float32),
            tuple({figure: getattr(row, figure) for figure in figures} for row in rows),
            ((1, 1.0), (15, 0.5), (21, 0.25)),
        )
    )
    add_steps(view, np.array([2.1]), np.array([0.95]), np.array([0.5]))
    settled(qtbot, view)
    x, losses = view.run.batch_loss.points()
    assert x[0] == pytest.approx(0.1)
    assert x[-1] == pytest.approx(2.1)
    assert (losses[0], losses[-1]) == (pytest.approx(2.0), pytest.approx(0.95))
    x, rates = view.run.rates.curve.points()
    assert list(zip(x.tolist(), rates.tolist(), strict=True))[:4] == [(0.1, 1.0), (1.4, 1.0), (1.5, 0.5), (2.0, 0.5)]
    epochs, validation = view.run.validation_loss.points()
    assert list(epochs) == [1, 2]
    assert list(validation) == pytest.approx([1.6, 1.1])
    for chart in (view.loss, view.accuracy):
        assert [(mark.x, mark.text) for mark in chart.lines.marks] == [(1.5, "rate 0.5"), (2.1, "rate 0.25")]
        x, _ = chart.lines.mark_lines["change"].getData()
        assert x.tolist() == [1.5, 1.5, 2.1, 2.1]
    view.begin(STARTED)
    settled(qtbot, view)
    assert not view.loss.lines.marks
    assert len(view.run.batch_loss.points()[0]) == 0


def test_a_run_continued_in_its_first_epoch_shows_no_validation_of_trained_weights_at_epoch_0(
    view: CurvesView, qtbot: QtBot
) -> None:
    view.begin(
        Started(
            epochs=4,
            steps_per_epoch=10,
            samples_per_epoch=100,
            validation_loss=0.9,
            validation_accuracy=0.7,
            samples_done=50,
        )
    )
    view.add_previous_part(PreviousPart(np.array([[1, 5], [2, 1], [0, 1]], np.float32), (), ((1, 1.0), (6, 0.5))))
    settled(qtbot, view)
    assert list(view.run.batch_loss.points()[0]) == pytest.approx([0.1, 0.5])
    assert len(view.run.validation_loss.points()[0]) == 0
    assert [mark.x for mark in view.loss.lines.marks] == [0.6]


def test_regression_has_no_accuracy_chart_and_a_small_loss_axis(view: CurvesView, qtbot: QtBot) -> None:
    view.set_classes(False)
    view.resize(view.width() // 2, view.height())
    view.begin(
        Started(epochs=50, steps_per_epoch=10, samples_per_epoch=500, validation_loss=None, validation_accuracy=None)
    )
    add_steps(view, np.arange(1, 301) / 10, np.full(300, 0.05), np.full(300, np.nan))
    settled(qtbot, view)
    assert not view.accuracy.isVisible()
    (_, right), (_, top) = view.loss.plot.box.viewRange()
    assert right == pytest.approx(30, rel=0.05)
    assert top == pytest.approx(0.1, rel=0.1)
    left = view.loss.plot.axes["left"]
    assert left.labelText == "loss"
    view.loss.set_unit("")  # drawn again, as for a new theme, while the axis ends below 1
    assert left.tickStrings([0.05], left.autoSIPrefixScale * left.scale, 0.01) == ["0.05"]
    view.set_classes(True)
    assert view.accuracy.isVisible()
    assert view.loss.plot.axes["left"].labelText == "loss (nats)"


def test_with_batch_size_1_the_smoothed_line_averages_many_steps(view: CurvesView, qtbot: QtBot) -> None:
    view.begin(
        Started(epochs=10, steps_per_epoch=500, samples_per_epoch=500, validation_loss=None, validation_accuracy=None)
    )
    losses = np.tile([0.0, 1.0], 1000)
    add_steps(view, np.arange(1, 2001) / 500, losses, np.full(2000, np.nan))
    _, smoothed = view.run.training_loss.points()
    assert np.abs(smoothed[len(smoothed) // 2 :] - 0.5).max() < 0.01


@pytest.mark.parametrize(
    ("loss", "text"), [(0.00123, "0.0012"), (0.5, "0.500"), (99.5, "99.500"), (1234.5, "1234"), (999_999.0, "999999")]
)
def test_a_loss_has_at_most_six_characters(loss: float, text: str) -> None:
    assert loss_text(loss) == text


def test_the_last_epoch_is_not_cut_after_the_text_has_become_larger(view: CurvesView, qtbot: QtBot) -> None:
    train_two_epochs(view)
    label = view.epoch_label
    qtbot.waitUntil(lambda: label.text() == "last: epoch 2.00")
    font = label.font()
    font.setPointSizeF(2 * font.pointSizeF() if font.pointSizeF() > 0 else 24)
    label.setFont(font)
    assert label.minimumWidth() >= label.fontMetrics().horizontalAdvance(label.text())
    assert label.minimumHeight() >= label.fontMetrics().height()
