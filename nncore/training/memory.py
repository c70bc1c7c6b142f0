"""The memory that a training run needs, checked before the run starts."""

from __future__ import annotations

from math import prod

from nncore.errors import SettingError
from nncore.model.network import PREDICTION_BATCH_SIZE, NetworkSpec
from nncore.system.memory import gigabytes_text, usable_memory
from nncore.training.config import TrainingConfig
from nncore.training.parallel.batch_gradients import is_split, rows_per_part
from nncore.training.random_streams import PARTS_PER_PASS

PARAMETER_COPIES = 15
"""The most vectors of the parameters' length that a run in the window holds without `keep_best`.

These are the parameters, the gradients of both halves, Adam's two vectors (no optimizer has more), and copies from the
last whole epoch and from before a step; with a helper process two more, for the sum of gradients and for undoing a
step; then a model and a network with which the window reads digits, the two that they replace, and the bytes that are
written to disk. A batch of several passes adds its sum of gradients. Measured with 3.4 million weights, without a
helper process: 12.0.
"""

BEST_EPOCH_COPIES = 2
"""The vectors that `keep_best` adds: the best parameters and the last ones. Measured: 1.9."""


BYTES_PER_FLOAT = 4
"""Bytes of a float32."""


def memory_for_training(spec: NetworkSpec, config: TrainingConfig) -> int:
    """An estimate of the bytes that a training in the window needs: copies of the parameters, and workspaces.

    The workspaces of the layers have the size of a batch, or of the part of it that one pass computes; while the
    network is evaluated, each layer's output is in memory too.
    """
    parts = 1 if config.batch_size is not None and not is_split(spec, config.batch_size) else PARTS_PER_PASS
    rows_per_pass = parts * rows_per_part(spec)
    several_passes = config.batch_size is None or config.batch_size > rows_per_pass
    copies = PARAMETER_COPIES + BEST_EPOCH_COPIES * config.keep_best + several_passes
    rows = rows_per_pass if several_passes else config.batch_size or rows_per_pass
    numbers_per_row = 2 * prod(spec.input_shape) + spec.numbers_per_row
    return BYTES_PER_FLOAT * (copies * spec.parameter_count + (rows + PREDICTION_BATCH_SIZE) * numbers_per_row)


def check_memory(spec: NetworkSpec, config: TrainingConfig, available: int | None = None) -> None:
    """Raise SettingError if training would need more memory than is free.

    available: the bytes that are free; None asks the system.
    """
    needed = memory_for_training(spec, config)
    free = usable_memory(available)
    if needed > free:
        raise SettingError(
            "layers",
            f"Training {spec.parameter_count:,} weights needs about {gigabytes_text(needed)} of memory; "
            f"{gigabytes_text(free)} are free. Narrower layers need less.",
        )
