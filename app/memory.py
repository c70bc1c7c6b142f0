"""Refusing what does not fit into memory, before it is tried."""

from __future__ import annotations

import psutil

from nncore.errors import SettingError
from nncore.network import NetworkSpec
from nncore.training import ROWS_AT_ONCE, TrainingConfig

RESERVE = 256 * 2**20
"""Bytes left for everything else."""


def check_memory(spec: NetworkSpec, config: TrainingConfig) -> None:
    """Raise SettingError if training would need more memory than is free now."""
    needed = spec.memory_for_training(min(config.batch_size or ROWS_AT_ONCE, ROWS_AT_ONCE))
    free = max(0, psutil.virtual_memory().available - RESERVE)
    if needed > free:
        raise SettingError(
            "layers",
            f"Training {spec.parameter_count:,} weights needs about {gigabytes(needed)} of memory; "
            f"{gigabytes(free)} are free. Narrower layers need less.",
        )


def gigabytes(count: int) -> str:
    """`count` bytes for a reader: "1.5 GB"."""
    return f"{count / 1e9:,.1f} GB"
