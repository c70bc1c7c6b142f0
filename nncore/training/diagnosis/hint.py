"""A hint: a problem of a run, and a remedy as a change of its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nncore.model.layers import ACTIVATIONS, Activation, LayerSpec
from nncore.model.network import NetworkSpec
from nncore.preprocessing.augmentation import Augmentation
from nncore.reporting.number_text import decimal_text
from nncore.training import TrainingConfig

SpecChange = Callable[[NetworkSpec], NetworkSpec]
MODERATE_AUGMENTATION = Augmentation(shift=1.5, rotation=10, scale=0.1, slant=0.15, elastic=1.0)


def unchanged(spec: NetworkSpec) -> NetworkSpec:
    """The spec unchanged."""
    return spec


@dataclass(frozen=True)
class Hint:
    """A problem of a run, and a remedy.

    Attributes:
        cause: the problem in a word, such as "dead".
        sentence: what was found.
        remedy: what to do, as a command in a few words.
        settings: what the remedy changes in a TrainingConfig.
        network_change: how the remedy changes the network.
        needs_new_weights: whether the remedy helps only a network with new weights, for example because dead units stay
            dead.
    """

    cause: str
    sentence: str
    remedy: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    network_change: SpecChange = unchanged
    needs_new_weights: bool = False

    @property
    def changes_only_learning_rate(self) -> bool:
        """Whether the remedy is only a different learning rate, which can be set during the run."""
        return (
            set(self.settings) == {"learning_rate"} and self.network_change is unchanged and not self.needs_new_weights
        )

    @property
    def text(self) -> str:
        """The problem and the remedy in two sentences."""
        return f"{self.sentence} Try this: {self.remedy[0].lower()}{self.remedy[1:]}."

    def apply(self, spec: NetworkSpec, config: TrainingConfig) -> tuple[NetworkSpec, TrainingConfig]:
        """The settings with the remedy. Raises SettingError if they do not fit together."""
        return self.network_change(spec), replace(config, **self.settings)


def rate_remedy(rate: float) -> tuple[str, dict[str, Any]]:
    """The remedy "a different learning rate" in words, and as settings."""
    rounded = float(f"{rate:.3g}")
    return f"Learning rate {decimal_text(rounded, 6)}", {"learning_rate": rounded}


def with_he_initialization(spec: NetworkSpec) -> NetworkSpec:
    """The network with He initialization in every layer."""
    return _with_layers(spec, lambda layer: layer.with_initialization("he"))


def with_leaky_relu(spec: NetworkSpec) -> NetworkSpec:
    """The network with leaky ReLU in place of ReLU."""
    return _with_layers(spec, lambda layer: Activation("leaky_relu") if layer == Activation("relu") else layer)


def with_relu(spec: NetworkSpec) -> NetworkSpec:
    """The network with ReLU in place of sigmoid and tanh."""
    return _with_layers(spec, lambda layer: Activation("relu") if is_saturating(layer) else layer)


def without_first_layer(spec: NetworkSpec) -> NetworkSpec:
    """The network without its first layer."""
    return replace(spec, layers=spec.layers[1:])


def is_saturating(layer: LayerSpec) -> bool:
    """Whether a layer is an activation that saturates: its slope is small for large positive and negative inputs."""
    return isinstance(layer, Activation) and ACTIVATIONS[layer.function].saturates


def _with_layers(spec: NetworkSpec, changed: Callable[[LayerSpec], LayerSpec]) -> NetworkSpec:
    return replace(spec, layers=tuple(changed(layer) for layer in spec.layers))
