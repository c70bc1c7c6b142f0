"""How much memory is free."""

from __future__ import annotations

RESERVE = 256_000_000
"""Bytes left for everything else, whatever is read or trained."""


def available_memory() -> int:
    """Bytes that the system could give now without swapping."""
    import psutil  # here, not above: nncore needs nothing but NumPy until somebody asks

    return int(psutil.virtual_memory().available)


def memory_to_spend(available: int | None = None) -> int:
    """Bytes that may be taken: what is `available` (None: ask the system) without RESERVE; never below 0."""
    return max(0, (available_memory() if available is None else available) - RESERVE)


def gigabytes(count: int) -> str:
    """`count` bytes for a reader: "1.5 GB"."""
    return f"{count / 1e9:,.1f} GB" if count < 10**18 else "more than a billion GB"
