"""Training: `Training.events` is the loop, an iterator of events; each part that the loop uses has its own file.

Read first: `loop.py`.
"""

from nncore.model.checks import check_fit
from nncore.training.checks import check_settings
from nncore.training.config import MAX_EPOCHS, TrainingConfig
from nncore.training.loop import Training, hold_out_validation, train
from nncore.training.random_streams import RandomStreams

__all__ = [
    "MAX_EPOCHS",
    "RandomStreams",
    "Training",
    "TrainingConfig",
    "check_fit",
    "check_settings",
    "hold_out_validation",
    "train",
]
