"""An evaluation as one HTML file: it carries its plots and pictures with it, and needs no network and no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from nncore.dataset import Dataset
from nncore.evaluation_charts import reliability_chart, robustness_chart
from nncore.grey_png import data_uri
from nncore.judgement import Judgement
from nncore.robustness import RobustnessPoint

MOST_MISREAD = 60
"""Pictures of mistakes in a report; the most confident ones."""

STYLE = """
:root { color-scheme: light dark; --page: #f4f5f7; --card: #fff; --line: #dde0e5; --text: #1b1f27; --quiet: #5a6270;
  --right: 0, 114, 178; --wrong: 230, 159, 0; }
@media (prefers-color-scheme: dark) { :root { --page: #16181d; --card: #1f2229; --line: #31353f; --text: #e8eaee;
  --quiet: #a0a7b4; --right: 86, 180, 233; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1040px; padding: 32px 24px; background: var(--page); color: var(--text);
  font: 15px/1.5 Inter, system-ui, sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 24px; margin: 0; } h2 { font-size: 18px; margin: 32px 0 8px; }
p { margin: 4px 0; } .quiet, figcaption, th { color: var(--quiet); } .large { font-size: 40px; font-weight: 600; }
table { border-collapse: collapse; background: var(--card); } .wide { overflow-x: auto; }
th, td { padding: 4px 10px; text-align: right; border: 1px solid var(--line); font-weight: 400; min-width: 42px; }
.charts, .misread { display: flex; flex-wrap: wrap; gap: 16px; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px;
  break-inside: avoid; }
.charts figure { width: 320px; } svg { width: 100%; height: auto; display: block; }
svg text { font-size: 10px; fill: var(--quiet); } .grid { stroke: var(--line); }
.line { fill: none; stroke: rgb(var(--right)); stroke-width: 1.5; } .dot, .bar { fill: rgb(var(--right)); }
.aim { stroke: rgb(var(--wrong)); stroke-dasharray: 5 4; stroke-width: 1.5; }
.misread figure { padding: 8px; width: 104px; text-align: center; font-size: 13px; line-height: 1.3; }
.misread img { width: 84px; height: 84px; image-rendering: pixelated; display: block; margin: 0 auto 4px; }
@media print { body { background: none; max-width: none; padding: 0; } }
"""

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{title}</title><style>{style}</style></head><body>
{body}
</body></html>
"""


def evaluation_report(
    judgement: Judgement, dataset: Dataset, model: str, summary: str = "", robust: Sequence[RobustnessPoint] = ()
) -> str:
    """The page: accuracy with its interval, confusion matrix, figures a class, calibration, the worst mistakes.

    dataset: the one judged, for the pictures. model: its name; summary: the network in a line. robust: the points of
    the robustness curves, if they were measured. Whatever the names hold stands there as text.
    """
    parts = [
        _head(judgement, model, summary),
        _section("Which digit was read as which", _confusion(judgement)),
        _section("Each class", _classes(judgement)),
        _section("Is it as often right as it is sure?", _calibration(judgement)),
        _section("When digits are distorted", _robustness(robust)),
        _section("Misread, the most confident mistake first", _misread(judgement, dataset)),
    ]
    return PAGE.format(title=escape(f"{model}: evaluation"), style=STYLE, body="\n".join(filter(None, parts)))


def _section(title: str, inside: str) -> str:
    return f"<section><h2>{title}</h2>{inside}</section>" if inside else ""


def _head(judgement: Judgement, model: str, summary: str) -> str:
    low, high = judgement.interval
    accuracy = judgement.accuracy
    figure = "no example of a class" if accuracy is None else f"{accuracy:.2%}"
    return (
        f'<h1>{escape(model)}</h1><p class="quiet">{escape(summary)}</p><p class="large">{figure}</p>'
        f"<p>{judgement.right:,} of {judgement.count:,} read right; of many more like these {low:.2%} to {high:.2%}"
        f' would be (95 % interval).</p><p class="quiet">{escape(judgement.source)}</p>'
    )


def _confusion(judgement: Judgement) -> str:
    names, counts = judgement.class_names, judgement.confusion
    totals = np.maximum(counts.sum(axis=1), 1)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    rows = []
    for label, name in enumerate(names):
        cells = []
        for answer, count in enumerate(counts[label].tolist()):
            colour = "right" if answer == label else "wrong"
            ground = f"rgba(var(--{colour}), {0.15 + 0.5 * float(count / totals[label]) ** 0.5:.2f})"
            cells.append(f'<td style="background:{ground}">{count:,}</td>' if count else "<td></td>")
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{"".join(cells)}</tr>')
    return (
        '<p class="quiet">Rows: the true class. Columns: the answer.</p><div class="wide"><table>'
        f"<tr><td></td>{head}</tr>{''.join(rows)}</table></div>"
    )


def _classes(judgement: Judgement) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(f.name)}</th><td>{f.count:,}</td>'
        + "".join(f"<td>{_percent(share)}</td>" for share in (f.precision, f.recall, f.f1))
        + "</tr>"
        for f in judgement.figures
    )
    head = "".join(f'<th scope="col">{word}</th>' for word in ("class", "examples", "precision", "recall", "F1"))
    return f'<div class="wide"><table><tr>{head}</tr>{rows}</table></div>'


def _calibration(judgement: Judgement) -> str:
    if not judgement.bins:
        return ""
    return (
        f"<p>Expected calibration error: {judgement.calibration_error:.2%}.</p>"
        f'<div class="charts">{reliability_chart(judgement.bins)}</div>'
    )


def _robustness(points: Sequence[RobustnessPoint]) -> str:
    if not points:
        return ""
    kinds = {point.distortion: None for point in points}
    charts = [robustness_chart([point for point in points if point.distortion == kind]) for kind in kinds]
    return f'<p class="quiet">Accuracy on {points[0].count:,} images.</p><div class="charts">{"".join(charts)}</div>'


def _misread(judgement: Judgement, dataset: Dataset) -> str:
    rows = judgement.misread()
    if not len(rows):
        return "<p>Nothing was misread.</p>"
    shown = rows[:MOST_MISREAD]
    pictures = dataset.take(shown).images if dataset.is_bytes else None
    figures = []
    for number, row in enumerate(shown.tolist()):
        true, read = (escape(judgement.class_names[place[row]]) for place in (judgement.labels, judgement.answers))
        words = f"{true} read as {read}"
        picture = "" if pictures is None else f'<img alt="{words}" src="{data_uri(255 - pictures[number])}">'
        figures.append(
            f'<figure>{picture}{words}<br><span class="quiet">{judgement.confidence[row]:.1%}</span></figure>'
        )
    said = f"{len(rows):,} in all" + (f"; the first {len(shown)} of them." if len(shown) < len(rows) else ".")
    return f'<p class="quiet">{said}</p><div class="misread">{"".join(figures)}</div>'


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.2%}"
