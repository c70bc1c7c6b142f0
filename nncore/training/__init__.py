"""Training: `train` is the loop, an iterator of events; everything around it has a file of its own."""

from nncore.training.config import MOST_EPOCHS, TrainingConfig
from nncore.training.fit import check_fit, check_settings
from nncore.training.loop import Training, hold_out_validation, train
from nncore.training.random_streams import RandomStreams

__all__ = [
    "MOST_EPOCHS",
    "RandomStreams",
    "Training",
    "TrainingConfig",
    "check_fit",
    "check_settings",
    "hold_out_validation",
    "train",
]
