"""The licences of all that ships: the files in resources, and the packages that the program needs. Imports no Qt."""

from __future__ import annotations

import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path

import resources

NEEDED_PACKAGES = (
    "numpy",
    "onnx",
    "pandas",
    "pillow",
    "psutil",
    "pyqtgraph",
    "PySide6-Essentials",
    "threadpoolctl",
    "tqdm",
)
"""The packages that the program needs, as in pyproject.toml; a test compares them."""


def licences_text() -> str:
    """All licences as Markdown: those of the packages, then those of data, model, fonts and pictures."""
    _, _, sources = (files(resources) / "ATTRIBUTION.md").read_text(encoding="utf-8").partition("\n")
    parts = sources.replace("\n## ", "\n#### ")
    return f"### Packages\n\n{_packages_text()}\n\n### Data, model, fonts and pictures\n{parts}"


def package_line(package: Distribution) -> str:
    """Name, version and licence of an installed package: "numpy 2.4.0: BSD-3-Clause"."""
    fields = dict(package.metadata.items())  # type: ignore[attr-defined]
    licence = fields.get("License-Expression") or fields.get("License") or "see its licence file"
    return f"{package.name} {package.version}: {licence.splitlines()[0]}"


def _packages_text() -> str:
    """The list that `resources.packaging.build_app` has written beside the program, or one of what is installed."""
    written = Path(sys.executable).parent / "licences" / "README.txt"
    if getattr(sys, "frozen", False) and written.exists():
        return written.read_text(encoding="utf-8").replace("\n", "\n\n")
    return "\n".join(f"- {_line(name)}" for name in NEEDED_PACKAGES)


def _line(name: str) -> str:
    try:
        return package_line(distribution(name))
    except PackageNotFoundError:
        return name
