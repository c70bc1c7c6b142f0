"""Real runs with a problem, and healthy runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nncore.data.dataset import Splits
from nncore.experiments.recipes import RECIPES
from nncore.model.layers import Activation, BatchNorm, Conv2D, Dense, Dropout, Flatten, Scale
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig, train
from nncore.training.diagnosis.advice import Adviser
from nncore.training.diagnosis.hint import Hint
from nncore.training.events import Diverged, EpochDone
from nncore.training.health import LayerHealth
from tests.nncore.example_data import mnist, small_mnist
from tests.nncore.runs import fresh_network

SMALL = NetworkSpec.dense((784, 32, 16, 10))
BY_32 = TrainingConfig(batch_size=32, epochs=4)


def hints_of(spec: NetworkSpec, config: TrainingConfig, data: Splits | None = None) -> list[Hint]:
    """The hints of a run in order, each cause once."""
    data = data or small_mnist()
    adviser, hints = Adviser(spec, config), list[Hint]()
    for event in train(fresh_network(spec), Splits(data.training, data.validation, None), config, cores=1):
        hint = None
        if isinstance(event, EpochDone):
            hint = adviser.after_epoch(event)
        elif isinstance(event, Diverged):
            hint = adviser.after_divergence(event)
        if hint and hint.cause not in [each.cause for each in hints]:
            hints.append(hint)
    return hints


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_initialization_with_zeros_is_found_and_replaced_by_he(activation: str) -> None:
    spec = NetworkSpec.dense((784, 32, 16, 10), activation, "zeros")
    (hint,) = hints_of(spec, replace(BY_32, epochs=2))
    assert hint.cause == "symmetric"
    assert hint.apply(spec, BY_32)[0] == NetworkSpec.dense((784, 32, 16, 10), activation, "he")


def test_a_single_layer_initialized_with_zeros_gets_no_hint() -> None:
    assert hints_of(NetworkSpec.dense((784, 10), (), "zeros"), BY_32) == []


@pytest.mark.parametrize("config", [BY_32, replace(BY_32, optimizer="sgd", learning_rate=0.1)])
def test_unscaled_pixels_are_found_even_if_the_run_diverges(config: TrainingConfig) -> None:
    spec = replace(SMALL, layers=(Scale(255.0), *SMALL.layers))
    (hint,) = hints_of(spec, config)
    assert hint.cause == "unscaled"
    assert "reach 255 instead of 1" in hint.sentence
    assert hint.apply(spec, config)[0] == SMALL


@pytest.mark.parametrize(("optimizer", "rate", "better"), [("sgd", 5.0, 0.1), ("adam", 1e4, 0.001)])
def test_a_run_that_diverges_at_a_high_rate_gets_the_usual_rate(optimizer: str, rate: float, better: float) -> None:
    (hint,) = hints_of(SMALL, TrainingConfig(optimizer=optimizer, learning_rate=rate))
    assert hint.cause == "diverged"
    assert hint.sentence.startswith("Training diverged in epoch 1")
    assert hint.changes_only_learning_rate
    assert hint.apply(SMALL, BY_32) == (SMALL, replace(BY_32, learning_rate=better))


def test_a_run_that_diverges_at_the_usual_rate_gets_a_tenth_of_it() -> None:
    hint = Adviser(SMALL, TrainingConfig(optimizer="sgd", learning_rate=0.1)).after_divergence(
        Diverged(1, 7, 99.0, 0.1, 0)
    )
    assert hint.settings == {"learning_rate": 0.01}


def test_a_low_validation_loss_shows_that_the_network_does_not_guess() -> None:
    config = TrainingConfig(optimizer="sgd", learning_rate=1.0)
    assert Adviser(SMALL, config).after_epoch(epoch(1, 2.3, 0.27)) is None
    hint = Adviser(SMALL, config).after_epoch(epoch(1, 2.3, 2.3))
    assert hint is not None
    assert hint.cause == "guessing"


def test_dead_units_at_a_high_rate_are_found() -> None:
    hint = hints_of(SMALL, TrainingConfig(optimizer="adam", learning_rate=0.3, epochs=4))[0]
    assert hint.cause == "dead"
    assert "94 % of the ReLU units of layer 2" in hint.sentence
    assert hint.settings == {"learning_rate": 0.001}
    assert not hint.changes_only_learning_rate  # dead units stay dead, so the run must start again


def test_dead_units_at_the_usual_rate_get_leaky_relu() -> None:
    hint = Adviser(SMALL, TrainingConfig()).after_epoch(epoch(1, 1.0, dead=0.95))
    assert hint is not None
    assert hint.cause == "dead"
    assert not hint.changes_only_learning_rate
    assert hint.apply(SMALL, BY_32)[0] == NetworkSpec.dense((784, 32, 16, 10), "leaky_relu")


def test_a_vanishing_gradient_in_a_deep_sigmoid_network_is_found() -> None:
    spec = NetworkSpec.dense((784, 32, 32, 32, 32, 32, 10), "sigmoid")
    (hint,) = hints_of(spec, replace(BY_32, optimizer="sgd", learning_rate=0.1))
    assert hint.cause == "vanishing"
    assert hint.apply(spec, BY_32)[0] == NetworkSpec.dense((784, 32, 32, 32, 32, 32, 10), "relu")


@pytest.mark.parametrize(("optimizer", "rate"), [("adam", 1e-6), ("sgd", 1e-4)])
def test_a_rate_that_is_too_low_is_found(optimizer: str, rate: float) -> None:
    (hint,) = hints_of(SMALL, replace(BY_32, optimizer=optimizer, learning_rate=rate))
    assert hint.cause == "too slow"
    assert hint.settings == {"learning_rate": pytest.approx(10 * rate)}


def test_an_exploding_gradient_is_found_and_clipped() -> None:
    spec = NetworkSpec.dense((784, 128, 128, 128, 128, 128, 10), "leaky_relu", "uniform")
    hint = hints_of(spec, replace(BY_32, optimizer="sgd", learning_rate=1e-5, epochs=1))[0]
    assert hint.cause == "exploding"
    assert hint.apply(spec, BY_32) == (spec, replace(BY_32, clip_norm=1.0))
    assert "exploding" not in [hint.cause for hint in hints_of(spec, replace(BY_32, clip_norm=1.0, epochs=1))]


def test_overfitting_on_500_digits_is_found_and_images_are_distorted() -> None:
    data = small_mnist()
    few = Splits(data.training.take(slice(0, 500)), data.validation, None)
    config = replace(BY_32, learning_rate=0.003, epochs=30)
    (hint,) = hints_of(NetworkSpec.dense((784, 128, 64, 10)), config, few)
    assert hint.cause == "overfitting"
    after = hint.apply(SMALL, config)[1]
    assert after.augmentation is not None
    assert after.keep_best


def test_overfitting_without_images_gets_early_stopping() -> None:
    spec = NetworkSpec.dense((4, 3))
    adviser = Adviser(spec, TrainingConfig())
    hints = [adviser.after_epoch(epoch(n, 0.5 / n, 0.5 + 0.05 * n)) for n in range(1, 8)]
    assert hints[:3] == [None] * 3
    assert hints[-1] is not None
    assert hints[-1].settings == {"patience": 3, "keep_best": True}


def test_a_plateau_gets_a_lower_rate_unless_the_schedule_lowers_it() -> None:
    losses = [2.0, 1.5, 1.2, *([1.0, 1.01] * 10)]
    for schedule, expected in (("constant", "plateau"), ("cosine", None)):
        adviser = Adviser(SMALL, TrainingConfig(schedule=schedule))
        hints = [adviser.after_epoch(epoch(n, loss)) for n, loss in enumerate(losses, start=1)]
        assert hints[5] is None
        assert (hints[-1].cause if hints[-1] else None) == expected


def test_a_rising_loss_gets_a_lower_rate() -> None:
    adviser = Adviser(SMALL, TrainingConfig(optimizer="sgd", learning_rate=0.5))
    hints = [
        adviser.after_epoch(epoch(n, loss)) for n, loss in enumerate([1.0, 0.8, 0.6] * 2 + [0.9, 1.0, 1.2, 1.3], 1)
    ]
    assert hints[-1] is not None
    assert hints[-1].cause == "rising"
    assert hints[-1].settings == {"learning_rate": 0.05}


def test_the_suggested_rate_is_based_on_the_current_rate() -> None:
    adviser = Adviser(SMALL, TrainingConfig(optimizer="sgd", learning_rate=0.01))
    adviser.learning_rate = 0.02
    hint = adviser.after_epoch(epoch(1, 2.302))
    assert hint is not None
    assert (hint.cause, hint.settings) == ("guessing", {"learning_rate": 0.2})


@pytest.mark.parametrize(
    ("spec", "remedied"),
    [
        (NetworkSpec.dense((784, 32, 10), "relu", "uniform"), NetworkSpec.dense((784, 32, 10))),
        (NetworkSpec.dense((784, 32, 32, 10), "tanh"), NetworkSpec.dense((784, 32, 32, 10))),
    ],
)
def test_a_guessing_network_gets_a_better_initialization_or_activation(
    spec: NetworkSpec, remedied: NetworkSpec
) -> None:
    hint = Adviser(spec, BY_32).after_epoch(epoch(1, 2.3))
    assert hint is not None
    assert hint.sentence.startswith("No better than guessing: the training loss of epoch 1 is 2.30")
    assert hint.apply(spec, BY_32)[0] == remedied


def test_no_hint_says_guessing_in_the_first_hundred_steps() -> None:
    adviser = Adviser(SMALL, TrainingConfig(batch_size=None))
    assert all(adviser.after_epoch(replace(epoch(n, 2.4), step=n)) is None for n in range(1, 100))
    assert adviser.after_epoch(replace(epoch(100, 2.4), step=100)) is not None


def test_the_number_of_records_is_limited() -> None:
    adviser = Adviser(SMALL, TrainingConfig(batch_size=None))
    for n in range(1, 5000):
        adviser.after_epoch(replace(epoch(n, 2 / n), step=n))
    assert len(adviser._records) <= 60


HEALTHY = {
    "sgd": (SMALL, replace(BY_32, optimizer="sgd", learning_rate=0.1, epochs=12)),
    "tanh": (NetworkSpec.dense((784, 64, 64, 10), "tanh"), replace(BY_32, epochs=8)),
    "full batch": (
        NetworkSpec.dense((784, 10, 10), "relu", "uniform"),
        TrainingConfig(optimizer="sgd", learning_rate=0.1, batch_size=None, epochs=200),
    ),
    "convolutions": (
        NetworkSpec(
            (28, 28),
            (
                Conv2D(4),
                BatchNorm(),
                Activation("relu"),
                Flatten(),
                Dropout(0.3),
                Dense(32),
                Activation("relu"),
                Dense(10),
            ),
        ),
        BY_32,
    ),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_run_gets_no_hint(name: str) -> None:
    assert hints_of(*HEALTHY[name]) == []


@pytest.mark.parametrize(("name", "images"), [("quick", 6000), ("mlp", 1500)])
def test_the_recipes_get_no_hint(name: str, images: int) -> None:
    whole, recipe = mnist(), RECIPES[name]
    assert whole.test is not None
    data = Splits(whole.training.take(slice(0, images)), whole.test.take(slice(0, 500)), None)
    assert hints_of(recipe.spec, recipe.config, data) == []


def epoch(
    number: int, training_loss: float, validation_loss: float | None = None, dead: float | None = None
) -> EpochDone:
    """An epoch of 200 steps; `dead`: the fraction of dead units after the first layer."""
    health = (
        None
        if dead is None
        else (
            LayerHealth(
                layer=2,
                kind="activation",
                gradient_norm=None,
                update_ratio=None,
                histogram=None,
                edges=None,
                dead_fraction=dead,
            ),
        )
    )
    return EpochDone(number, 200 * number, training_loss, 0.9, validation_loss, None, 1e5, 1.0, None, health)


def test_a_short_plateau_in_a_long_run_is_ignored() -> None:
    losses = [1.0, 0.9, 0.8, 0.7, *[0.6] * 12]
    for epochs, causes in ((20, {"plateau"}), (1000, set[str]())):
        adviser = Adviser(SMALL, TrainingConfig(optimizer="sgd", learning_rate=0.1, epochs=epochs))
        hints = [adviser.after_epoch(epoch(number, loss)) for number, loss in enumerate(losses, start=1)]
        assert {hint.cause for hint in hints if hint} == causes


def test_a_rate_is_too_low_only_after_several_epochs_with_tiny_steps() -> None:
    adviser = Adviser(SMALL, TrainingConfig(optimizer="sgd", learning_rate=0.1, batch_size=1))

    def after(number: int, ratio: float) -> str | None:
        layer = LayerHealth(
            layer=1, kind="dense", gradient_norm=1.0, update_ratio=ratio, histogram=None, edges=None, dead_fraction=None
        )
        hint = adviser.after_epoch(replace(epoch(number, 2.0), health=(layer,)))
        return hint.cause if hint else None

    assert [after(number, 1e-3) for number in (1, 2)] == [None, None]
    assert [after(number, 1e-6) for number in range(3, 8)] == [None, None, None, None, "too slow"]
