"""The grid of a sweep has every combination once, and impossible runs are rejected."""

from __future__ import annotations

import pytest

from nncore.data.dataset import Splits
from nncore.errors import SettingError
from nncore.experiments.recipes import recipe_named
from nncore.experiments.sweep import MAX_JOBS, check_jobs, grid
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig
from tests.nncore.runs import SMALL, few_digits


def test_every_combination_is_a_job_the_last_setting_varying_fastest() -> None:
    jobs = grid(SMALL, TrainingConfig(), {"learning_rate": [0.1, 0.2], "batch_size": [8, None], "epochs": [3]})
    found = [(job.index, job.config.learning_rate, job.config.batch_size, job.config.epochs) for job in jobs]
    assert found == [(0, 0.1, 8, 3), (1, 0.1, None, 3), (2, 0.2, 8, 3), (3, 0.2, None, 3)]
    assert jobs[1].name == "learning rate 0.1, batch size full"
    assert jobs[1].settings == (("learning_rate", 0.1), ("batch_size", None), ("epochs", 3))


def test_a_value_given_twice_is_one_run() -> None:
    assert len(grid(SMALL, TrainingConfig(), {"seed": [1, 1, 2]})) == 2


def test_the_number_of_runs_is_limited() -> None:
    assert len(grid(SMALL, TrainingConfig(), {"seed": range(MAX_JOBS)})) == MAX_JOBS
    with pytest.raises(SettingError, match="at most 1,000 runs; these values make 1,001") as error:
        grid(SMALL, TrainingConfig(), {"epochs": [3], "seed": range(MAX_JOBS + 1)})
    assert error.value.field == "seed"


def test_hidden_layers_and_activations_vary_but_not_inputs_and_outputs() -> None:
    spec = NetworkSpec.dense((784, 16, 10), "tanh")
    jobs = grid(spec, TrainingConfig(), {"hidden": [(), (32, 8)]})
    assert [job.spec for job in jobs] == [NetworkSpec.dense((784, 10)), NetworkSpec.dense((784, 32, 8, 10), "tanh")]
    assert [job.name for job in jobs] == ["hidden layers none", "hidden layers 32-8"]
    (job,) = grid(spec, TrainingConfig(), {"activation": ["sigmoid"]})
    assert job.spec == NetworkSpec.dense((784, 16, 10), "sigmoid")


def test_the_output_function_of_the_network_stays() -> None:
    spec = NetworkSpec((4,), NetworkSpec.dense((4, 3, 1)).layers, "linear")
    (job,) = grid(spec, TrainingConfig(), {"hidden": [(5,)]})
    assert job.spec.output == "linear"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"learning_rate": [0.1, -1.0]}, "learning_rate"),
        ({"flavour": ["sweet"]}, "flavour"),
        ({"epochs": []}, "epochs"),
        ({"seed": list(range(MAX_JOBS + 1))}, "seed"),
        ({"hidden": [(0,)]}, "units"),
    ],
)
def test_an_invalid_setting_is_rejected_by_name(values: dict[str, list[object]], field: str) -> None:
    with pytest.raises(SettingError) as error:
        grid(SMALL, TrainingConfig(), values)
    assert error.value.field in (field, "layers")


def test_layers_of_a_convolutional_network_are_not_varied() -> None:
    recipe = recipe_named("convnet")
    with pytest.raises(SettingError, match="dense network only"):
        grid(recipe.spec, recipe.config, {"hidden": [(32,)]})
    assert len(grid(recipe.spec, recipe.config, {"seed": [1, 2]})) == 2


def test_jobs_that_do_not_suit_the_data_are_rejected() -> None:
    data = few_digits()
    check_jobs(grid(SMALL, TrainingConfig(), {"seed": [0, 1]}), data)
    wrong = grid(SMALL, TrainingConfig(), {"loss": [None, "binary_cross_entropy"]})
    with pytest.raises(SettingError, match="Run 2 of the sweep"):
        check_jobs(wrong, data)
    patient = grid(SMALL, TrainingConfig(patience=1), {"seed": [0]})
    alone = Splits(data.training)
    check_jobs(patient, alone, validation_fraction=0.1)
    with pytest.raises(SettingError, match="validation set"):
        check_jobs(patient, alone)


def test_an_empty_sweep_is_rejected() -> None:
    with pytest.raises(SettingError, match="no run"):
        check_jobs([], few_digits())
