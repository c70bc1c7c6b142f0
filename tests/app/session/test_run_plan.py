"""The plan of a run has the settings that the log keeps, also for a run that is trained further."""

from __future__ import annotations

import numpy as np

from app.session.run_plan import EndedRun
from nncore.data.curves import sample_formula
from tests.nncore.saved_run import TRAINED_WITH, checkpoint


def test_the_settings_of_an_ended_run_name_its_curve_and_no_data_without_one() -> None:
    points = sample_formula("x", 0, 1, 20)
    run = EndedRun(checkpoint(), np.empty((3, 0), np.float32), "a run", 7)
    assert (run.settings.name, run.settings.recipe, run.settings.data) == ("a run", "quick", "")
    assert run.settings.config == TRAINED_WITH
    fitted = EndedRun(checkpoint(), run.curve, "a fit", points=points)
    assert fitted.settings.data == points.source


def test_a_plan_to_train_further_adds_epochs_and_has_the_ended_run_as_its_parent() -> None:
    ended = EndedRun(checkpoint(), np.empty((3, 0), np.float32), "a run", 7)
    plan = ended.plan(0.01, epochs=20)
    assert (plan.parent, plan.name) == (7, "a run")
    assert plan.config.epochs == ended.checkpoint.counters.epochs_done + 20
