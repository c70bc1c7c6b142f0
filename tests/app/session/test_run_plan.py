"""The plan of a run has the settings that the log keeps, also for a run that is trained further."""

from __future__ import annotations

import numpy as np

from app.session.run_plan import EndedRun, RunPlan
from nncore.data.curves import sample_formula
from nncore.experiments.recipes import RECIPES
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from tests.nncore.runs import few_digits
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


def test_a_plan_fits_its_own_curve_or_that_of_its_recipe_or_none() -> None:
    points, spec, config = sample_formula("x", 0, 1, 20), NetworkSpec.dense((1, 4, 1)), TrainingConfig()
    assert RunPlan(spec, config, 0.1, "sine", points=points).curve_points is points
    of_recipe = RunPlan(spec, config, 0.1, "sine").curve_points
    assert of_recipe is not None
    assert of_recipe.source == RECIPES["sine"].examples.description
    assert RunPlan(spec, config, 0.1, "quick").curve_points is None
    assert RunPlan(spec, config, 0.1).curve_points is None


def test_a_plan_begins_at_step_0_or_where_the_ended_run_has_stopped() -> None:
    state = checkpoint()
    new = RunPlan(state.spec, state.config, 0.0)
    assert new.begin(few_digits(), new.new_control(), 1).steps == 0
    further = EndedRun(state, np.empty((3, 0), np.float32), "a run").plan(0.01, epochs=1)
    training = further.begin(few_digits(), further.new_control(), 1)
    assert training.steps == state.counters.step > 0
    np.testing.assert_array_equal(training.network.parameters.values, state.arrays["values"])
