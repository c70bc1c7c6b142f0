"""The names that `import nncore` exports."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import nncore
from tests.nncore.example_data import small_mnist

ROOT = Path(nncore.__file__).parent.parent


def imports_for_type_checkers() -> dict[str, str]:
    """Each name and its module, from the imports under TYPE_CHECKING."""
    tree = ast.parse(Path(nncore.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    return {
        alias.name: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
        if alias.asname == alias.name  # otherwise a type checker treats the name as private
    }


@pytest.mark.parametrize("name", nncore.__all__)
def test_every_name_is_in_the_module_that_type_checkers_import_it_from(name: str) -> None:
    assert getattr(nncore, name) is getattr(import_module(imports_for_type_checkers()[name]), name)


def test_type_checkers_and_programs_see_the_same_names() -> None:
    assert sorted(imports_for_type_checkers()) == sorted(nncore.__all__)
    assert set(nncore.__all__) <= set(dir(nncore))
    assert (ROOT / "nncore" / "py.typed").is_file()


def test_the_error_for_an_unknown_name_suggests_a_similar_one() -> None:
    with pytest.raises(AttributeError, match="'nncore' has no attribute 'Netwerk'; did you mean 'Network'\\?"):
        getattr(nncore, "Netwerk")  # noqa: B009
    with pytest.raises(AttributeError, match=r"has no attribute 'quux'; dir\(nncore\) lists what it offers"):
        getattr(nncore, "quux")  # noqa: B009


def test_importing_nncore_loads_neither_its_modules_nor_numpy() -> None:
    code = "import sys, json, nncore; nncore.__all__; dir(nncore); print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = json.loads(run.stdout)
    assert [name for name in loaded if name.partition(".")[0] in ("nncore", "numpy")] == ["nncore"]


def test_the_example_in_the_readme_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    code = readme.partition("```python\n")[2].partition("```")[0]
    assert "epochs=3" in code
    assert len([line for line in code.splitlines() if line]) <= 5
    monkeypatch.setattr(nncore, "load_mnist", small_mnist)
    exec(compile(code.replace("epochs=3", "epochs=1"), "README.md", "exec"), {})
    epoch, test, answers = capsys.readouterr().out.splitlines()
    assert epoch.startswith("Epoch 1 of 1: loss ")
    assert float(test.removeprefix("Test accuracy ").removesuffix("%")) > 60
    assert re.fullmatch(r"\[\d \d \d\]", answers)
