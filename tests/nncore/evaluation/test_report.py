"""The report is valid HTML without external resources, and its figures are those of the evaluation."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np

from nncore.data.dataset import Dataset
from nncore.evaluation.predictions import Predictions, predict_dataset
from nncore.evaluation.report import MAX_MISREAD, evaluation_report
from nncore.evaluation.robustness import DISTORTIONS, RobustnessPoint
from nncore.reporting.number_text import percent_text
from tests.nncore.example_data import small_mnist
from tests.nncore.mean_network import nearest_mean_network


def predicted_test_set() -> tuple[Predictions, Dataset]:
    data = small_mnist()
    assert data.test is not None
    predictions = predict_dataset(nearest_mean_network(data.training), data.test)
    assert predictions is not None
    return predictions, data.test


class TagChecker(HTMLParser):
    """Collects the tags of a page, and checks that each is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_valid_html_without_external_resources() -> None:
    predictions, data = predicted_test_set()
    point = RobustnessPoint(DISTORTIONS[0], 0.0, 0.9, 100)
    tags = TagChecker(evaluation_report(predictions, data, "mine", "784 - 10", [point]))
    assert not tags.open
    assert not {"script", "link", "iframe"} & {tag for tag, _ in tags.tags}
    sources = [attributes["src"] for _, attributes in tags.tags if "src" in attributes]
    assert len(sources) == min(MAX_MISREAD, len(predictions.misread()))
    assert all(str(source).startswith("data:image/png;base64,") for source in sources)
    assert not any("href" in attributes for _, attributes in tags.tags)
    assert [tag for tag, _ in tags.tags].count("svg") == 2


def test_the_page_contains_accuracy_interval_and_confusion_matrix() -> None:
    predictions, data = predicted_test_set()
    page = evaluation_report(predictions, data, "mine")
    assert percent_text(predictions.accuracy) in page
    assert f"{percent_text(predictions.interval[0])} and {percent_text(predictions.interval[1])}" in page
    cells = [int(cell) for cell in re.findall(r"<td class=\"shade\" style=[^>]*>(\d+)<small>", page)]
    assert sum(cells) == predictions.count
    fraction = predictions.confusion[0, 0] / predictions.confusion[0].sum()
    assert f"{predictions.confusion[0, 0]}<small>{percent_text(fraction, 1)}</small>" in page
    assert "Robustness" not in page


def test_names_are_escaped() -> None:
    predictions, data = predicted_test_set()
    unescaped = replace(
        predictions, class_names=tuple("<img src=x>" for _ in predictions.class_names), source="<script>"
    )
    page = evaluation_report(unescaped, data, "</title><script>alert(1)</script>", "<b>")
    assert "<script" not in page
    assert "<img src=x>" not in page
    assert not TagChecker(page).open


def test_the_page_works_without_mistakes_and_without_images() -> None:
    numbers = Dataset.from_floats([[0.0], [1.0]], np.array([0, 1]), ("a", "b"))
    correct = Predictions(np.array([0, 1]), np.array([0, 1]), np.eye(2, dtype=np.float32), ("a", "b"), "two")
    assert "No example was misread." in evaluation_report(correct, numbers, "m")
    incorrect = replace(correct, answers=np.array([1, 1]))
    page = evaluation_report(incorrect, numbers, "m")
    assert "a read as b" in page
    assert "<img" not in page
