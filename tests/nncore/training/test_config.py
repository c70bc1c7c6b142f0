"""Settings out of their range are rejected by name, and the limits themselves are valid."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nncore.errors import SettingError
from nncore.training.config import TrainingConfig

CONFIG = TrainingConfig()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("learning_rate", 0.0, "Learning rate must be above 0; got 0."),
        ("learning_rate", -1.0, "Learning rate must be above 0; got -1."),
        ("learning_rate", float("inf"), "Learning rate must be a finite number, above 0; got infinity."),
        ("learning_rate", float("nan"), "Learning rate must be a finite number, above 0; got not a number."),
        ("learning_rate", "0.1", "Learning rate must be a number, above 0; got “0.1”."),
        ("batch_size", 0, "Batch size must be at least 1; got 0."),
        ("batch_size", 2.0, "Batch size must be a whole number, at least 1; got 2."),
        ("epochs", 0, "Epochs must be from 1 to 1,000,000,000; got 0."),
        ("epochs", True, "Epochs must be a whole number, from 1 to 1,000,000,000; got “True”."),
        ("epochs", None, "Epochs must be a whole number, from 1 to 1,000,000,000; got nothing."),
        ("epochs", 10**9 + 1, "Epochs must be from 1 to 1,000,000,000; got 1,000,000,001."),
        ("epochs", 10**400, "Epochs must be from 1 to 1,000,000,000; got a far larger number."),
        ("seed", -1, "Seed must be at least 0; got -1."),
        ("seed", 2**63, "Seed must be at most 9,223,372,036,854,775,807; got a far larger number."),
        (
            "optimizer",
            "magic",
            "Optimizer must be one of adam, adamw, rmsprop, nesterov, momentum, sgd; got “magic”.",
        ),
        ("optimizer", [], "Optimizer must be one of"),
        ("schedule", "lunar", "Schedule must be one of constant, cosine, one_cycle, step, exponential; got “lunar”."),
        ("loss", "hinge", "Loss must be one of cross_entropy, binary_cross_entropy, mean_squared_error; got “hinge”."),
        ("label_smoothing", 1.0, "Label smoothing must be at least 0 and below 1; got 1."),
        ("label_smoothing", -0.1, "Label smoothing must be at least 0 and below 1; got -0.1."),
        (
            "label_smoothing",
            float("nan"),
            "Label smoothing must be a finite number, at least 0 and below 1; got not a number.",
        ),
        ("weight_decay", -1e-4, "Weight decay must be at least 0; got -0.0001."),
        ("weight_decay", float("inf"), "Weight decay must be a finite number, at least 0; got infinity."),
        ("clip_norm", 0.0, "Gradient clipping must be above 0; got 0."),
        ("clip_norm", float("nan"), "Gradient clipping must be a finite number, above 0; got not a number."),
        ("steps", 0, "Maximum steps must be at least 1; got 0."),
        ("seconds", 0.0, "Maximum seconds must be above 0; got 0."),
        ("seconds", float("nan"), "Maximum seconds must be a finite number, above 0; got not a number."),
        ("patience", 0, "Patience must be at least 1; got 0."),
        ("keep_best", 1, "Keep the best epoch must be yes or no; got 1."),
    ],
)
def test_a_setting_out_of_range_raises_an_error_with_its_name(field: str, value: object, sentence: str) -> None:
    with pytest.raises(SettingError) as raised:
        replace(CONFIG, **{field: value})  # type: ignore[arg-type]
    assert str(raised.value).startswith(sentence)
    assert raised.value.field == field


@pytest.mark.parametrize(
    "settings",
    [
        {"batch_size": None, "epochs": 10**9, "seed": 2**63 - 1},
        {"label_smoothing": 0.999, "weight_decay": 0.0, "clip_norm": 1e308},
        {"steps": 1, "seconds": 1e-9, "patience": 1, "loss": "mean_squared_error"},
    ],
)
def test_the_limits_of_the_ranges_are_valid(settings: dict[str, object]) -> None:
    config = TrainingConfig(**settings)  # type: ignore[arg-type]
    assert {name: getattr(config, name) for name in settings} == settings
