"""A sparkline has few points between 0 and 1."""

from __future__ import annotations

import numpy as np
import pytest

from nncore.experiments.run_log.sparkline import SPARKLINE_POINTS, sparkline
from nncore.training.history import EpochFigures


def rows(*accuracies: float | None) -> list[EpochFigures]:
    return [{"epoch": number, "validation_accuracy": each} for number, each in enumerate(accuracies, start=1)]


def test_the_line_goes_from_the_lowest_to_the_highest_value() -> None:
    np.testing.assert_allclose(sparkline(rows(0.5, None, 0.9, 0.7)), [0, 1, 0.5])


def test_a_small_change_stays_small() -> None:
    np.testing.assert_allclose(sparkline(rows(0.97, 0.98)), [0, 0.5])
    np.testing.assert_allclose(sparkline(rows(0.97)), [0])


def test_long_runs_are_thinned_with_the_first_and_the_last_epoch() -> None:
    line = sparkline(rows(*np.linspace(0, 1, 1001).tolist()))
    assert (len(line), line[0], line[-1]) == (SPARKLINE_POINTS, 0, 1)


@pytest.mark.parametrize("epochs", [[], [{"epoch": 1.0}], rows(None, None)])
def test_a_run_without_validation_has_no_line(epochs: list[EpochFigures]) -> None:
    assert len(sparkline(epochs)) == 0
