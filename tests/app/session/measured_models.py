"""Models that were measured to read as well as stated."""

from __future__ import annotations

import numpy as np

from app.session.loaded_model import LoadedModel
from nncore.files.model_file import Model, ModelCard
from nncore.model.network import Network, NetworkSpec

SPEC = NetworkSpec.dense((784, 16, 10))


def a_model(test: float | None = None, validation: float | None = None, spec: NetworkSpec = SPEC) -> LoadedModel:
    row: dict[str, float | None] = {"epoch": 1.0, "validation_accuracy": validation}
    history = () if validation is None else (row,)
    parameters = Network(spec).parameters.values.astype(np.float32)
    card = ModelCard("any", epochs=3, test_accuracy=test)
    return LoadedModel.from_model(Model(spec, parameters, card, tuple(map(str, range(spec.outputs))), history))
