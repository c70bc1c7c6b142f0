"""Models on disk: an .npz with a JSON header, never a pickle.

The file is a zip, stored without compression, with two members:

    header.json       format, version, spec, class names, preprocessing, history, card
    parameters.npy    the flat float32 vector; the spec says which part is which

`numpy.load` opens it, and so does any unzip program.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from nncore.dataset import DIGITS, Splits
from nncore.errors import ModelFileError
from nncore.history import History
from nncore.memory import gigabytes, memory_to_spend
from nncore.metrics import Evaluation
from nncore.model_header import PREPROCESSING, ModelHeader
from nncore.model_header import ModelCard as ModelCard  # part of what is offered here
from nncore.network import Network, NetworkSpec
from nncore.safe_write import write_safely
from nncore.training import TrainingConfig

HEADER, PARAMETERS = "header.json", "parameters.npy"

MEMORY_PER_BYTE = 3
"""Bytes of memory that reading a byte of a model takes: the file's part, and the parameters with a copy."""


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


LARGEST_HEADER, LARGEST_ARRAY_HEADER = 4_000_000, 4096
"""Bytes: of header.json, which a thousand epochs make 200,000 long, and of what comes before the numbers in an .npy."""


def trained_model(
    network: Network,
    data: Splits,
    config: TrainingConfig,
    history: History,
    test: Evaluation | None,
    *,
    name: str,
    recipe: str = "",
    rates_used: Sequence[tuple[int, float]] = (),
) -> Model:
    """The model that a run has made of `network` so far, with its card filled in. Its parameters are a copy.

    rates_used: (step, learning rate) of each change on the way, as TrainingControl keeps them.
    """
    settings = asdict(config)
    if len(rates_used) > 1:
        settings["learning_rates_from_step"] = {str(step): rate for step, rate in rates_used}
    held_out = f", {len(data.validation):,} more to validate" if data.validation else ""
    card = ModelCard(
        name=name,
        data=f"{data.training.source}: {len(data.training):,} images to train{held_out}",
        recipe=recipe,
        settings=settings,
        epochs=history.epochs,
        seed=config.seed,
        test_accuracy=test.accuracy if test else None,
        created=datetime.now().isoformat(" ", "seconds"),
    )
    parameters = network.parameters.values.astype(np.float32, copy=False)
    return Model(network.spec, parameters, card, data.training.class_names, history.rows())


def bundled_model_path() -> Path:
    """The model that comes with the app."""
    return Path(str(files("resources") / "models" / "mlp.npz"))


def save_model(model: Model, path: Path) -> None:
    """Write `model` to `path`, wholly or not at all; raises ModelFileError if that fails."""
    header = ModelHeader(model.spec, model.card, model.class_names, model.history, model.preprocessing)
    buffer, vector = io.BytesIO(), io.BytesIO()
    npy.write_array(vector, model.parameters, allow_pickle=False)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        # A fixed date: the same model gives the same bytes.
        archive.writestr(zipfile.ZipInfo(HEADER), header.to_json())
        archive.writestr(zipfile.ZipInfo(PARAMETERS), vector.getbuffer())
    try:
        write_safely(path, buffer.getbuffer())
    except OSError as problem:
        raise ModelFileError(f"{path}: could not be saved ({problem.strerror or problem}).") from None


def is_model_file(path: Path) -> bool:
    """Whether a file looks like a model, sound or not, rather than like data."""
    try:
        if not path.is_file():  # a pipe or a device may never come to an end
            return False
        with zipfile.ZipFile(path) as archive:
            return HEADER in archive.namelist()
    except Exception:  # OSError, BadZipFile, and whatever else zipfile stumbles over in foreign bytes
        return False


def load_model(path: Path) -> Model:
    """Read a model; raises ModelFileError, naming the file and what is wrong with it."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise ModelFileError("could not be read: it is not a file.")
        if MEMORY_PER_BYTE * size > memory_to_spend():
            raise ModelFileError(f"with {gigabytes(size)} it is larger than the memory that is free.")
        described, vector = _members_of(path, size)
        parameters = _parameters_from(vector, described.spec.parameter_count)
    except FileNotFoundError:
        raise ModelFileError(f"{path}: there is no such file.") from None
    except ModelFileError as problem:
        raise ModelFileError(f"{path}: {problem}") from None
    except OSError as problem:
        raise ModelFileError(f"{path}: could not be read ({problem.strerror or problem}).") from None
    except MemoryError:
        raise ModelFileError(f"{path}: there is not enough memory for this model.") from None
    return Model(
        described.spec,
        parameters,
        described.card,
        described.class_names,
        described.history,
        described.preprocessing,
    )


@contextmanager
def _only_our_errors() -> Iterator[None]:
    """Let only ModelFileError, OSError and MemoryError out of what parses foreign bytes.

    Given damaged ones, zipfile and NumPy raise whatever they stumble over: BadZipFile, EOFError, ValueError,
    NotImplementedError, RuntimeError, RecursionError, TokenError, TypeError, OverflowError, SyntaxError ...
    """
    try:
        yield
    except (ModelFileError, OSError, MemoryError):
        raise
    except Exception:
        raise ModelFileError("this is not a whole Digit Lab model; it is damaged or of another kind.") from None


def _members_of(path: Path, size: int) -> tuple[ModelHeader, bytes]:
    """The header, and the parameters as bytes, of a file of `size` bytes."""
    with _only_our_errors(), zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if len(set(names)) < len(names):
            raise ModelFileError("it holds two parts of the same name, which Digit Lab never writes.")
        for name in (HEADER, PARAMETERS):
            if name not in names:
                raise ModelFileError(f"this is no Digit Lab model: it has no {name} inside.")
            info = archive.getinfo(name)
            encrypted = info.flag_bits & 0x1
            # Ours are stored as they are, so none can be larger than the file itself.
            if encrypted or info.compress_type != zipfile.ZIP_STORED or info.file_size > size:
                raise ModelFileError(f"{name} inside is packed in a way Digit Lab never writes.")
        if archive.getinfo(HEADER).file_size > LARGEST_HEADER:
            raise ModelFileError(f"{HEADER} inside is larger than any that Digit Lab writes.")
        described = ModelHeader.from_json(archive.read(HEADER))
        # Compared before it is read: a file may claim to be huge and hold nothing.
        expected, found = 4 * described.spec.parameter_count, archive.getinfo(PARAMETERS).file_size
        if not expected <= found <= expected + LARGEST_ARRAY_HEADER:
            raise ModelFileError(
                f"its network has {described.spec.parameter_count:,} weights, but {PARAMETERS} inside holds "
                f"{found:,} bytes."
            )
        return described, archive.read(PARAMETERS)


def _parameters_from(vector: bytes, expected: int) -> NDArray[np.float32]:
    """The array in the bytes of an .npy file, which need to be as many as its header and the network promise."""
    stream = io.BytesIO(vector)
    with _only_our_errors():
        read_header = npy.read_array_header_1_0 if npy.read_magic(stream) == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = read_header(stream)
    if dtype != np.float32 or len(shape) != 1:
        raise ModelFileError(f"{PARAMETERS} inside is of the wrong kind; expected one row of float32 numbers.")
    held = len(vector) - stream.tell()
    if held != 4 * expected or shape[0] != expected:
        raise ModelFileError(f"its network has {expected:,} weights, but {PARAMETERS} inside holds {held // 4:,}.")
    parameters = np.frombuffer(vector, np.float32, offset=stream.tell())
    if not np.isfinite(parameters).all():
        raise ModelFileError("its weights are not all finite numbers.")
    return parameters
