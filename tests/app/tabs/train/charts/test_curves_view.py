from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.session.run_events import PreviousPart
from app.style.theme import DARK, LIGHT, ThemeChoice, apply_theme
from app.tabs.train.charts.chart import Chart, nearest
from app.tabs.train.charts.curves_view import CurvesView, loss_text, round_up
from nncore.training.events import EpochDone, Started

STARTED = Started(epochs=4, steps_per_epoch=10, samples_per_epoch=10_000, validation_loss=2.3, validation_accuracy=0.1)


@pytest.fixture
def view(qtbot: QtBot) -> CurvesView:
    view = CurvesView()
    qtbot.addWidget(view)
    view.resize(800, 600)
    with qtbot.waitExposed(view):
        view.show()
    return view


def epoch_done(epoch: int, loss: float, accuracy: float) -> EpochDone:
    return EpochDone(epoch, 10 * epoch, loss, accuracy, loss + 0.1, accuracy - 0.1, 1e4, 1.0)


def train_two_epochs(view: CurvesView) -> None:
    view.begin(STARTED)
    for epoch in (1, 2):
        x = (np.arange(10) + 1) / 10 + epoch - 1
        view.add_steps(x, 2.0 - x / 2, x / 4)
        view.add_epochs([epoch_done(epoch, 2.0 - epoch / 2, epoch / 4)])


def settled(qtbot: QtBot, view: CurvesView) -> None:
    qtbot.waitUntil(lambda: not view._timer.isActive())


