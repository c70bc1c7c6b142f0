"""Every kind of layer, with the shapes on which it is tested."""

from __future__ import annotations

from nncore.model.layers import (
    ACTIVATIONS,
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    LayerSpec,
    MaxPool2D,
    Scale,
)
from nncore.model.layers.parameters import Shape

ROWS, FEATURES, IMAGE = 5, (7,), (2, 6, 5)


CASES: list[tuple[LayerSpec, Shape]] = [
    (Dense(4), FEATURES),
    (Dense(1), FEATURES),
    (Dense(4, "uniform"), FEATURES),
    *((Activation(name), shape) for name in ACTIVATIONS for shape in (FEATURES, IMAGE)),
    (Conv2D(3), IMAGE),
    (Conv2D(3, kernel=3, stride=1, padding=1), IMAGE),
    (Conv2D(1, kernel=(2, 3), stride=(1, 2), padding=(0, 1), initialization="uniform"), IMAGE),
    (Conv2D(2, kernel=1, stride=1, padding=0), IMAGE),
    (MaxPool2D(), IMAGE),
    (MaxPool2D(3, stride=1, padding=1), IMAGE),
    (MaxPool2D((2, 3), stride=(2, 1)), IMAGE),
    (AveragePool2D(), IMAGE),
    (AveragePool2D(3, stride=2, padding=1), IMAGE),
    (BatchNorm(), FEATURES),
    (BatchNorm(momentum=0.5, epsilon=1e-3), IMAGE),
    (Dropout(0.3), FEATURES),
    (Dropout(0.5), IMAGE),
    (Scale(255.0), FEATURES),
    (Scale(-0.5), IMAGE),
    (Flatten(), FEATURES),
    (Flatten(), IMAGE),
]
