from __future__ import annotations

from dataclasses import replace

import pytest

from nncore.errors import SettingError
from nncore.training.config import TrainingConfig

CONFIG = TrainingConfig()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("learning_rate", 0.0, "Learning rate 0 cannot train"),
        ("learning_rate", -1.0, "Learning rate -1 cannot train"),
        ("learning_rate", float("inf"), "Learning rate inf cannot train"),
        ("learning_rate", float("nan"), "Learning rate nan cannot train"),
        ("batch_size", 0, "A batch of 0"),
        ("epochs", 0, "0 epochs"),
        ("seed", -1, "Seed -1"),
        ("optimizer", "magic", "'magic' is unknown: choose one of sgd, momentum, nesterov, rmsprop, adam, adamw"),
        ("schedule", "lunar", "'lunar' is unknown"),
        ("loss", "hinge", "Loss 'hinge' is unknown: choose one of cross_entropy"),
        ("epochs", 10**9 + 1, "it is 1 to 1,000,000,000"),
        ("label_smoothing", 1.0, "Label smoothing 1: it is 0 to below 1"),
        ("label_smoothing", -0.1, "Label smoothing -0.1"),
        ("label_smoothing", float("nan"), "Label smoothing nan"),
        ("weight_decay", -1e-4, "Weight decay -0.0001"),
        ("weight_decay", float("inf"), "Weight decay inf"),
        ("clip_norm", 0.0, "cannot be cut to 0"),
        ("clip_norm", float("nan"), "cannot be cut to nan"),
        ("steps", 0, "0 steps cannot be trained"),
        ("seconds", 0.0, "A run of 0 seconds"),
        ("seconds", float("nan"), "A run of nan seconds"),
        ("patience", 0, "A patience of 0 epochs"),
    ],
)
def test_a_setting_out_of_range_is_refused_by_name(field: str, value: object, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence) as caught:
        replace(CONFIG, **{field: value})  # type: ignore[arg-type]
    assert caught.value.field == field


@pytest.mark.parametrize(
    "settings",
    [
        {"batch_size": None, "epochs": 10**9, "seed": 10**40},
        {"label_smoothing": 0.999, "weight_decay": 0.0, "clip_norm": float("inf")},
        {"steps": 1, "seconds": 1e-9, "patience": 1, "loss": "mean_squared_error"},
    ],
)
def test_the_edges_of_the_ranges_are_within(settings: dict[str, object]) -> None:
    config = TrainingConfig(**settings)  # type: ignore[arg-type]
    assert {name: getattr(config, name) for name in settings} == settings
