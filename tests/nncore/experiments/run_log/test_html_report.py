"""A report is one file without scripts that loads nothing, and all text in it is escaped."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from nncore.errors import DataError
from nncore.experiments.run_log.html_report import ReportedRun, report_on, write_report
from nncore.experiments.run_log.log import RunLog, RunSettings
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from nncore.training.history import EpochFigures

NASTY = '<script>alert("x")</script> & <img src=http://example.com/x.png onerror=alert(1)>'
CURVE = np.array([[1, 2, 3, 4], [2.0, 1.0, 0.5, 0.4], [0.1, 0.5, 0.8, 0.9]], np.float32)


@pytest.fixture
def runs(tmp_path: Path) -> list[ReportedRun]:
    """Two runs, one of them with text that must be escaped, and a run without a completed epoch."""
    with RunLog(tmp_path / "runs.sqlite") as log:
        for name, rate in ((NASTY, 0.1), ("second", 0.25), ("empty", 0.25)):
            config = TrainingConfig(learning_rate=rate, seed=41)
            number = log.begin(
                RunSettings(name, NetworkSpec.dense((784, 9, 10)), config, data=NASTY, machine="a fine machine")
            )
            if name == "empty":
                continue
            rows: list[EpochFigures] = [
                {"epoch": e, "training_loss": 2 / e, "training_accuracy": 0.4 * e, "validation_loss": 2.5 / e,
                 "validation_accuracy": 0.35 * e, "seconds": 1.0}
                for e in (1.0, 2.0)
            ]  # fmt: skip
            log.add_epochs(number, rows, CURVE, epochs=2, steps=4, training_loss=1.0)
            log.annotate(number, NASTY)
            log.set_confusion(number, "test", np.diag(np.arange(90, 100)) + 3 * np.eye(10, k=1, dtype=int))
            log.end(number, "finished", test_accuracy=0.9125)
        return [ReportedRun.from_log(log, number) for number in (1, 2, 3)]


def test_a_damaged_log_without_a_number_of_steps_is_reported(runs: list[ReportedRun]) -> None:
    report_on([replace(runs[0], run=replace(runs[0].run, steps=0))])


class Page(HTMLParser):
    """Collects the tags, attributes and visible text of a page; fails if tags are closed in the wrong order."""

    VOID = ("meta", "br", "circle", "path")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.text += f"{data}\n"


def test_a_report_has_no_script_and_loads_no_other_file(runs: list[ReportedRun]) -> None:
    for some in (runs[:1], runs):
        html = report_on(some)
        page = Page(html)
        assert not {"script", "img", "link", "iframe", "object"} & set(page.tags)
        assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href")]
        assert "url(" not in html
        assert "@import" not in html
        assert "default-src 'none'" in html
        assert NASTY in page.text


def test_the_report_on_a_run_has_settings_figures_curves_and_confusion(runs: list[ReportedRun]) -> None:
    page = Page(report_on(runs[:1]))
    for words in (
        "91.25 %",
        "learning rate",
        "0.1",
        "seed",
        "41",
        "a fine machine",
        "784 - 9 - 10",
        "945 of 972 correct",
    ):
        assert words in page.text, words
    assert page.tags.count("svg") >= 4  # two charts, each with a frame
    lines = [value for name, value in page.attributes if name == "class" and value.startswith("line")]
    assert {"line c0 d0 faint", "line c0 d0", "line c1 d1"} <= set(lines)


def test_curves_are_drawn_where_their_values_are(runs: list[ReportedRun]) -> None:
    html = report_on(runs[:1])
    (training, *_) = re.findall(r'class="line c0 d0" d="M([\d. L]+)"', html)
    (x1, y1), (x2, y2) = (map(float, point.split()) for point in training.split("L"))
    assert x2 == pytest.approx(2 * x1, abs=0.11)
    height = 280 - 10 - 36
    top = 1.05 * 2.5
    assert y1 == pytest.approx(height * (1 - 2 / top), abs=0.1)
    assert y2 == pytest.approx(height * (1 - 1 / top), abs=0.1)


def test_several_runs_are_compared_by_their_differing_settings(runs: list[ReportedRun]) -> None:
    page = Page(report_on(runs))
    assert "3 runs compared" in page.text
    after = page.text.split("Settings that differ")[1].split("1 ·")[1]
    assert re.search(r"learning rate\s+0\.1\s+0\.25\s+0\.25", after)
    assert "seed" not in after.split("recipe")[0]


def test_the_report_on_a_run_without_an_epoch_has_no_curve(runs: list[ReportedRun]) -> None:
    assert "There is no curve" in Page(report_on(runs[2:])).text


def test_a_file_that_cannot_be_written_is_reported(runs: list[ReportedRun], tmp_path: Path) -> None:
    write_report(runs, tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    with pytest.raises(DataError, match="could not be saved"):
        write_report(runs, tmp_path / "report.html" / "report.html")
