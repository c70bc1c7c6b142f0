"""Whether a network and a data set go together."""

from __future__ import annotations

from math import prod

from nncore.data.dataset import Dataset
from nncore.errors import SettingError
from nncore.model.network import Network


def check_fit(network: Network, dataset: Dataset) -> None:
    """Raise SettingError unless `dataset` has examples and classes, or targets, that `network` takes."""
    spec = network.spec
    if not len(dataset):
        raise SettingError("data", f"{dataset.source}: there is no image to work with.")
    pixels, inputs = prod(dataset.input_shape), prod(spec.input_shape)
    if pixels != inputs:
        raise SettingError("layers", f"The images have {pixels} pixels, the first width is {inputs}.")
    if not dataset.class_names:
        targets = dataset.targets(slice(0, 1)).shape[1]
        if targets != spec.outputs:
            raise SettingError("layers", f"The data has {targets} targets, the last width is {spec.outputs}.")
        return
    classes = len(dataset.class_names)
    if not spec.tells_apart(classes):
        raise SettingError("layers", f"The data has {classes} classes, the last width is {spec.outputs}.")
