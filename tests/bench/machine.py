"""Facts about the machine that influence the figures of a benchmark."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from typing import Any

import numpy as np

from nncore.system.cores import available_cores
from tests.bench.frameworks import version_of


def facts() -> dict[str, Any]:
    """Return the processor, cores, versions and load of the machine; None for a framework that is not installed."""
    return {
        "processor": _processor(),
        "cores": available_cores(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "system": platform.system(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas": _blas(),
        "torch": version_of("torch"),
        "scikit-learn": version_of("sklearn"),
        "pyside6": version("PySide6-Essentials"),
    }


def sentence(facts: dict[str, Any]) -> str:
    """Return the facts in one line."""
    return ", ".join(f"{name} {value}" for name, value in facts.items() if value is not None)


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _blas() -> str | None:
    """Return the BLAS library of NumPy and the processor type that it has chosen."""
    from threadpoolctl import threadpool_info

    for library in threadpool_info():
        if library["user_api"] == "blas":
            return f"{library['internal_api']} {library['version']} {library.get('architecture', '')}".strip()
    return None
