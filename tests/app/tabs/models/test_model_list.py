"""What the list says about a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.storage.models.model_library import ModelLibrary
from app.tabs.models.model_list import network_text
from tests.app.storage.kept_models import keep_model, small_model


def test_models_of_one_network_are_told_apart_by_recipe_epochs_and_seed(user_files: Path) -> None:
    keep_model(1, small_model(seed=1, recipe="quick", epochs=5, created="2026-01-01"))
    keep_model(2, small_model(seed=2, recipe="quick", epochs=1, created="2026-01-02"))
    keep_model(3, small_model(seed=3, created="2026-01-03"))
    found = sorted(network_text(model) for model in ModelLibrary(pytest.fail).models() or [])
    assert found == [
        "784 - 4 - 10",
        "A first network · 784 - 4 - 10 · 1 epoch · seed 2",
        "A first network · 784 - 4 - 10 · 5 epochs · seed 1",
    ]
