"""Models in the user's folder, as runs save them."""

from __future__ import annotations

import os
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np

from app.storage.paths import models_folder
from nncore.files.model_file import Model, ModelCard, save_model
from nncore.model.network import Network, NetworkSpec
from nncore.training import TrainingConfig

SMALL = NetworkSpec.dense((784, 4, 10))


def small_model(name: str = "784-4-10", *, seed: int = 0, spec: NetworkSpec = SMALL, **card: object) -> Model:
    """An untrained model."""
    network = Network(spec, seed=seed)
    described = {"data": "MNIST: 54,000 images to train", "epochs": 1, "seed": seed, **card}
    return Model(spec, network.parameters.values.astype(np.float32), ModelCard(name, **described))  # type: ignore[arg-type]


def keep_model(number: int = 1, model: Model | None = None, *, days_ago: float = 0.0, name: str = "") -> Path:
    """Save a model as run `number` would have; name: a file name that the user chose instead."""
    model = model or small_model(created=f"2026-01-02 03:04:{number % 60:02}", settings=asdict(TrainingConfig()))
    path = models_folder() / (name or f"2026-01-02 03.04.05.{number:06} {model.card.name}.npz")
    save_model(model, path)
    moment = time.time() - days_ago * 24 * 3600
    os.utime(path, (moment, moment))
    return path
