"""Models on disk: an .npz with a JSON header, never a pickle.

The file is a zip, stored without compression, with two members:

    header.json       format, version, spec, class names, preprocessing, history, card
    parameters.npy    the flat float32 vector; the spec says which part is which

`numpy.load` opens it, and so does any unzip program.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncore import __version__
from nncore.dataset import DIGITS, Splits
from nncore.errors import ModelFileError, SettingError
from nncore.metrics import Evaluation
from nncore.network import Network, NetworkSpec
from nncore.safe_write import write_safely
from nncore.training import EpochDone, TrainingConfig

FORMAT, VERSION = "digitlab-model", 1

PREPROCESSING = {
    "pixels": "uint8, 0 paper to 255 ink, divided by 255",
    "ink": "fitted into 20 x 20, drawn by distance field, centre of ink in the middle of 28 x 28",
}


@dataclass(frozen=True)
class ModelCard:
    """Where a model comes from and how good it is, for whoever uses it.

    test_accuracy: share of the test set answered correctly, 0 to 1; None if it was never tested. seed: of the run;
    settings: the run's, as {name: value}. version: of Digit Lab. created: ISO date and time, or "".
    """

    name: str
    data: str = ""
    recipe: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    epochs: int = 0
    seed: int | None = None
    test_accuracy: float | None = None
    version: str = __version__
    created: str = ""
    notes: str = ""


@dataclass(frozen=True)
class Model:
    """What a model file holds.

    parameters: (size,) float32, read-only. history: one {figure: value} an epoch.
    """

    spec: NetworkSpec
    parameters: NDArray[np.float32]
    card: ModelCard
    class_names: tuple[str, ...] = DIGITS
    history: tuple[dict[str, float | None], ...] = ()
    preprocessing: dict[str, str] = field(default_factory=lambda: dict(PREPROCESSING))

    def __post_init__(self) -> None:
        if self.parameters.shape != (self.spec.parameter_count,):
            raise ModelFileError(
                f"The network has {self.spec.parameter_count:,} weights; {self.parameters.size:,} are given."
            )
        parameters = np.array(self.parameters, np.float32)
        parameters.flags.writeable = False
        object.__setattr__(self, "parameters", parameters)

    def network(self) -> Network:
        """A network of its own with these parameters."""
        network = Network(self.spec)
        network.parameters.values[:] = self.parameters
        return network


def trained_model(
    spec: NetworkSpec,
    parameters: NDArray[np.floating],
    data: Splits,
    config: TrainingConfig,
    history: list[EpochDone],
    test: Evaluation | None,
    *,
    name: str,
    recipe: str = "",
    created: str = "",
) -> Model:
    """The model that a run has made, with its card filled in."""
    card = ModelCard(
        name=name,
        data=f"{data.training.source}, {len(data.training):,} images",
        recipe=recipe,
        settings=asdict(config),
        epochs=history[-1].epoch if history else 0,
        seed=config.seed,
        test_accuracy=test.accuracy if test else None,
        created=created,
    )
    figures = ("epoch", "training_loss", "training_accuracy", "validation_loss", "validation_accuracy", "seconds")
    rows = tuple({figure: getattr(done, figure) for figure in figures} for done in history)
    return Model(spec, np.asarray(parameters, np.float32), card, data.training.class_names, rows)


def bundled_model_path() -> Path:
    """The model that comes with the app."""
    return Path(str(files("resources") / "models" / "mlp.npz"))


def save_model(model: Model, path: Path) -> None:
    """Write `model` to `path`, wholly or not at all; raises ModelFileError if that fails."""
    header = {
        "format": FORMAT,
        "version": VERSION,
        "spec": model.spec.to_json(),
        "class_names": model.class_names,
        "preprocessing": model.preprocessing,
        "history": model.history,
        "card": asdict(model.card),
    }
    buffer, vector = io.BytesIO(), io.BytesIO()
    np.lib.format.write_array(vector, model.parameters, allow_pickle=False)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        # A fixed date: the same model gives the same bytes.
        archive.writestr(zipfile.ZipInfo("header.json"), json.dumps(header, indent=1))
        archive.writestr(zipfile.ZipInfo("parameters.npy"), vector.getvalue())
    try:
        write_safely(path, buffer.getvalue())
    except OSError as problem:
        raise ModelFileError(f"{path}: could not be saved ({problem.strerror or problem}).") from None


def is_model_file(path: Path) -> bool:
    """Whether a file looks like a model, sound or not, rather than like data."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "header.json" in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def load_model(path: Path) -> Model:
    """Read a model; raises ModelFileError, naming the file and what is wrong with it."""
    try:
        size = path.stat().st_size
        with zipfile.ZipFile(path) as archive:
            header = _member(archive, "header.json", size)
            vector = _member(archive, "parameters.npy", size)
        return _model_from(json.loads(header), vector)
    except FileNotFoundError:
        raise ModelFileError(f"{path}: there is no such file.") from None
    except ModelFileError as problem:
        raise ModelFileError(f"{path}: {problem}") from None
    except OSError as problem:
        raise ModelFileError(f"{path}: could not be read ({problem.strerror or problem}).") from None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, MemoryError, ValueError, RecursionError):
        raise ModelFileError(
            f"{path}: this is not a whole Digit Lab model; it is damaged or of another kind."
        ) from None


