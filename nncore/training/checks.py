"""Whether network, data and settings go together, asked before a run begins."""

from __future__ import annotations

import numpy as np

from nncore.data.dataset import Dataset, Splits
from nncore.errors import SettingError
from nncore.model.layers import BatchNorm
from nncore.model.losses import NATURAL_LOSS, make_loss
from nncore.model.network import NetworkSpec
from nncore.training.config import TrainingConfig


def check_settings(spec: NetworkSpec, data: Splits, config: TrainingConfig) -> None:
    """Raise SettingError unless the network and `data` offer what the settings ask for."""
    make_loss(config.loss, spec.output, config.label_smoothing)  # refuses a loss that does not go with it
    for dataset in (data.training, data.validation, data.test):
        if dataset is not None and not dataset.class_names:
            _check_targets(dataset, spec, config)
    if config.augmentation is not None and not (data.training.is_bytes and len(data.training.input_shape) == 2):
        raise SettingError("augmentation", "Augmentation distorts images; this data has none.")
    if min(config.batch_size or 2, len(data.training)) == 1 and _normalises_rows(spec):
        raise SettingError("batch_size", "Batch normalisation compares examples: a batch needs 2 or more.")
    if data.validation is None and (config.patience is not None or config.keep_best):
        field, what = ("patience", "Early stopping") if config.patience is not None else ("keep_best", "The best epoch")
        raise SettingError(field, f"{what} is told by a validation set; this data has none, hold some of it out.")


def _normalises_rows(spec: NetworkSpec) -> bool:
    """Whether a batch normalisation sees one number a feature of each example."""
    layers = zip(spec.layers, spec.shapes, strict=False)
    return any(isinstance(layer, BatchNorm) and len(shape) == 1 for layer, shape in layers)


def _check_targets(dataset: Dataset, spec: NetworkSpec, config: TrainingConfig) -> None:
    """Refuse numbers as targets where the loss takes none, or others."""
    loss = config.loss or NATURAL_LOSS[spec.output]
    if loss == "cross_entropy":
        raise SettingError("loss", "Cross-entropy tells classes apart; this data has numbers as targets, not classes.")
    targets = dataset.targets(slice(None))
    if loss == "binary_cross_entropy" and (np.min(targets) < 0 or np.max(targets) > 1):
        raise SettingError("loss", "Binary cross-entropy takes targets from 0 to 1; this data has others.")
