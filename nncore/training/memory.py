"""How much memory a training run needs; one that does not fit is refused before it starts."""

from __future__ import annotations

from math import prod

from nncore.errors import SettingError
from nncore.model.network import PREDICTION_ROWS, NetworkSpec
from nncore.system.memory import gigabytes, memory_to_spend
from nncore.training.config import TrainingConfig
from nncore.training.parallel.batch_gradients import is_split, rows_at_once

COPIES, COPIES_OF_BEST = 15, 2
"""Vectors as long as the parameters that a run in the window holds at most, with Adam, which keeps the most.

They are the parameters, the gradients of both halves, Adam's two, and copies from the last whole epoch and from before
a step; two more with a helper process, for the sum of gradients and for undoing a step; then a model and a network with
which the window reads digits, the two that they replace, and what is being written to disk. With the best epoch kept,
its parameters and the last ones; for a batch of several passes, their sum of gradients. Measured with 3.4 million
weights, without a helper process: 12.0, or 13.9 with the best epoch kept.
"""


FLOAT = 4
"""Bytes of a float32."""


def memory_for_training(spec: NetworkSpec, config: TrainingConfig) -> int:
    """About how many bytes a training takes in the window: copies of the parameters, and room for a batch.

    The workspaces of the layers are sized for a batch, or the part of it that is worked through at once; while the
    network is judged, each layer's output lies in memory too.
    """
    halves = 1 if config.batch_size is not None and not is_split(spec, config.batch_size) else 2
    at_once = halves * rows_at_once(spec)
    several_passes = config.batch_size is None or config.batch_size > at_once
    copies = COPIES + COPIES_OF_BEST * config.keep_best + several_passes
    rows = at_once if several_passes else config.batch_size or at_once
    numbers_per_row = 2 * prod(spec.input_shape) + spec.numbers_per_row
    return FLOAT * (copies * spec.parameter_count + (rows + PREDICTION_ROWS) * numbers_per_row)


def check_memory(spec: NetworkSpec, config: TrainingConfig, available: int | None = None) -> None:
    """Raise SettingError if training would need more memory than may be taken.

    available: bytes that the system could give; None asks it.
    """
    needed = memory_for_training(spec, config)
    free = memory_to_spend(available)
    if needed > free:
        raise SettingError(
            "layers",
            f"Training {spec.parameter_count:,} weights needs about {gigabytes(needed)} of memory; "
            f"{gigabytes(free)} are free. Narrower layers need less.",
        )
