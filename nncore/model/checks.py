"""Checks that a network and a data set fit together."""

from __future__ import annotations

from math import prod

from nncore.data.dataset import Dataset
from nncore.errors import SettingError
from nncore.model.network import Network
from nncore.reporting.number_text import counted_text


def check_fit(network: Network, dataset: Dataset) -> None:
    """Raise SettingError unless `network` takes examples of `dataset` and has an output for each class or target."""
    spec = network.spec
    if not len(dataset):
        raise SettingError("data", f"{dataset.source} has no examples.")
    pixels, inputs = prod(dataset.input_shape), prod(spec.input_shape)
    if pixels != inputs:
        raise SettingError(
            "layers",
            f"The network takes {counted_text(inputs, 'input')}; the images have {counted_text(pixels, 'pixel')}.",
        )
    if not dataset.class_names:
        targets = dataset.targets(slice(0, 1)).shape[1]
        if targets != spec.outputs:
            raise SettingError("layers", f"The network has {spec.outputs} outputs; the data has {targets} targets.")
        return
    classes = len(dataset.class_names)
    if not spec.can_distinguish(classes):
        raise SettingError("layers", f"The network has {spec.outputs} outputs; the data has {classes} classes.")
