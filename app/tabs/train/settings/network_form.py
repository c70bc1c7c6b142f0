"""The settings of the network: hidden layers, initialization and output function."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from PySide6.QtWidgets import QLineEdit

from app.tabs.train.settings.layer_words import blocks_of, initializations_of, layers_of
from app.tabs.train.settings.layers_editor import LayersEditor
from app.tabs.train.settings.network_diagram import NetworkDiagram
from app.tabs.train.settings.network_picture import NetworkPicture
from app.widgets.form import Choice, SettingsForm
from nncore.errors import SettingError
from nncore.model.layers import INITIALIZATIONS, Dense, LayerSpec
from nncore.model.network import NetworkSpec
from nncore.model.outputs import OUTPUTS

INITIALIZATION_NAMES = {name: initialization.label for name, initialization in INITIALIZATIONS.items()}
MIXED = "mixed"
"""Shown if layers have different initializations; each then keeps its own."""

LAYERS_TIP = (
    "The hidden layers, such as 128 64, or conv8k3 max2 norm dropout0.3 64. A wider or deeper network learns more and "
    "takes longer. If this is empty, the inputs are connected directly to the outputs."
)
INITIALIZATION_TIP = (
    "The weights before training. He suits ReLU; uniform(−0.5, 0.5) is too large for wide layers. Equal "
    "weights, such as all zeros, always stay equal."
)
OUTPUT_TIP = (
    "The output function: softmax for one class of several, sigmoid for yes or no per class, linear for any numbers. "
    "It must suit the data."
)


class NetworkForm(SettingsForm):
    """A form for a NetworkSpec; its input and its last layers are those of the spec shown last."""

    def __init__(self) -> None:
        super().__init__()
        self._shown = NetworkSpec.dense((784, 10))
        self._last: tuple[LayerSpec, ...] = self._shown.layers
        self.hidden_layers = QLineEdit()
        self.layers = LayersEditor(self.hidden_layers)
        self.add("layers", "hidden layers", self.hidden_layers, LAYERS_TIP, beside=self.layers.add_button)
        self.add_full_width(self.layers, "layers")
        self.initialization: Choice = self.add_choice(
            "initialization", "initialization", INITIALIZATION_NAMES, INITIALIZATION_TIP
        )
        self.output: Choice = self.add_choice("output", "output", {name: name for name in OUTPUTS}, OUTPUT_TIP)
        self.picture, self.diagram = NetworkPicture(), NetworkDiagram()
        self.add_full_width(self.picture)
        self.add_full_width(self.diagram)
        self.layers.changed.connect(self.changed)

    def spec(self) -> NetworkSpec:
        """The network that the form describes; raises SettingError if an entry is invalid."""
        layers = layers_of(self.layers.blocks(), self._last)
        if self.initialization.value != MIXED:
            layers = tuple(layer.with_initialization(self.initialization.value) for layer in layers)
        return replace(self._shown, layers=layers, output=self.output.value)

    def show_spec(self, spec: NetworkSpec) -> None:
        """Show this network."""
        self._shown = spec
        blocks, self._last = blocks_of(spec)
        self.layers.set_blocks(blocks)
        initializations = initializations_of(spec.layers)
        self.initialization.choose(initializations.pop() if len(initializations) == 1 else MIXED)
        self.output.choose(spec.output)

    def fit_data(self, input_shape: tuple[int, ...], classes: int) -> None:
        """Adapt input and output to examples of this shape and this number of classes; the hidden layers stay."""
        last = list(self._last)
        if last and isinstance(last[0], Dense):
            one_for_two = last[0].units == 1 and classes == 2 and self._shown.output == "sigmoid"
            last[0] = last[0] if one_for_two else replace(last[0], units=classes)
        self._last = tuple(last)
        try:
            self._shown = replace(self._shown, input_shape=input_shape)
        except SettingError:  # the layers do not fit this input; `spec` reports that
            self._shown = NetworkSpec(input_shape, (Dense(classes),), self._shown.output)
        self.changed.emit()

    def draw(self) -> NetworkSpec | None:
        """Draw the network and return it; None if an entry is invalid."""
        spec = None
        with suppress(SettingError):
            spec = self.spec()
        self.picture.show_spec(spec)
        self.diagram.show_spec(spec)
        return spec

    def set_label_width(self, width: int) -> None:
        """Align the rows of the layers too."""
        super().set_label_width(width)
        self.layers.set_label_width(width)

    def set_running(self, running: bool) -> None:
        """Disable or enable all controls; the network stays visible."""
        super().set_running(running)
        self.layers.set_locked(running)


def are_same_choices(spec: NetworkSpec, other: NetworkSpec) -> bool:
    """Whether two networks are the same in the form, apart from their inputs and classes, which depend on the data."""
    same_layers = blocks_of(spec)[0] == blocks_of(other)[0] and spec.output == other.output
    return same_layers and initializations_of(spec.layers) == initializations_of(other.layers)