def _member(archive: zipfile.ZipFile, name: str, file_size: int) -> bytes:
    """The bytes of one member. Ours are stored as they are, so none can be larger than the file itself."""
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise ModelFileError(f"this is no Digit Lab model: it has no {name} inside.") from None
    if info.compress_type != zipfile.ZIP_STORED or info.file_size > file_size:
        raise ModelFileError(f"{name} inside is packed in a way Digit Lab never writes.")
    return archive.read(info)


def _model_from(header: Any, vector: bytes) -> Model:
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ModelFileError("this is no Digit Lab model: its header says something else.")
    version = header.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise ModelFileError(
            f"it has format version {version}, this Digit Lab reads up to {VERSION}: a newer one made it."
        )
    try:
        spec = NetworkSpec.from_json(header["spec"])
        card = ModelCard(**header["card"])
        class_names = tuple(str(name) for name in header["class_names"])
        history = tuple(dict(row) for row in header["history"])
        preprocessing = dict(header["preprocessing"])
    except SettingError as problem:
        raise ModelFileError(f"the network in its header does not work: {problem}") from None
    except (KeyError, TypeError, ValueError) as problem:
        raise ModelFileError(f"its header is incomplete ({problem!r}).") from None
    _check_card(card)
    if len(class_names) != spec.classes:
        raise ModelFileError(f"it names {len(class_names)} classes, its network tells {spec.classes} apart.")
    # Compared before anything is unpacked: a header cannot make us allocate what the file does not hold.
    if len(vector) < 4 * spec.parameter_count:
        raise ModelFileError(f"its network has {spec.parameter_count:,} weights, but the file holds fewer.")
    parameters = np.lib.format.read_array(io.BytesIO(vector), allow_pickle=False)
    if parameters.dtype != np.float32 or not np.isfinite(parameters).all():
        raise ModelFileError("its weights are not all finite float32 numbers.")
    return Model(spec, parameters, card, class_names, history, preprocessing)


def _check_card(card: ModelCard) -> None:
    """Raise ModelFileError unless each field has the type that the window and the next save count on."""
    accuracy = card.test_accuracy
    right = (
        all(
            isinstance(text, str)
            for text in (card.name, card.data, card.recipe, card.version, card.created, card.notes)
        )
        and isinstance(card.settings, dict)
        and isinstance(card.epochs, int)
        and (card.seed is None or isinstance(card.seed, int))
        and (accuracy is None or (isinstance(accuracy, int | float) and math.isfinite(accuracy) and 0 <= accuracy <= 1))
    )
    if not right:
        raise ModelFileError("its card has a field of the wrong kind.")
