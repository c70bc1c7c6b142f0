"""Refusing what does not fit into memory, before it is tried."""

from __future__ import annotations

from nncore.errors import SettingError
from nncore.network import NetworkSpec
from nncore.training import ROWS_AT_ONCE, TrainingConfig

RESERVE = 256_000_000
"""Bytes left for everything else, whatever is read or trained."""


def available_memory() -> int:
    """Bytes that the system could give now without swapping."""
    import psutil  # here, not above: nncore needs nothing but NumPy until somebody asks

    return int(psutil.virtual_memory().available)


def memory_to_spend(available: int | None = None) -> int:
    """Bytes that may be taken: what is `available` (None: ask the system) without RESERVE; never below 0."""
    return max(0, (available_memory() if available is None else available) - RESERVE)


def check_memory(spec: NetworkSpec, config: TrainingConfig, available: int | None = None) -> None:
    """Raise SettingError if training would need more memory than may be taken.

    available: bytes that the system could give; None asks it.
    """
    needed = spec.memory_for_training(min(config.batch_size or ROWS_AT_ONCE, ROWS_AT_ONCE))
    free = memory_to_spend(available)
    if needed > free:
        raise SettingError(
            "layers",
            f"Training {spec.parameter_count:,} weights needs about {gigabytes(needed)} of memory; "
            f"{gigabytes(free)} are free. Narrower layers need less.",
        )


def gigabytes(count: int) -> str:
    """`count` bytes for a reader: "1.5 GB"."""
    return f"{count / 1e9:,.1f} GB"
