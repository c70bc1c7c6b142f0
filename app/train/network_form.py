"""The settings of the network: hidden layers and how their weights begin."""

from __future__ import annotations

from math import prod

from PySide6.QtWidgets import QLineEdit

from app.train.form import LOCKED, Choice, Form
from app.train.layers_editor import LayersEditor
from nncore.layers import Activation, Dense
from nncore.network import NetworkSpec

INITIALIZATION_NAMES = {"he": "He", "uniform": "uniform(−0.5, 0.5)"}


class NetworkForm(Form):
    """A form for a NetworkSpec; what comes in and the classes are those of the spec last shown."""

    def __init__(self) -> None:
        super().__init__()
        self._input_shape: tuple[int, ...] = (28, 28)
        self._classes = 10
        self.hidden_layers = QLineEdit()
        self.layers = LayersEditor(self.hidden_layers)
        self.initialization = Choice(INITIALIZATION_NAMES)
        self.add(
            "layers",
            "hidden layers",
            self.hidden_layers,
            "Widths of the hidden layers, such as 128 64: wider and deeper learns more and takes longer; "
            "left empty, the pixels go straight to the classes.",
            beside=self.layers.add_button,
        )
        self.add_whole_width(self.layers)
        self.add(
            "initialization",
            "initialisation",
            self.initialization,
            "The random weights to start from: He fits ReLU; uniform(−0.5, 0.5) makes wide layers overshoot at first.",
        )
        self.layers.changed.connect(self.changed)
        self.initialization.currentIndexChanged.connect(self.changed)

    def spec(self) -> NetworkSpec:
        """The network described. Raises SettingError."""
        widths, activations = self.layers.hidden_layers()
        return NetworkSpec.dense(
            (prod(self._input_shape), *widths, self._classes),
            activations,
            self.initialization.value,
            self._input_shape,
        )

    def show_spec(self, spec: NetworkSpec) -> None:
        """Show this network of dense layers."""
        self._input_shape, self._classes = spec.input_shape, spec.outputs
        dense = [layer for layer in spec.layers if isinstance(layer, Dense)]
        activations: list[str] = []
        for layer in spec.layers:
            if isinstance(layer, Activation):
                activations[-1] = layer.function
            else:
                activations.append("linear")
        self.layers.set_layers(tuple(layer.units for layer in dense[:-1]), activations[:-1])
        self.initialization.choose(dense[0].initialization)

    def set_label_width(self, width: int) -> None:
        """Line up the rows of the layers too."""
        super().set_label_width(width)
        self.layers.set_label_width(width)

    def set_locked(self, locked: bool) -> None:
        """Let the network be seen but not changed, or changed again."""
        for row in self.rows.values():
            row.lock(LOCKED if locked else "")
        self.layers.set_locked(locked)
