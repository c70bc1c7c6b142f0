"""A report on one or more runs as a single HTML file: settings, figures, curves, confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.experiments.run_log.descriptions import differing_settings, settings_in_words
from nncore.experiments.run_log.log import RunLog
from nncore.experiments.run_log.logged_run import LastEvaluation, LoggedRun
from nncore.reporting.html_page import html_page
from nncore.reporting.number_text import duration_text, percent_text, rounded_text
from nncore.reporting.svg_chart import ChartLine, chart, legend
from nncore.system.atomic_write import save_file
from nncore.training.history import EpochFigures

MAX_EPOCH_ROWS = 200
"""Largest number of rows in the table of epochs."""

MAX_OPEN_ROWS = 30
"""A table with more rows is closed at first."""


@dataclass(frozen=True, eq=False)
class ReportedRun:
    """A run with everything that a report shows.

    curve: (3, n) step, loss, accuracy. confusion: the part of the data on which the run was evaluated, and the matrix.
    """

    run: LoggedRun
    epochs: Sequence[EpochFigures]
    curve: NDArray[np.float32]
    evaluation: LastEvaluation | None = None

    @classmethod
    def from_log(cls, log: RunLog, number: int) -> ReportedRun:
        """The run with this number; raises RunLogError if the log has no such run."""
        return cls(log.run(number), log.epochs(number), log.curve(number), log.last_evaluation(number))


def write_report(runs: Sequence[ReportedRun], path: Path) -> None:
    """Write the report on `runs`, one or more, to `path`; raises DataError if that fails."""
    save_file(path, report_on(runs).encode("utf-8", errors="replace"), DataError)


def report_on(runs: Sequence[ReportedRun]) -> str:
    """The report as HTML; the text of the runs is escaped."""
    title = runs[0].run.settings.name if len(runs) == 1 else f"{len(runs)} runs compared"
    written = f"Digit Lab, {datetime.now():%Y-%m-%d %H:%M}"
    parts = [f'<h1>{escape(title)}</h1><p class="quiet">{written}</p>', _card(_figures(runs))]
    parts += [_card(_curves(runs))]
    if len(runs) > 1:
        parts += ["<h2>Settings that differ</h2>", _card(_differences(runs))]
    for each in runs:
        parts += [f"<h2>{escape(_name(each.run))}</h2>" if len(runs) > 1 else "", _details(each)]
    return html_page(title, "\n".join(parts))


def _name(run: LoggedRun) -> str:
    return f"{run.id} · {run.settings.name}"


def _card(html: str) -> str:
    return f'<section class="card">{html}</section>'


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers_from: int | None = None) -> str:
    """A table of plain text; the columns from `numbers_from` on are right-aligned."""

    def cells(kind: str, row: Sequence[str]) -> str:
        first_number = len(row) if numbers_from is None else numbers_from
        opened = [f'<{kind} class="number">' if index >= first_number else f"<{kind}>" for index in range(len(row))]
        return "".join(f"{tag}{escape(text)}</{kind}>" for tag, text in zip(opened, row, strict=True))

    lines = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells('th', head)}</tr></thead><tbody>{lines}</tbody></table>"


def _figures(runs: Sequence[ReportedRun]) -> str:
    head = ("run", "state", "epochs", "time", "test accuracy", "best validation", "validation", "training loss")
    rows = [
        (
            _name(run), run.state, f"{run.epochs:,}", duration_text(run.seconds), percent_text(run.test_accuracy),
            percent_text(run.best_accuracy), percent_text(run.validation_accuracy), rounded_text(run.training_loss),
        )
        for run in (each.run for each in runs)
    ]  # fmt: skip
    return _table(head, rows, numbers_from=2)


def _curves(runs: Sequence[ReportedRun]) -> str:
    if not any(each.epochs for each in runs):
        return '<p class="quiet">There is no curve, because no epoch was finished.</p>'
    losses, accuracies = (_lines(runs, kind) for kind in ("loss", "accuracy"))
    top = max((float(line.y[np.isfinite(line.y)].max(initial=0)) for line in losses if not line.is_faint), default=1.0)
    html = "<h3>Loss</h3>" + chart(losses, "epochs", "loss", top=1.05 * top or 1.0) + legend(losses)
    if any(np.isfinite(line.y).any() for line in accuracies):
        html += (
            "<h3>Accuracy</h3>"
            + chart(accuracies, "epochs", "accuracy (%)", 100.0, _bottom(accuracies))
            + legend(accuracies)
        )
    return html


def _bottom(lines: Sequence[ChartLine]) -> float:
    """The lower end of the axis of accuracies: as high as the lines allow, except the faint ones."""
    lowest = min(
        (float(line.y[np.isfinite(line.y)].min(initial=100)) for line in lines if not line.is_faint), default=0.0
    )
    return max(each for each in (0.0, 50.0, 80.0, 90.0, 95.0, 98.0) if each <= max(lowest, 0.0))


def _lines(runs: Sequence[ReportedRun], kind: str) -> list[ChartLine]:
    """One run: batches, training and validation. Several runs: the validation, or else the training, of each."""
    scale = 100.0 if kind == "accuracy" else 1.0
    if len(runs) == 1:
        only = runs[0]
        lines = [_line(only, f"validation_{kind}", "validation", 1, scale, marked=True)]
        lines = [line for line in lines if np.isfinite(line.y).any()]
        return [_batches(only, kind, scale), _line(only, f"training_{kind}", "training", 0, scale), *lines]
    lines = []
    for index, each in enumerate(runs):
        line = _line(each, f"validation_{kind}", f"{_name(each.run)}, validation", index, scale)
        if not np.isfinite(line.y).any():
            line = _line(each, f"training_{kind}", f"{_name(each.run)}, training", index, scale)
        lines.append(line)
    return lines


def _line(run: ReportedRun, field: str, name: str, style: int, scale: float, marked: bool = False) -> ChartLine:
    rows = [(row["epoch"], row.get(field)) for row in run.epochs]
    points = np.array([(epoch, np.nan if y is None else scale * y) for epoch, y in rows], np.float64).reshape(-1, 2)
    return ChartLine(name, points[:, 0], points[:, 1], style, has_markers=marked)


def _batches(run: ReportedRun, kind: str, scale: float) -> ChartLine:
    steps, losses, accuracies = run.curve
    steps_each = run.run.steps / run.run.epochs if run.run.epochs and run.run.steps else 1.0
    return ChartLine(
        "batches", steps / steps_each, scale * (losses if kind == "loss" else accuracies), 0, is_faint=True
    )


def _differences(runs: Sequence[ReportedRun]) -> str:
    found = differing_settings([each.run.settings for each in runs])
    if not found:
        return '<p class="quiet">These runs have the same settings.</p>'
    return _table(("", *(_name(each.run) for each in runs)), [(name, *values) for name, values in found.items()])


def _details(each: ReportedRun) -> str:
    run, words = each.run, settings_in_words(each.run.settings)
    html = f'<p class="note">{escape(run.note)}</p>' if run.note else ""
    about = {"started": run.started.replace("T", " ")[:19], "machine": run.settings.machine or "unknown"}
    if run.best_epoch:
        about["lowest validation loss"] = f"in epoch {run.best_epoch}"
    if run.model:
        about["model"] = Path(run.model).name
    html += "<h3>Settings</h3>" + _table(("", ""), [*words.items(), *about.items()])
    cards = _card(html)
    if each.evaluation is not None:
        cards += _card(_confusion(*each.evaluation))
    return cards + (_card(_epochs(each.epochs)) if each.epochs else "")


def _confusion(part: str, counts: NDArray[np.int64]) -> str:
    head = "".join(f"<th>{column}</th>" for column in range(counts.shape[1]))
    lines = []
    for label, row in enumerate(counts.tolist()):
        cells = [_confusion_cell(label == read, count) for read, count in enumerate(row)]
        lines.append(f"<tr><th>{label}</th>{''.join(cells)}</tr>")
    correct = f"{np.trace(counts):,} of {counts.sum():,}"
    return (
        f'<h3>Confusion on the {escape(part)} set</h3><p class="quiet">Rows: the true class. Columns: the predicted '
        f'class. {correct} correct.</p><table class="confusion"><thead><tr><th></th>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table>"
    )


def _confusion_cell(is_correct: bool, count: int) -> str:
    kind = "hit" if is_correct else "miss" if count else ""
    return f'<td class="{kind}">{count or "·"}</td>'


def _epochs(rows: Sequence[EpochFigures]) -> str:
    every = 1 + len(rows) // MAX_EPOCH_ROWS
    listed = [row for index, row in enumerate(rows) if index % every == 0 or index == len(rows) - 1]
    head = ("epoch", "training loss", "training accuracy", "validation loss", "validation accuracy", "seconds")
    lines = [
        (
            rounded_text(row["epoch"]), rounded_text(row.get("training_loss")),
            percent_text(row.get("training_accuracy")),
            rounded_text(row.get("validation_loss")), percent_text(row.get("validation_accuracy")),
            rounded_text(row.get("seconds")),
        )
        for row in listed
    ]  # fmt: skip
    is_open = " open" if len(lines) <= MAX_OPEN_ROWS else ""
    return f"<details{is_open}><summary>Epoch by epoch</summary>{_table(head, lines, numbers_from=0)}</details>"
