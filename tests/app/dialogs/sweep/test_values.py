"""Reading the typed values of a sweep."""

from __future__ import annotations

import pytest

from app.dialogs.sweep.values import read_values
from nncore.errors import SettingError


def test_each_setting_has_its_own_format() -> None:
    texts = {
        "learning_rate": "0.001  1e-2", "batch_size": "32, 128 full", "hidden": "none 64 128-64", "epochs": "3",
        "optimizer": "adam sgd", "weight_decay": "0 0.1", "seed": "0 1", "schedule": "", "activation": "relu",
    }  # fmt: skip
    assert read_values(texts) == {
        "learning_rate": [0.001, 0.01], "batch_size": [32, 128, None], "hidden": [(), (64,), (128, 64)], "epochs": [3],
        "optimizer": ["adam", "sgd"], "weight_decay": [0.0, 0.1], "seed": [0, 1], "activation": ["relu"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        ("learning_rate", "0.1 fast"),
        ("batch_size", "0"),
        ("hidden", "64-"),
        ("epochs", "1.5"),
        ("optimizer", "bogus"),
        ("weight_decay", "some"),
        ("seed", "-1"),
    ],
)
def test_an_invalid_value_names_its_setting(setting: str, text: str) -> None:
    with pytest.raises(SettingError) as rejection:
        read_values({setting: text})
    assert rejection.value.field == setting
