"""The curves of a run go on where its earlier part has ended."""

from __future__ import annotations

import numpy as np
import pytest

from app.session.run_events import PreviousPart
from app.tabs.train.charts.run_curves import RunCurves


def test_smoothed_lines_do_not_jump_where_a_run_is_continued() -> None:
    run = RunCurves(epochs=4, steps_per_epoch=100, samples_per_step=32)
    steps = np.arange(1.0, 201.0)
    earlier = np.array([steps, np.full(200, 0.5), np.full(200, 0.8)], np.float32)
    run.add_previous_part(PreviousPart(earlier, (), ((1, 0.1),)), constant_schedule=True)
    one = np.array([201.0])
    run.add_steps(one, np.array([3.0]), np.array([0.0]), np.array([0.1]), ())
    losses, accuracies = run.training_loss.points()[1], run.training_accuracy.points()[1]
    assert losses[-2] == pytest.approx(0.5, abs=1e-6)
    assert accuracies[-2] == pytest.approx(80, abs=1e-4)
    assert 0.5 < losses[-1] < 1.0
    assert 60 < accuracies[-1] < 80
