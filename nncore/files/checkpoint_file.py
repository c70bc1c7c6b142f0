"""Runs on disk, to go on with them later: a file as `nncore.files.archive` describes, never a pickle.

    header.json             the network, the settings, what was counted, where the random numbers are, the history
    values.npy ...          the arrays of a Checkpoint

Python's JSON keeps every float and every whole number, however long, exactly as it is.
"""

from __future__ import annotations

from dataclasses import asdict
from math import inf, isfinite, prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncore.errors import ModelFileError, SettingError
from nncore.files.archive import Archive, check_finite, packed, reading
from nncore.files.headers.checkpoint_fields import (
    AUGMENTATION,
    CONFIG,
    COUNTERS,
    HEADER,
    RANDOM_STATE,
    check_counters,
    check_history,
)
from nncore.files.headers.json_header import check_fields, read, spec_from, written
from nncore.model.network import NetworkSpec
from nncore.preprocessing.augmentation import Augmentation
from nncore.system.atomic_write import write_safely
from nncore.training.checkpoint import Checkpoint
from nncore.training.config import TrainingConfig
from nncore.training.optimizers import OPTIMIZERS
from nncore.training.progress import Progress

FORMAT, VERSION = "digitlab-run", 1

KIND = "run"


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write `checkpoint` to `path`, wholly or not at all.

    Raises ModelFileError if that fails, or if nothing can go on from there: a run that is diverging, or one of float64.
    """
    try:
        _check_sound(checkpoint)
        write_safely(path, packed(_header_of(checkpoint), checkpoint.arrays))
    except ModelFileError as problem:
        raise ModelFileError(f"{path}: {problem}") from None
    except OSError as problem:
        raise ModelFileError(f"{path}: could not be saved ({problem.strerror or problem}).") from None


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a run; raises ModelFileError, naming the file and what is wrong with it."""
    with reading(path, KIND) as size, Archive.opened(path, size, KIND) as archive:
        header = read(archive.header(), FORMAT, VERSION, HEADER, KIND)
        spec, config = spec_from(header["spec"]), config_from(header["config"])
        counters = _counters_from(header["counters"], config)
        check_history(header["history"], counters["epochs_done"])
        for state in (*header["random_states"], header["shuffled_from"]):
            _check_exactly(state, RANDOM_STATE, "state of random numbers")
        if header["optimizer_steps"] != counters["step"]:
            raise ModelFileError("its optimiser has taken other steps than its run.")
        arrays = _arrays_from(archive, spec, config)
        check_finite(arrays)
        return Checkpoint(
            spec=spec,
            config=config,
            arrays=arrays,
            counters=counters,
            rates_used=tuple((step, rate) for step, rate in header["rates_used"]),
            history=tuple(header["history"]),
            **{name: header[name] for name in AS_THEY_ARE},
        )


AS_THEY_ARE = (
    "optimizer_steps", "random_states", "shuffled_from", "learning_rate", "validation_share", "data_check", "recipe",
)  # fmt: skip
"""Fields of a Checkpoint that JSON has too."""


def _header_of(checkpoint: Checkpoint) -> str:
    return written(
        FORMAT,
        VERSION,
        {
            "spec": checkpoint.spec.to_json(),
            "config": asdict(checkpoint.config),
            "counters": checkpoint.counters,  # before the first validation the best loss is infinite, written as null
            "rates_used": checkpoint.rates_used,
            "history": checkpoint.history,
            **{name: getattr(checkpoint, name) for name in AS_THEY_ARE},
        },
    )


def _check_sound(checkpoint: Checkpoint) -> None:
    """Raise ModelFileError for what could be written, but not read."""
    check_finite(checkpoint.arrays)
    if not isfinite(checkpoint.counters["summed_loss"] + checkpoint.counters["highest_loss"]):
        raise ModelFileError("it cannot hold a run that has diverged.")
    if any(array.dtype != np.float32 for array in checkpoint.arrays.values()):
        raise ModelFileError("it can only hold a run of float32.")


def _check_exactly(given: dict[str, Any], checks: Any, where: str) -> None:
    """Raise ModelFileError unless `given` has the fields that `checks` names, no other, and each as it should be."""
    if given.keys() != checks.keys():
        raise ModelFileError(f"its {where} is incomplete, or has a field that Digit Lab does not know.")
    check_fields(given, checks, where)


def config_from(given: dict[str, Any]) -> TrainingConfig:
    """The settings of a run, of the fields that `asdict` gives; raises ModelFileError for any other."""
    _check_exactly(given, CONFIG, "settings")
    settings = dict(given)
    try:
        if settings["augmentation"] is not None:
            _check_exactly(settings["augmentation"], AUGMENTATION, "augmentation")
            settings["augmentation"] = Augmentation(**settings["augmentation"])
        return TrainingConfig(**settings)
    except SettingError as problem:
        raise ModelFileError(f"its settings do not work: {problem}") from None


def _counters_from(given: dict[str, Any], config: TrainingConfig) -> dict[str, Any]:
    _check_exactly(given, COUNTERS, "counters")
    counters = dict(given)
    if counters["best_loss"] is None:
        counters["best_loss"] = inf
    check_counters(Progress(config, **counters))
    return counters


def _arrays_from(archive: Archive, spec: NetworkSpec, config: TrainingConfig) -> dict[str, NDArray[np.floating]]:
    trained = sum(map(prod, spec.parameter_shapes.values()))
    shapes: dict[str, tuple[int, ...]] = {
        "values": (spec.parameter_count,),
        "good_values": (spec.parameter_count,),
        "optimizer_memory": (OPTIMIZERS[config.optimizer].vectors, trained),
    }
    if config.keep_best:
        shapes["best_values"] = (spec.parameter_count,)
    why = f"its network has {spec.parameter_count:,} weights"
    return {name: archive.array(name, shape, why) for name, shape in shapes.items()}
