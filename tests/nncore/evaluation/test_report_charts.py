"""Bars and curves in the report have the height of their values."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

from nncore.evaluation.metrics import ReliabilityBin
from nncore.evaluation.report_charts import (
    PLOT_BOTTOM,
    PLOT_LEFT,
    PLOT_RIGHT,
    PLOT_TOP,
    reliability_chart,
    robustness_chart,
)
from nncore.evaluation.robustness import Distortion, RobustnessPoint


def test_the_height_of_a_bar_is_its_accuracy() -> None:
    figure = fromstring(
        reliability_chart([ReliabilityBin(0.8, 1.0, 12, 0.9, 0.75), ReliabilityBin(0.2, 0.4, 1, 0.3, 0.0)])
    )
    bar, empty = figure.findall(".//rect")
    assert float(bar.attrib["height"]) == 0.75 * (PLOT_BOTTOM - PLOT_TOP)
    assert float(empty.attrib["height"]) == 0
    assert float(bar.attrib["x"]) > float(empty.attrib["x"])
    title = bar.find("title")
    assert title is not None
    assert title.text == "12 answers with confidence 80 to 100 %: 75.0 % correct"


def test_a_curve_fills_the_plot_and_names_are_escaped() -> None:
    distortion = Distortion("<b>&", "noise", "fraction", (0.0, 0.5, 1.0))
    accuracies = (1.0, 0.5, 0.0)
    points = [RobustnessPoint(distortion, s, a, 10) for s, a in zip(distortion.strengths, accuracies, strict=True)]
    figure = fromstring(robustness_chart(points))
    dots = [(float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in figure.findall(".//circle")]
    assert dots == [
        (PLOT_LEFT, PLOT_TOP),
        ((PLOT_LEFT + PLOT_RIGHT) / 2, (PLOT_TOP + PLOT_BOTTOM) / 2),
        (PLOT_RIGHT, PLOT_BOTTOM),
    ]
    caption = figure.find("figcaption")
    assert caption is not None
    assert caption.text == "<b>&"
    assert robustness_chart(points[:1])  # a single strength causes no division by zero
