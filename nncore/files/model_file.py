"""Models on disk: an .npz with a JSON header, never a pickle, or an open format of `nncore.files.exports`.

The .npz is a zip, stored without compression, with two members:

    header.json       format, version, spec, class names, preprocessing, history, card
    parameters.npy    the flat float32 vector of all parameters, in the order of the spec

`numpy.load` opens it, and so does any unzip program.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.resources import files
from io import BufferedReader
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import resources
from nncore.data.dataset import DIGITS
from nncore.errors import ModelFileError
from nncore.evaluation.metrics import Evaluation
from nncore.files.archive import HEADER_NAME, Archive, archive_bytes, check_finite, parsing_errors, reading_errors
from nncore.files.exports import ONNX_SUFFIX, SCRIPT_SUFFIX, onnx_file, read_onnx, read_script, script
from nncore.files.json_header import MAX_ENTRIES, MAX_TEXT_LENGTH
from nncore.files.model_header import PREPROCESSING, RATES_FIELD, ModelHeader
from nncore.files.model_header import ModelCard as ModelCard
from nncore.model.network import Network, NetworkSpec
from nncore.system.atomic_write import save_file
from nncore.system.reading_budget import WatchedFile
from nncore.system.zip_files import open_zip
from nncore.training import Training

PARAMETERS_ARRAY = "parameters"

ZIP_START = b"PK\x03\x04"

MODEL_HEAD_BYTES = 4096
"""Scripts and ONNX files by Digit Lab name it within this number of bytes from their start."""

PROGRAM = b"Digit Lab"
"""The name that these files have at their start."""

MAX_UNMARKED_BYTES = {ONNX_SUFFIX: 64_000_000, SCRIPT_SUFFIX: 1_000_000}
"""A larger file that does not name Digit Lab there is not read, because that would take long and only fail later."""


@dataclass(frozen=True)
class Model:
    """The content of a model file.

    Attributes:
        parameters: (size,) float32, read-only.
        history: the rows of a History, {figure: value}.
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
                f"The network has {self.spec.parameter_count:,} weights; got {self.parameters.size:,}."
            )
        parameters = np.array(self.parameters, np.float32)
        parameters.flags.writeable = False
        object.__setattr__(self, "parameters", parameters)

    def network(self) -> Network:
        """Return a new network with a copy of these parameters."""
        network = Network(self.spec)
        network.parameters.values[:] = self.parameters
        return network


def trained_model(training: Training, test: Evaluation | None, *, name: str, recipe: str = "") -> Model:
    """Return the model of a run so far, with a complete card. Its parameters are a copy."""
    network, data, config, history = training.network, training.data, training.config, training.history
    settings, rates_used = asdict(config), training.control.rates_used
    if len(rates_used) > 1:
        last = rates_used[-MAX_ENTRIES:]  # a card holds no more
        settings[RATES_FIELD] = {str(step): rate for step, rate in last}
    held_out = f", {len(data.validation):,} more to validate" if data.validation else ""
    card = ModelCard(
        name=name[:MAX_TEXT_LENGTH],  # a run can be given a longer name, and its model must not be lost at its end
        data=_shortened(f"{data.training.source}: {len(data.training):,} images to train{held_out}"),
        recipe=recipe,
        settings=settings,
        epochs=history.epochs,
        seed=config.seed,
        test_accuracy=test.accuracy if test else None,
        created=datetime.now().isoformat(" ", "seconds"),
    )
    parameters = network.parameters.values.astype(np.float32, copy=False)
    return Model(network.spec, parameters, card, data.training.class_names, history.rows())


def _shortened(text: str) -> str:
    """Return a text that a card can hold: data that was combined from many files has a long name."""
    return text if len(text) <= MAX_TEXT_LENGTH else "…" + text[1 - MAX_TEXT_LENGTH :]


def bundled_model_path() -> Path:
    """Return the path of the bundled model."""
    return Path(str(files(resources) / "models" / "handwriting.npz"))


def save_model(model: Model, path: Path) -> None:
    """Write `model` to `path` atomically; raises ModelFileError if that fails, or if `load_model` could not read it.

    The suffix chooses the format: .onnx is ONNX, .py is a script that needs only NumPy, any other is an .npz. Each of
    them can be loaded again and gives the same model.
    """
    write = {ONNX_SUFFIX: onnx_file, SCRIPT_SUFFIX: script}.get(path.suffix.lower(), _npz)
    header = ModelHeader(model.spec, model.card, model.class_names, model.history, model.preprocessing)
    try:
        check_finite({PARAMETERS_ARRAY: model.parameters})
        content = write(header, model.parameters)
    except ModelFileError as problem:
        raise ModelFileError(f"{path}: {problem}") from None
    save_file(path, content, ModelFileError)


def _npz(header: ModelHeader, parameters: NDArray[np.float32]) -> bytes:
    return archive_bytes(header.to_json(), {PARAMETERS_ARRAY: parameters})


def is_model_file(path: Path) -> bool:
    """Whether a file is a model file, even a damaged one, and not a data file."""
    try:
        if not path.is_file():  # a pipe or a device may have no end
            return False
        if path.suffix.lower() in (ONNX_SUFFIX, SCRIPT_SUFFIX):
            return True
        with path.open("rb") as file, open_zip(file, ModelFileError) as archive:
            return HEADER_NAME in archive.namelist()
    except Exception:  # OSError, ModelFileError, BadZipFile, or another error of zipfile for damaged bytes
        return False


def load_model(path: Path) -> Model:
    """Read a model; raises ModelFileError that names the file and what is wrong with it.

    It reports its progress, can be cancelled, and has a budget of time; see `nncore.system.reading_budget`.
    """
    with reading_errors(path, "model") as size:
        header, parameters = _contents_of(path, size)
        check_finite({PARAMETERS_ARRAY: parameters})
    return Model(parameters=parameters, **vars(header))


def load_header(path: Path) -> ModelHeader:
    """Read what a model file says about its model, without the weights and the history of an .npz.

    So hundreds of files can be listed. The stated size of the weights is checked. Raises ModelFileError.
    """
    with reading_errors(path, "model") as size:
        if path.suffix.lower() in (ONNX_SUFFIX, SCRIPT_SUFFIX):
            return _contents_of(path, size)[0]
        with Archive.open(path, size, "model") as archive:
            header = ModelHeader.from_json(archive.header(), with_history=False)
            count = header.spec.parameter_count
            archive.check_size(PARAMETERS_ARRAY, count, f"its network has {count:,} weights")
            return header


def _contents_of(path: Path, size: int) -> tuple[ModelHeader, NDArray[np.float32]]:
    """Return the header and the parameters of a file of `size` bytes in any format; an .npz may have any suffix."""
    read = {ONNX_SUFFIX: read_onnx, SCRIPT_SUFFIX: read_script}.get(path.suffix.lower())
    if read is not None:
        with BufferedReader(WatchedFile(str(path))) as file:
            head = file.read(MODEL_HEAD_BYTES)
            if not head.startswith(ZIP_START):
                if size > MAX_UNMARKED_BYTES[path.suffix.lower()] and PROGRAM not in head:
                    raise ModelFileError("this is not a Digit Lab model: its first bytes do not name Digit Lab.")
                with parsing_errors("model"):
                    return read(head + file.read())
    with Archive.open(path, size, "model") as archive:
        header = ModelHeader.from_json(archive.header())
        count = header.spec.parameter_count
        return header, archive.array(PARAMETERS_ARRAY, (count,), f"its network has {count:,} weights")