def move_mouse(chart: Chart, x: float) -> None:
    box, viewport = chart.plot.box, chart.plot.viewport()
    place = QPointF(chart.plot.mapFromScene(box.mapViewToScene(QPointF(x, box.viewRect().center().y()))))
    none = Qt.MouseButton.NoButton
    move = QMouseEvent(
        QEvent.Type.MouseMove, place, viewport.mapToGlobal(place), none, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(viewport, move)


def test_without_a_run_the_plots_show_a_hint(view: CurvesView, qtbot: QtBot) -> None:
    assert view.loss._empty.isVisible()
    assert view.loss._empty.text() == "Press Train to see the loss."
    train_two_epochs(view)
    settled(qtbot, view)
    assert not view.loss._empty.isVisible()
    assert not view.accuracy._empty.isVisible()
    view.clear()
    assert view.loss._empty.isVisible()
    assert view.loss.legend.values() == ["–", "–", "–"]


def test_losses_and_accuracies_are_drawn(view: CurvesView, qtbot: QtBot) -> None:
    train_two_epochs(view)
    settled(qtbot, view)
    x, y = view.loss._curves[0].getData()
    np.testing.assert_allclose(x, np.arange(1, 21) / 10)
    np.testing.assert_allclose(y, 2.0 - x / 2)
    x, y = view.accuracy._curves[0].getData()
    np.testing.assert_allclose(y, 100 * x / 4, atol=1e-9)  # ten steps an epoch: nothing is smoothed
    x, y = view.accuracy._curves[1].getData()
    assert x.tolist() == [0, 1, 2]
    np.testing.assert_allclose(y, [10, 15, 40])


def test_a_second_run_replaces_the_first(view: CurvesView, qtbot: QtBot) -> None:
    train_two_epochs(view)
    view.begin(STARTED)
    settled(qtbot, view)
    assert len(view.loss._points[0][0]) == 0
    assert view.loss._points[2][0].tolist() == [0]


def test_without_a_validation_set_there_is_no_validation_curve(view: CurvesView, qtbot: QtBot) -> None:
    view.begin(Started(4, 10, 100, None, None))
    view.add_epochs([EpochDone(1, 10, 1.0, 0.5, None, None, 1e4, 1.0)])
    settled(qtbot, view)
    assert view.accuracy.legend.values()[1] == "–"


def test_the_legend_shows_the_newest_values(view: CurvesView, qtbot: QtBot) -> None:
    train_two_epochs(view)
    settled(qtbot, view)
    assert view.loss.legend.values()[0] == "1.000"
    assert view.loss.legend.values()[2] == "1.100"
    assert view.accuracy.legend.values()[1] == "40.0 %"
    assert view._epoch_label.text() == "now, epoch 2.00"


def test_the_crosshair_shows_values_of_both_charts(view: CurvesView, qtbot: QtBot) -> None:
    train_two_epochs(view)
    settled(qtbot, view)
    for chart in (view.loss, view.accuracy):
        move_mouse(chart, 0.52)
        assert view._epoch_label.text() == "at epoch 0.50"
        assert view.loss.legend.values()[0] == "1.750"
        assert view.accuracy.legend.values()[1] in ("10.0 %", "15.0 %")
        for other in (view.loss, view.accuracy):
            assert other._crosshair.isVisible()
            assert other._crosshair.value() == pytest.approx(0.5)
        QApplication.sendEvent(chart.plot.viewport(), QEvent(QEvent.Type.Leave))
        assert not view.loss._crosshair.isVisible()
        assert view._epoch_label.text() == "now, epoch 2.00"


def test_the_crosshair_does_not_move_the_layout(view: CurvesView, qtbot: QtBot) -> None:
    train_two_epochs(view)
    settled(qtbot, view)
    before = [chart.plot.geometry() for chart in (view.loss, view.accuracy)]
    move_mouse(view.loss, 1.3)
    qtbot.wait(5)
    assert [chart.plot.geometry() for chart in (view.loss, view.accuracy)] == before


def test_the_axis_shows_the_whole_run_from_the_start(view: CurvesView, qtbot: QtBot) -> None:
    view.begin(STARTED)
    settled(qtbot, view)
    before = view.loss.plot.box.viewRange()
    train_two_epochs(view)
    settled(qtbot, view)
    assert view.loss.plot.box.viewRange() == before
    (left, right), (bottom, top) = before
    assert -0.1 < left < 0 < 4 < right < 4.1
    assert bottom < 0 < 2.3 < top
    assert view.accuracy.plot.box.viewRange()[0] == pytest.approx(before[0])


def test_the_loss_axis_grows_and_never_shrinks(view: CurvesView, qtbot: QtBot) -> None:
    view.begin(STARTED)
    view.add_steps(np.array([0.1]), np.array([30.0]), np.array([0.1]))
    settled(qtbot, view)
    high = view.loss.plot.box.viewRange()[1][1]
    assert high > 30
    view.add_steps(np.arange(2, 30) / 10, np.full(28, 0.01), np.ones(28))
    settled(qtbot, view)
    assert view.loss.plot.box.viewRange()[1][1] == high


def test_huge_losses_are_not_drawn(view: CurvesView, qtbot: QtBot) -> None:
    view.begin(STARTED)
    view.add_steps(np.arange(1, 6) / 10, np.array([2.0, 1e308, np.nan, np.inf, 1.0]), np.full(5, 0.5))
    settled(qtbot, view)
    assert view.loss._points[0][1].tolist() == [2.0, 1.0]
    assert view.loss.plot.box.viewRange()[1][1] < 5


def test_steps_are_painted_together_and_the_timer_stops(view: CurvesView, qtbot: QtBot) -> None:
    paints: list[int] = []
    view.begin(STARTED)
    settled(qtbot, view)
    view.loss._curves[0].sigPlotChanged.connect(lambda *_: paints.append(1))
    for step in range(100):
        view.add_steps(np.array([step / 100]), np.array([1.0]), np.array([0.5]))
    assert paints == []
    assert view._timer.isActive()
    settled(qtbot, view)
    assert len(paints) == 1


def test_a_hidden_view_paints_when_shown_again(view: CurvesView, qtbot: QtBot) -> None:
    settled(qtbot, view)
    view.hide()
    train_two_epochs(view)
    assert not view._timer.isActive()
    assert len(view.loss._points[0][0]) == 0
    view.show()
    assert len(view.loss._points[0][0]) == 20


def test_the_wheel_over_the_curves_scrolls_the_page(view: CurvesView) -> None:
    before = view.loss.plot.box.viewRange()
    viewport = view.loss.plot.viewport()
    turn = QWheelEvent(
        QPointF(200, 100), viewport.mapToGlobal(QPointF(200, 100)), QPoint(), QPoint(0, 120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(viewport, turn)
    assert not turn.isAccepted()
    assert view.loss.plot.box.viewRange() == before


def test_dragging_does_not_move_the_curves(view: CurvesView, qtbot: QtBot) -> None:
    before = view.loss.plot.box.viewRange()
    viewport = view.loss.plot.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=QPoint(200, 60))
    qtbot.mouseMove(viewport, QPoint(320, 90))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(320, 90))
    assert view.loss.plot.box.viewRange() == before


def test_a_right_click_opens_no_menu(view: CurvesView, qtbot: QtBot) -> None:
    qtbot.mouseClick(view.loss.plot.viewport(), Qt.MouseButton.RightButton, pos=QPoint(200, 60))
    assert QApplication.activePopupWidget() is None


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
        qtbot.wait(20)
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
        word = chart._epoch_word
        assert word.text() == "epoch"
        place = word.mapRectToScene(word.boundingRect())
        assert QRectF(chart.plot.viewport().rect()).contains(place)
        first_figure = chart.plot.box.mapViewToScene(QPointF(0, 0)).x() - word.boundingRect().height() / 2
        assert place.right() < first_figure
        assert place.top() >= chart.plot.box.sceneBoundingRect().bottom() - 1
    assert view.loss.legend.values()[0] == "1.000"


def test_starting_a_run_does_not_move_the_plots(view: CurvesView, qtbot: QtBot) -> None:
    qtbot.wait(1)
    before = [chart.plot.box.sceneBoundingRect() for chart in (view.loss, view.accuracy)]
    train_two_epochs(view)
    settled(qtbot, view)
    view.grab()
    qtbot.wait(1)
    assert [chart.plot.box.sceneBoundingRect() for chart in (view.loss, view.accuracy)] == before


def test_curves_follow_the_theme(view: CurvesView, qapp: QApplication) -> None:
    try:
        for choice, colours in ((ThemeChoice.DARK, DARK), (ThemeChoice.LIGHT, LIGHT)):
            apply_theme(qapp, choice)
            assert view.loss.plot.backgroundBrush().color() == QColor(colours.surface)
            assert view.loss._curves[1].opts["pen"].color() == QColor(colours.training)
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


@given(st.floats(1e-6, 1e6))
def test_axes_end_at_the_next_round_number(value: float) -> None:
    assert value <= round_up(value) * (1 + 1e-12)
    assert round_up(value) <= 1.5 * value * (1 + 1e-9)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30).map(sorted), st.floats(-200, 200))
