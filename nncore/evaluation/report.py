"""An evaluation as one HTML file: it includes its charts and images, and needs no internet and no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from nncore.data.dataset import Dataset
from nncore.evaluation.predictions import Predictions
from nncore.evaluation.report_charts import reliability_chart, robustness_chart
from nncore.evaluation.robustness import RobustnessPoint
from nncore.reporting.html_page import html_page
from nncore.reporting.number_text import percent_text
from nncore.reporting.png import data_uri

MAX_MISREAD = 60
"""Largest number of misread images in a report; the most confident mistakes are shown."""

REPORT_STYLE = """
:root { --correct: 0, 114, 178; --incorrect: 230, 159, 0; }
@media (prefers-color-scheme: dark) { :root { --correct: 86, 180, 233; } }
p { margin: 4px 0; } .large { font-size: 40px; font-weight: 600; line-height: 1.3; }
.wide { overflow-x: auto; } .figures { background: var(--card); width: auto; }
.figures th, .figures td, .figures tr:last-child > * { padding: 4px 10px; text-align: right; font-weight: 400;
  border: 1px solid var(--line); min-width: 46px; vertical-align: middle; }
.figures th { color: var(--quiet); }
.figures small { display: block; font-size: 11px; line-height: 1.2; color: var(--quiet); }
.figures .shade small { color: inherit; opacity: 0.8; }
.shade { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px;
  break-inside: avoid; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 16px; max-width: 824px; }
.charts figure { max-width: 404px; } .charts svg { width: 100%; height: auto; display: block; }
.charts text { font-size: 10px; fill: var(--quiet); }
.charts .line { stroke: var(--s0); stroke-width: 1.5; } .dot, .bar { fill: var(--s0); }
.aim { stroke: var(--s1); stroke-dasharray: 5 4; stroke-width: 1.5; }
.misread { display: grid; grid-template-columns: repeat(auto-fill, minmax(100px, 1fr)); gap: 12px; }
.misread figure { padding: 8px; text-align: center; font-size: 13px; line-height: 1.3; }
.misread img { width: 84px; height: 84px; image-rendering: pixelated; display: block; margin: 0 auto 4px; }
h2 { break-after: avoid; }
@media print { :root { --correct: 0, 114, 178; } .figures { font-size: 9pt; } .figures tr { break-inside: avoid; }
  .figures th, .figures td { padding: 2px 6px; min-width: 0; }
  .misread { grid-template-columns: repeat(8, 1fr); gap: 6px; } .misread figure { padding: 4px; font-size: 8pt; }
  .misread img { width: 56px; height: 56px; } }
"""


def evaluation_report(
    predictions: Predictions, dataset: Dataset, model: str, summary: str = "", robust: Sequence[RobustnessPoint] = ()
) -> str:
    """Return the HTML page: accuracy with its interval, confusion matrix, figures per class, calibration, mistakes.

    dataset: the evaluated data set, for the images. model: the name of the model; summary: the network in one line.
    robust: the points of the robustness curves, if they were measured. All names are escaped.
    """
    parts = [
        _header_html(predictions, model, summary),
        _section_html("Confusion matrix", _confusion_html(predictions)),
        _section_html("Each class", _classes_html(predictions)),
        _section_html("Reliability: accuracy compared with confidence", _calibration_html(predictions)),
        _section_html("Robustness: accuracy on distorted digits", _robustness_html(robust)),
        _section_html("Misread, the most confident mistake first", _misread_html(predictions, dataset)),
    ]
    return html_page(f"{model}: evaluation", "\n".join(filter(None, parts)), REPORT_STYLE)


def _section_html(title: str, inside: str) -> str:
    return f"<section><h2>{title}</h2>{inside}</section>" if inside else ""


def _header_html(predictions: Predictions, model: str, summary: str) -> str:
    low, high = predictions.interval
    accuracy = predictions.accuracy
    figure = "no examples with a class" if accuracy is None else percent_text(accuracy)
    return (
        f'<h1>{escape(model)}</h1><p class="quiet">{escape(summary)}</p><p class="large">{figure}</p>'
        f"<p>{predictions.correct:,} of {predictions.count:,} read correctly; the accuracy is between "
        f"{percent_text(low)} and {percent_text(high)} (95&nbsp;% confidence interval).</p>"
        f'<p class="quiet">{escape(predictions.source)}</p>'
    )


def _confusion_html(predictions: Predictions) -> str:
    names, counts = predictions.class_names, predictions.confusion
    totals = np.maximum(counts.sum(axis=1), 1)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    rows = []
    for label, name in enumerate(names):
        cells = []
        for answer, count in enumerate(counts[label].tolist()):
            colour = "correct" if answer == label else "incorrect"
            fraction = float(count / totals[label])
            ground = f"rgba(var(--{colour}), {0.15 + 0.5 * fraction**0.5:.2f})"
            figures = f"{count:,}<small>{percent_text(fraction, 1)}</small>"
            cells.append(f'<td class="shade" style="background:{ground}">{figures}</td>' if count else "<td></td>")
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{"".join(cells)}</tr>')
    return (
        '<p class="quiet">Rows: the true class. Columns: the predicted class. '
        "The percentage below a count is its fraction of the row.</p>"
        '<div class="wide"><table class="figures">'
        f"<tr><td></td>{head}</tr>{''.join(rows)}</table></div>"
    )


def _classes_html(predictions: Predictions) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(f.name)}</th><td>{f.count:,}</td>'
        + "".join(f"<td>{percent_text(fraction)}</td>" for fraction in (f.precision, f.recall, f.f1))
        + "</tr>"
        for f in predictions.figures
    )
    head = "".join(f'<th scope="col">{word}</th>' for word in ("class", "examples", "precision", "recall", "F1"))
    return f'<div class="wide"><table class="figures"><tr>{head}</tr>{rows}</table></div>'


def _calibration_html(predictions: Predictions) -> str:
    if not predictions.bins:
        return ""
    return (
        f"<p>Expected calibration error: {percent_text(predictions.calibration_error)}.</p>"
        f'<div class="charts">{reliability_chart(predictions.bins)}</div>'
    )


def _robustness_html(points: Sequence[RobustnessPoint]) -> str:
    if not points:
        return ""
    kinds = {point.distortion: None for point in points}
    charts = [robustness_chart([point for point in points if point.distortion == kind]) for kind in kinds]
    return f'<p class="quiet">Accuracy on {points[0].count:,} images.</p><div class="charts">{"".join(charts)}</div>'


def _misread_html(predictions: Predictions, dataset: Dataset) -> str:
    rows = predictions.misread()
    if not len(rows):
        return "<p>No example was misread.</p>"
    shown = rows[:MAX_MISREAD]
    images = dataset.take(shown).images if dataset.is_bytes else None
    figures = []
    for index, row in enumerate(shown.tolist()):
        true, read = (
            escape(predictions.class_names[place[row]]) for place in (predictions.labels, predictions.answers)
        )
        words = f"{true} read as {read}"
        image = "" if images is None else f'<img alt="{words}" src="{data_uri(255 - images[index])}">'
        confidence = percent_text(float(predictions.confidence[row]), 1)
        figures.append(f'<figure>{image}{words}<br><span class="quiet">{confidence}</span></figure>')
    count = f"{len(rows):,} in all" + (f"; the first {len(shown)} of them." if len(shown) < len(rows) else ".")
    return f'<p class="quiet">{count}</p><div class="misread">{"".join(figures)}</div>'
