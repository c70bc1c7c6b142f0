"""Checkpoints on disk, to continue a run later: a file in the format of `nncore.files.archive`, never a pickle.

    header.json             all fields of a Checkpoint except the arrays
    values.npy ...          the arrays

Python's JSON keeps every float and every integer of any length exactly. All numbers are checked, because a run that
continues with a wrong number would not fail, but give other results.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf, isfinite, prod
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

from nncore.errors import ModelFileError
from nncore.files.archive import Archive, archive_bytes, check_finite, reading_errors
from nncore.files.json_header import checked_fields, dataclass_from, header_text, parse_header
from nncore.model.network import NetworkSpec
from nncore.system.atomic_write import save_file
from nncore.training.checkpoint import Checkpoint
from nncore.training.config import TrainingConfig
from nncore.training.history import EPOCH_FIGURES, MAX_ROWS
from nncore.training.optimizers import OPTIMIZERS
from nncore.training.progress import Counters, Progress
from nncore.training.random_streams import RandomStreams
from nncore.training.settings import NumberRange

CHECKPOINT_FORMAT = "digitlab-run"
"""The name of the format in the header of a checkpoint."""

CHECKPOINT_VERSION = 1
"""The newest version of the format that this program reads, and the one that it writes."""

CHECKPOINT_KIND = "run"


@dataclass(frozen=True)
class _Pcg64:
    """The state of a PCG64 generator; the increment is odd."""

    state: Annotated[int, NumberRange(0, 2**128 - 1)]
    inc: Annotated[int, NumberRange(0, 2**128 - 1)]


@dataclass(frozen=True)
class _RandomState:
    """The state of a generator as NumPy returns it."""

    bit_generator: Literal["PCG64"]
    state: _Pcg64
    has_uint32: Annotated[int, NumberRange(0, 1)]
    uinteger: Annotated[int, NumberRange(0, 2**32 - 1)]


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write `checkpoint` to `path` atomically.

    Raises ModelFileError if that fails, or if `load_checkpoint` could not read it, for example because the run has
    diverged or uses float64.
    """
    try:
        header = header_text(CHECKPOINT_FORMAT, CHECKPOINT_VERSION, checkpoint, without=("arrays",))
        _check_resumable(checkpoint)
        _check_readable(checkpoint)
    except ModelFileError as problem:
        raise ModelFileError(f"{path}: {problem}") from None
    save_file(path, archive_bytes(header, checkpoint.arrays), ModelFileError)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint; raises ModelFileError that names the file and what is wrong with it."""
    with reading_errors(path, CHECKPOINT_KIND) as size, Archive.open(path, size, CHECKPOINT_KIND) as archive:
        stored = _fields_from(archive.header())
        shapes = _array_shapes(stored["spec"], stored["config"])
        reason = f"its network has {stored['spec'].parameter_count:,} weights"
        arrays: dict[str, NDArray[np.floating]] = {
            name: archive.array(name, shape, reason) for name, shape in shapes.items()
        }
        check_finite(arrays)
        return Checkpoint(arrays=arrays, **stored)


def _fields_from(text: bytes) -> dict[str, Any]:
    """Return the fields of a Checkpoint, except its arrays, from the text of a header; checks all of them."""
    header = _upgraded(parse_header(text, CHECKPOINT_FORMAT, CHECKPOINT_VERSION, CHECKPOINT_KIND))
    config = dataclass_from(TrainingConfig, header.pop("config", None), "settings")
    counters = _counters_from(header.pop("counters", None), config)
    stored = checked_fields(Checkpoint, header, "header", without=("arrays", "config", "counters"))
    _check_history(stored["history"], counters.epochs_done)
    _check_random(stored["random_states"], stored["shuffled_from"])
    if not all(before[0] < after[0] for before, after in pairwise(stored["rates_used"])):
        raise ModelFileError("rates_used in its header must have its steps in ascending order.")
    if stored["optimizer_steps"] != counters.step:
        raise ModelFileError(
            f"the number of optimizer steps ({stored['optimizer_steps']:,}) is not the number of steps of the run "
            f"({counters.step:,})."
        )
    return stored | {"config": config, "counters": counters}


def _upgraded(header: dict[str, Any]) -> dict[str, Any]:
    """Convert the header of an old checkpoint, with `examples_held_out` instead of `validation_share`."""
    held_out = header.pop("examples_held_out", None)
    counters = header.get("counters")
    if isinstance(held_out, int) and isinstance(counters, dict) and isinstance(counters.get("examples"), int):
        header["validation_share"] = held_out / max(1, held_out + counters["examples"])
    return header


def _check_readable(checkpoint: Checkpoint) -> None:
    """Raise ModelFileError if the header of the checkpoint could not be read again.

    Of a long history the last row is read again like the other fields; of the rows before it only the types are looked
    at, because reading them would take longer than writing the file.
    """
    *earlier, last = checkpoint.history or (None,)
    shown = replace(checkpoint, history=() if last is None else (last,))
    _fields_from(header_text(CHECKPOINT_FORMAT, CHECKPOINT_VERSION, shown, without=("arrays",)).encode())
    _check_history(checkpoint.history, checkpoint.counters.epochs_done)
    for row in earlier:
        if not all(type(value) in (int, float, NoneType) for value in row.values()):
            raise ModelFileError("its history has a value that is not a number.")


def _check_resumable(checkpoint: Checkpoint) -> None:
    """Raise ModelFileError if the checkpoint could be written, but not read again."""
    check_finite(checkpoint.arrays)
    if not isfinite(checkpoint.counters.summed_loss + checkpoint.counters.highest_loss):
        raise ModelFileError("a run that has diverged cannot be saved.")
    if any(array.dtype != np.float32 for array in checkpoint.arrays.values()):
        raise ModelFileError("only a run in float32 can be saved.")
    shapes = {name: array.shape for name, array in checkpoint.arrays.items()}
    if shapes != _array_shapes(checkpoint.spec, checkpoint.config):
        raise ModelFileError("its arrays do not match its network.")


def _counters_from(given: object, config: TrainingConfig) -> Counters:
    """Return the counters of a run; raises ModelFileError if they contradict each other."""
    # The best loss of a run without a validation is infinity, which JSON does not have: it is stored as null.
    if isinstance(given, dict) and given.get("best_loss", 0) is None:
        counters = dataclass_from(Counters, given | {"best_loss": 0.0}, "counters", complete=True)
        counters.best_loss = inf
    else:
        counters = dataclass_from(Counters, given, "counters", complete=True)
    progress = Progress.continued(counters, config)
    is_consistent = (
        progress.epoch == progress.epochs_done + progress.epoch_is_open
        and progress.epoch <= progress.config.epochs
        and progress.steps_in_epoch <= progress.steps_per_epoch
        and progress.steps_in_epoch <= progress.step <= progress.epoch * progress.steps_per_epoch
        and progress.samples_in_epoch == min(progress.steps_in_epoch * progress.batch_size, progress.examples)
        and (progress.right is None or progress.right <= progress.samples_in_epoch)
        and progress.best_epoch <= progress.epochs_done
        and (progress.best_loss == inf) == (progress.best_epoch == 0)
        and (progress.steps_in_epoch > 0 or progress.epochs_done == 0 or progress.epoch_is_open)
        and not (progress.epoch_is_open and progress.steps_in_epoch == 0 and progress.is_at_limit)
        and (progress.config.steps is None or progress.step <= progress.config.steps)
    )
    if not is_consistent:
        raise ModelFileError("its counters contradict each other.")
    return counters


def _check_history(rows: tuple[dict[str, float | None], ...], epochs_done: int) -> None:
    """Raise ModelFileError unless `rows` are possible rows of a History with this number of epochs."""
    epochs: list[Any] = [row.get("epoch") for row in rows]
    is_consistent = (
        len(rows) <= MAX_ROWS + 1
        and all(row.keys() == set(EPOCH_FIGURES) for row in rows)
        and all(isinstance(epoch, int) and epoch >= 1 for epoch in epochs)
        and all(before < after for before, after in pairwise(epochs))
        and (epochs[-1] if epochs else 0) == epochs_done
    )
    if not is_consistent:
        raise ModelFileError("its history does not match its number of epochs.")


def _check_random(random_states: list[dict[str, Any]], shuffled_from: dict[str, Any]) -> None:
    """Raise ModelFileError unless these are states of the random generators of a run."""
    generators = len(RandomStreams.from_seed(0).states())
    if len(random_states) != generators:
        raise ModelFileError(f"random_states in its header must be {generators} states; got {len(random_states)}.")
    for state in (*random_states, shuffled_from):
        if dataclass_from(_RandomState, state, "state of random numbers").state.inc % 2 == 0:
            raise ModelFileError("inc in its state of random numbers must be odd.")


def _array_shapes(spec: NetworkSpec, config: TrainingConfig) -> dict[str, tuple[int, ...]]:
    trained = sum(map(prod, spec.parameter_shapes.values()))
    shapes: dict[str, tuple[int, ...]] = {
        "values": (spec.parameter_count,),
        "good_values": (spec.parameter_count,),
        "optimizer_memory": (OPTIMIZERS[config.optimizer].vector_count, trained),
    }
    if config.keep_best:
        shapes["best_values"] = (spec.parameter_count,)
    return shapes
