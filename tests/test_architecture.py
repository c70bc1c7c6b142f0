"""The rules for packages: imports have one direction, packages stay small, tests mirror the code."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from docs.package_diagram import imported_modules, package_order, python_files

ROOT = Path(__file__).parent.parent

ORDER = package_order()
PACKAGES = sorted(
    path.parent.relative_to(ROOT).as_posix() for top in ("nncore", "app") for path in (ROOT / top).rglob("__init__.py")
)
TABS = sorted(path.parent.name for path in (ROOT / "app" / "tabs").glob("*/__init__.py"))
MAX_FILES = 15
TEST_MODULES = sorted((ROOT / "tests").rglob("test_*.py"))


def test_every_package_has_a_place_in_the_order() -> None:
    found = {
        f"{top}.{path.stem}"
        for top in ("nncore", "app")
        for path in (ROOT / top).iterdir()
        if path.name not in ("__init__.py", "__main__.py", "__pycache__", "py.typed")
    }
    assert found == set(ORDER)


@pytest.mark.parametrize("package", ORDER)
def test_a_package_imports_only_packages_before_it(package: str) -> None:
    forbidden = tuple(f"{later}." for later in ORDER[ORDER.index(package) + 1 :])
    wrong = {
        path.relative_to(ROOT).as_posix(): found
        for path in python_files(package)
        if (found := {name for name in imported_modules(path) if f"{name}.".startswith(forbidden)})
    }
    assert wrong == {}


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_imports_no_other_tab(tab: str) -> None:
    others = tuple(f"app.tabs.{other}." for other in TABS if other != tab)
    wrong = {
        path.name: found
        for path in python_files(f"app.tabs.{tab}")
        if (found := {name for name in imported_modules(path) if f"{name}.".startswith(others)})
    }
    assert wrong == {}


@pytest.mark.parametrize(("top", "most"), [("nncore", 13), ("app", 12)])
def test_the_top_of_the_tree_stays_small(top: str, most: int) -> None:
    entries = {path.name for path in (ROOT / top).iterdir() if path.name != "__pycache__"}
    assert len(entries) <= most


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_has_few_files_or_packages_of_its_own(package: str) -> None:
    place = ROOT / package
    files = list(place.glob("*.py"))
    assert len(files) <= MAX_FILES or list(place.glob("*/__init__.py"))


@pytest.mark.parametrize("package", [package for package in PACKAGES if package != "nncore"])
def test_a_package_says_what_it_is_for_and_which_file_to_read_first(package: str) -> None:
    place = ROOT / package
    text = ast.get_docstring(ast.parse((place / "__init__.py").read_text(encoding="utf-8"))) or ""
    first = text.rpartition("Read first: `")[2].partition("`")[0]
    assert text.count("\n") <= 12
    assert first
    assert (place / first).is_file()


def test_tests_mirror_the_packages() -> None:
    tested = {
        path.parent.relative_to(ROOT / "tests").as_posix()
        for top in ("nncore", "app")
        for path in (ROOT / "tests" / top).rglob("__init__.py")
    }
    assert tested <= set(PACKAGES)


def test_each_test_module_says_which_behaviour_it_holds() -> None:
    assert [
        str(path.relative_to(ROOT))
        for path in TEST_MODULES
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ] == []


def test_no_module_imports_from_a_test_module() -> None:
    """What several tests need is in a module of its own, so that a test module can be changed alone."""
    assert [
        f"{path.relative_to(ROOT)}: {node.module}"
        for path in (ROOT / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").rpartition(".")[2].startswith("test_")
    ] == []
