"""The lock file has a version of each library in pyproject.toml, and each version is in the range given there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from nncore import __version__

ROOT = Path(__file__).parents[1]

NOT_LOCKED = {"bench"}
"""Extras that are not in the lock file: the benchmarks install PyTorch in an environment of their own."""


def requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *(line for name in extras if name not in NOT_LOCKED for line in extras[name])]
    return [each for line in lines if (each := Requirement(line)).name != project["name"]]


def locked() -> dict[str, list[tuple[Version, str]]]:
    """The versions of each library, and the marker of the systems for which a version is meant."""
    versions: dict[str, list[tuple[Version, str]]] = {}
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        match = re.fullmatch(r"([\w.-]+)==(\S+)(?: ; (.*))?", line)
        if match:
            name, version, marker = match.groups()
            versions.setdefault(canonicalize_name(name), []).append((Version(version), marker or ""))
    return versions


def test_every_requirement_has_a_locked_version_in_its_range() -> None:
    versions = locked()
    assert len(versions) > 40
    for requirement in requirements():
        found = versions.get(canonicalize_name(requirement.name), [])
        assert any(version in requirement.specifier for version, _ in found), requirement


def test_the_lock_file_names_no_index() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_every_file_that_names_the_version_names_the_same() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    installer = (ROOT / "resources" / "packaging" / "digitlab.iss").read_text(encoding="utf-8")
    assert f"version: {__version__}\n" in citation
    assert f'#define Version "{__version__}"\n' in installer