def test_nearest_finds_the_nearest_point(xs: list[float], x: float) -> None:
    found = xs[nearest(np.array(xs), x)]
    assert abs(found - x) == min(abs(other - x) for other in xs)


def test_a_continued_run_shows_its_earlier_part_and_rate_changes(view: CurvesView, qtbot: QtBot) -> None:
    view.begin(Started(4, 10, 100, 0.9, 0.7, samples_done=200))
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
    view.add_steps(np.array([2.1]), np.array([0.95]), np.array([0.5]))
    settled(qtbot, view)
    x, losses = view._batch_loss.points()
    assert x[0] == pytest.approx(0.1)
    assert x[-1] == pytest.approx(2.1)
    assert (losses[0], losses[-1]) == (pytest.approx(2.0), pytest.approx(0.95))
    epochs, validation = view._validation_loss.points()
    assert list(epochs) == [1, 2]
    assert list(validation) == pytest.approx([1.6, 1.1])
    for chart in (view.loss, view.accuracy):
        assert [(line.value(), line.label.format) for line in chart._annotations] == [
            (1.5, "rate 0.5"),
            (2.1, "rate 0.25"),
        ]
    view.begin(STARTED)
    assert not view.loss._annotations
    assert len(view._batch_loss.points()[0]) == 0


def test_a_run_continued_in_its_first_epoch_shows_no_validation_of_trained_weights_at_epoch_0(
    view: CurvesView, qtbot: QtBot
) -> None:
    view.begin(Started(4, 10, 100, 0.9, 0.7, samples_done=50))
    view.add_previous_part(PreviousPart(np.array([[1, 5], [2, 1], [0, 1]], np.float32), (), ((1, 1.0), (6, 0.5))))
    settled(qtbot, view)
    assert list(view._batch_loss.points()[0]) == pytest.approx([0.1, 0.5])
    assert len(view._validation_loss.points()[0]) == 0
    assert [line.value() for line in view.loss._annotations] == [0.6]


def test_regression_has_no_accuracy_chart_and_a_small_loss_axis(view: CurvesView, qtbot: QtBot) -> None:
    view.set_classes(False)
    view.resize(view.width() // 2, view.height())
    view.begin(Started(50, 10, 500, None, None))
    view.add_steps(np.arange(1, 301) / 10, np.full(300, 0.05), np.full(300, np.nan))
    settled(qtbot, view)
    assert not view.accuracy.isVisible()
    (_, right), (_, top) = view.loss.plot.box.viewRange()
    assert right == pytest.approx(30, rel=0.05)
    assert top == pytest.approx(0.1, rel=0.1)
    left = view.loss.plot.axes["left"]
    assert left.labelText == "loss"
    view.loss.set_unit("")  # dressed anew, as by another theme, while the axis ends below 1
    assert left.tickStrings([0.05], left.autoSIPrefixScale * left.scale, 0.01) == ["0.05"]
    view.set_classes(True)
    assert view.accuracy.isVisible()
    assert view.loss.plot.axes["left"].labelText == "loss (nats)"


def test_with_batch_size_1_the_smoothed_line_averages_many_steps(view: CurvesView, qtbot: QtBot) -> None:
    view.begin(Started(10, 500, 500, None, None))
    losses = np.tile([0.0, 1.0], 1000)
    view.add_steps(np.arange(1, 2001) / 500, losses, np.full(2000, np.nan))
    _, smoothed = view._training_loss.points()
    assert np.abs(smoothed[len(smoothed) // 2 :] - 0.5).max() < 0.01


@pytest.mark.parametrize(
    ("loss", "text"), [(0.00123, "0.0012"), (0.5, "0.500"), (99.5, "99.500"), (1234.5, "1234"), (999_999.0, "999999")]
)
def test_a_loss_has_at_most_six_characters(loss: float, text: str) -> None:
    assert loss_text(loss) == text
