"""The curves and the fit are beside each other, or above each other where the width ends."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.tabs.train.charts.run_charts import RunCharts
from app.widgets.layouts.scroll_page import ScrollPage
from nncore.experiments.recipes import RECIPES
from nncore.experiments.recipes.examples import CurveExamples
from tests.app.waiting import deliver_events


def test_a_narrow_page_has_the_fit_below_the_curves(qtbot: QtBot) -> None:
    charts, examples = RunCharts(), RECIPES["sine"].examples
    page = ScrollPage(charts)
    qtbot.addWidget(page)
    assert isinstance(examples, CurveExamples)
    charts.show_points(examples.curve())
    side_by_side = charts.curves.minimumSizeHint().width() + charts.fit.minimumSizeHint().width()
    for width, is_wide in ((side_by_side + 200, True), (side_by_side - 20, False), (side_by_side + 200, True)):
        page.resize(width, 900)
        page.show()
        deliver_events()
        curves, fit = charts.curves.geometry(), charts.fit.geometry()
        assert (fit.left() > curves.right(), fit.top() > curves.bottom()) == (is_wide, not is_wide)
