"""Refusing what does not fit into memory, before it is tried."""

from __future__ import annotations

from math import prod

from nncore.errors import SettingError
from nncore.metrics import EVALUATION_ROWS
from nncore.network import NetworkSpec
from nncore.training import ROWS_AT_ONCE, TrainingConfig

RESERVE = 256_000_000
"""Bytes left for everything else, whatever is read or trained."""

COPIES = 12
"""Vectors as long as the parameters that a run in the window holds at its worst, with Adam, which keeps most: the
parameters, their gradients, those summed over a large batch, Adam's three, the last whole epoch's; then a model and a
network for the window to read digits with, the pair they take the place of, and what is being written to disk. Measured
with 19 million weights: 10.6 to 11.1 with Adam, 7.3 with plain descent."""

FLOAT = 4
"""Bytes of a float32."""


def available_memory() -> int:
    """Bytes that the system could give now without swapping."""
    import psutil  # here, not above: nncore needs nothing but NumPy until somebody asks

    return int(psutil.virtual_memory().available)


def memory_to_spend(available: int | None = None) -> int:
    """Bytes that may be taken: what is `available` (None: ask the system) without RESERVE; never below 0."""
    return max(0, (available_memory() if available is None else available) - RESERVE)


def memory_for_training(spec: NetworkSpec, config: TrainingConfig) -> int:
    """About how many bytes a training takes in the window: COPIES of the parameters, and room for a batch.

    Each layer keeps two arrays of a batch (what it gives, and a gradient) and one while the network is judged.
    """
    rows = min(config.batch_size or ROWS_AT_ONCE, ROWS_AT_ONCE)
    numbers_a_row = sum(prod(shape) for shape in spec.shapes)
    return FLOAT * (COPIES * spec.parameter_count + (2 * rows + EVALUATION_ROWS) * numbers_a_row)


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


def gigabytes(count: int) -> str:
    """`count` bytes for a reader: "1.5 GB"."""
    return f"{count / 1e9:,.1f} GB" if count < 10**18 else "more than a billion GB"
