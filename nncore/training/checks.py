"""Checks before a run that network, data and settings fit together."""

from __future__ import annotations

import numpy as np

from nncore.data.dataset import Dataset, Splits
from nncore.errors import SettingError
from nncore.model.losses import DEFAULT_LOSSES, LOSSES, make_loss
from nncore.model.network import NetworkSpec
from nncore.reporting.number_text import decimal_text
from nncore.training.config import TrainingConfig


def check_settings(spec: NetworkSpec, data: Splits, config: TrainingConfig) -> None:
    """Raise SettingError unless the settings can be used with the network and `data`."""
    make_loss(config.loss, spec.output, config.label_smoothing)  # raises SettingError if they do not fit
    for dataset in (data.training, data.validation, data.test):
        if dataset is not None and not dataset.class_names:
            _check_targets(dataset, spec, config)
    if config.augmentation is not None and not (data.training.is_bytes and len(data.training.input_shape) == 2):
        raise SettingError(
            "augmentation", "Augmentation needs images of bytes, but this data has no such images: switch it off."
        )
    rows = min(config.batch_size or len(data.training), len(data.training))
    for layer, shape in zip(spec.layers, spec.shapes, strict=False):
        if rows < (fewest := layer.min_batch_size(shape)):
            raise SettingError("batch_size", f"A {layer.label} layer needs batches of {fewest} or more; got {rows}.")
    if data.validation is None and (config.patience is not None or config.keep_best):
        field, what = ("patience", "Early stopping") if config.patience is not None else ("keep_best", "The best epoch")
        raise SettingError(field, f"{what} needs a validation set, but this data has none: hold out some of it.")


def _check_targets(dataset: Dataset, spec: NetworkSpec, config: TrainingConfig) -> None:
    """Raise SettingError if the loss does not accept the numbers that are the targets of `dataset`."""
    loss = LOSSES[config.loss or DEFAULT_LOSSES[spec.output]]
    name = loss.label.capitalize()
    if loss.target_range is None:
        raise SettingError("loss", f"{name} needs classes as targets; the targets of this data are numbers.")
    targets, (lowest, highest) = dataset.targets(slice(None)), loss.target_range
    if np.min(targets) < lowest or np.max(targets) > highest:
        raise SettingError(
            "loss",
            f"{name} needs targets from {decimal_text(lowest, 6)} to {decimal_text(highest, 6)}; this data has "
            f"targets outside this range.",
        )
