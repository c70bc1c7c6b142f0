"""`digitlab recipes` lists all recipes and shows the page of one."""

from __future__ import annotations

import json
from argparse import Namespace

import pytest

from app.cli.recipes import run
from nncore.errors import SettingError
from nncore.experiments.recipes import RECIPES


def test_all_recipes_are_listed_one_per_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Namespace(json=False, name=None)) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(RECIPES)


def test_json_contains_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    run(Namespace(json=True, name="sine"))
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["page"]["goal"] == RECIPES["sine"].page.goal


def test_the_page_of_a_named_recipe_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    run(Namespace(json=False, name="basic-ml"))
    page = capsys.readouterr().out
    assert page.startswith("basic-ml: Ten hidden units, by hand\n784 - 10 - 10, 7,960 weights; SGD, learning rate 0.1,")
    assert "Z₁ = X W₁ + b₁" in page
    assert "Expected: 83 to 86 %" in page


def test_an_unknown_recipe_is_rejected() -> None:
    with pytest.raises(SettingError, match="There is no recipe 'soup'"):
        run(Namespace(json=False, name="soup"))
