"""Every package, font and data set that the program contains is named with its licence."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest

from app.dialogs.help.licences import NEEDED_PACKAGES, licences_text, package_line

ROOT = Path(__file__).parents[4]


def test_the_packages_are_those_that_the_program_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[<>=;\s]", line)[0] for line in project["dependencies"]}
    assert set(NEEDED_PACKAGES) == needed


@pytest.mark.parametrize("name", NEEDED_PACKAGES)
def test_the_version_and_the_licence_of_each_package_are_named(name: str) -> None:
    line = package_line(distribution(name))
    assert re.match(r"[\w-]+ \d[\w.]*: \S", line)
    assert "see its licence file" not in line
    assert f"- {line}" in licences_text()


def test_data_model_and_fonts_are_named_with_their_licences() -> None:
    text = licences_text()
    for each in ("CC BY-SA 3.0", "CC BY 4.0", "SIL Open Font License 1.1", "LGPL", "MNIST", "Inter", "STIX"):
        assert each in text


def test_the_packed_program_shows_the_list_that_was_written_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "licences").mkdir()
    (tmp_path / "licences" / "README.txt").write_text("Everything that ships.\nnumpy 9.9: its licence\n")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "digitlab"))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert "numpy 9.9: its licence" in licences_text()
    assert "Everything that ships." in licences_text()
