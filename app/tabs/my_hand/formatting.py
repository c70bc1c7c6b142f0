"""Dates, percentages and results of handwriting tests as text."""

from __future__ import annotations

from datetime import datetime

from app.widgets.explanation import with_article
from nncore.evaluation.metrics import wilson_interval
from nncore.handwriting.personal_test.result import HandwritingTestResult, ReadDrawing
from nncore.reporting.number_text import counted_text, percent_range_text, percent_text

NO_DIGIT = "none"


def date_in_words(date: str) -> str:
    """An ISO date as "31 Jan 2026, 9:30"."""
    moment = datetime.fromisoformat(date)
    return f"{moment.day} {moment:%b %Y}, {moment.hour}:{moment:%M}"


def interval_of(correct: int, count: int) -> str:
    """The 95 % confidence interval of `correct` out of `count`, such as "70 to 97 %"."""
    low, high = wilson_interval(correct, count)
    return percent_range_text(low, high, 0)


def headline(result: HandwritingTestResult) -> str:
    """The result in one line."""
    count = len(result.drawings)
    return f"{result.correct} of {count} read correctly: {percent_text(result.accuracy, 0)}"


def interval_in_words(result: HandwritingTestResult) -> str:
    """How reliable the accuracy is."""
    count = len(result.drawings)
    return (
        f"Measured on {counted_text(count, 'drawing')}, so the true accuracy is probably "
        f"{interval_of(result.correct, count)} (95 % interval)."
    )


def read_as(drawing: ReadDrawing) -> str:
    """The digit that was read, or "no digit"."""
    return "no digit" if drawing.read is None else str(drawing.read)


def caption(drawing: ReadDrawing) -> str:
    """A drawing in one line: "requested 7, read 2"."""
    unsure = ", unsure" if drawing.verdict == "unsure" else ""
    return f"requested {drawing.prompted}, read {read_as(drawing)}{unsure}"


def probabilities_in_words(drawing: ReadDrawing) -> str:
    """The two most probable answers with their probabilities, and that of the requested digit."""
    probabilities = drawing.probabilities
    named = (-probabilities).argsort(kind="stable")[:2].tolist()
    if drawing.prompted not in named:
        named.append(drawing.prompted)
    answers = ", ".join(f"{percent_text(float(probabilities[digit]), 0)} for {digit}" for digit in named)
    read = "It was not accepted as a digit" if drawing.read is None else f"It was read as {with_article(drawing.read)}"
    return f"{read}: {answers}."
