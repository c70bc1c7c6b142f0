"""A neural network in NumPy that reads handwriting: data, layers, training, ink.

    import nncore as nn

    network = nn.Network(nn.NetworkSpec((28, 28), (nn.Dense(64), nn.Activation("relu"), nn.Dense(10))), seed=0)
    nn.fit(network, nn.load_mnist(), nn.TrainingConfig(epochs=3))

The names here are the ones that most programs need. Each is imported from its module when it is first used, so
`import nncore` itself imports nothing. Nothing in nncore imports Qt or the app.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:  # for type checkers and editors, which do not run `__getattr__`
    from nncore.data.dataset import Dataset as Dataset
    from nncore.data.dataset import Splits as Splits
    from nncore.data.dataset import load_mnist as load_mnist
    from nncore.data.formats import read_dataset as read_dataset
    from nncore.data.formats import read_ink as read_ink
    from nncore.errors import DataError as DataError
    from nncore.errors import DigitLabError as DigitLabError
    from nncore.errors import ModelFileError as ModelFileError
    from nncore.errors import SettingError as SettingError
    from nncore.evaluation.metrics import Evaluation as Evaluation
    from nncore.evaluation.metrics import evaluate as evaluate
    from nncore.evaluation.occlusion import occlusion_map as occlusion_map
    from nncore.evaluation.recognition import Prediction as Prediction
    from nncore.evaluation.recognition import read_digit as read_digit
    from nncore.experiments.recipes import RECIPES as RECIPES
    from nncore.files.checkpoint_file import load_checkpoint as load_checkpoint
    from nncore.files.checkpoint_file import save_checkpoint as save_checkpoint
    from nncore.files.model_file import Model as Model
    from nncore.files.model_file import bundled_model_path as bundled_model_path
    from nncore.files.model_file import load_model as load_model
    from nncore.files.model_file import save_model as save_model
    from nncore.files.model_file import trained_model as trained_model
    from nncore.files.model_header import ModelCard as ModelCard
    from nncore.model.layers import Activation as Activation
    from nncore.model.layers import AveragePool2D as AveragePool2D
    from nncore.model.layers import BatchNorm as BatchNorm
    from nncore.model.layers import Conv2D as Conv2D
    from nncore.model.layers import Dense as Dense
    from nncore.model.layers import Dropout as Dropout
    from nncore.model.layers import Flatten as Flatten
    from nncore.model.layers import MaxPool2D as MaxPool2D
    from nncore.model.layers import Scale as Scale
    from nncore.model.network import Network as Network
    from nncore.model.network import NetworkSpec as NetworkSpec
    from nncore.preprocessing.augmentation import Augmentation as Augmentation
    from nncore.preprocessing.ink import Ink as Ink
    from nncore.preprocessing.ink import rasterize as rasterize
    from nncore.training.config import TrainingConfig as TrainingConfig
    from nncore.training.events import Diverged as Diverged
    from nncore.training.events import EpochDone as EpochDone
    from nncore.training.events import Finished as Finished
    from nncore.training.events import Started as Started
    from nncore.training.events import StepDone as StepDone
    from nncore.training.fit import fit as fit
    from nncore.training.history import History as History
    from nncore.training.loop import Training as Training
    from nncore.training.loop import hold_out_validation as hold_out_validation
    from nncore.training.loop import train as train
    from nncore.training.random_streams import RandomStreams as RandomStreams
    from nncore.training.rate_finder import find_learning_rate as find_learning_rate

_HOMES = {
    ".data.dataset": ("Dataset", "Splits", "load_mnist"),
    ".data.formats": ("read_dataset", "read_ink"),
    ".errors": ("DataError", "DigitLabError", "ModelFileError", "SettingError"),
    ".evaluation.metrics": ("Evaluation", "evaluate"),
    ".evaluation.occlusion": ("occlusion_map",),
    ".evaluation.recognition": ("Prediction", "read_digit"),
    ".experiments.recipes": ("RECIPES",),
    ".files.checkpoint_file": ("load_checkpoint", "save_checkpoint"),
    ".files.model_file": ("Model", "bundled_model_path", "load_model", "save_model", "trained_model"),
    ".files.model_header": ("ModelCard",),
    ".model.layers": (
        "Activation",
        "AveragePool2D",
        "BatchNorm",
        "Conv2D",
        "Dense",
        "Dropout",
        "Flatten",
        "MaxPool2D",
        "Scale",
    ),
    ".model.network": ("Network", "NetworkSpec"),
    ".preprocessing.augmentation": ("Augmentation",),
    ".preprocessing.ink": ("Ink", "rasterize"),
    ".training.config": ("TrainingConfig",),
    ".training.events": ("Diverged", "EpochDone", "Finished", "Started", "StepDone"),
    ".training.fit": ("fit",),
    ".training.history": ("History",),
    ".training.loop": ("Training", "hold_out_validation", "train"),
    ".training.random_streams": ("RandomStreams",),
    ".training.rate_finder": ("find_learning_rate",),
}
"""Each module and what it offers here. A test compares it with the imports above."""

_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [*_HOME_OF]


def __getattr__(name: str) -> object:
    """Import `name` from its module, and keep it here for the next time."""
    if name not in _HOME_OF:
        from difflib import get_close_matches

        close = get_close_matches(name, _HOME_OF, n=1)
        hint = f"did you mean {close[0]!r}?" if close else "dir(nncore) lists what it offers."
        raise AttributeError(f"module 'nncore' has no attribute {name!r}; {hint}", name=name)
    value = globals()[name] = getattr(import_module(_HOME_OF[name], __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
