"""resources/formulas.json has a picture of each formula of the recipes and derivations, and no others."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from resources import build_formulas
from resources.build_formulas import TARGET, all_latex


def test_every_formula_has_a_picture_and_no_picture_is_left_over() -> None:
    assert json.loads(TARGET.read_text(encoding="utf-8")).keys() == all_latex()


@pytest.mark.skipif(find_spec("ziamath") is None, reason="the package ziamath is not installed")
@pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")  # a call in ziafont
def test_the_builder_writes_the_bundled_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_formulas, "TARGET", tmp_path / "formulas.json")
    build_formulas.main()
    assert (tmp_path / "formulas.json").read_bytes() == TARGET.read_bytes()
