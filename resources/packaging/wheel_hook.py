"""The build hook of the wheel: everything is installed below one package, `digitlab`.

In the repository, `nncore`, `app` and `resources` are top-level packages. Installed under these names they would
collide with other projects, because a project named nncore is on PyPI. So the hook writes a copy of the packages to
build/wheel/digitlab, where each import names the new place: `from nncore.model import x` becomes
`from digitlab.nncore.model import x`. Only import statements are changed, and no line moves, so that the line numbers
of a traceback are those of the repository. An editable install uses the repository itself.
"""

from __future__ import annotations

import ast
import shutil
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGES = ("app", "nncore", "resources")

DATA_SUFFIXES = (".npz", ".svg", ".png", ".otf", ".md", ".txt", ".typed", ".json", ".qss")

NOT_INSTALLED = (
    "app/__main__.py",
    "resources/packaging",
    "resources/screenshots",
    "resources/build_",
    "resources/fold_report.py",
    "resources/training_ink.py",
)
"""What only the repository needs."""

INIT = '''"""Digit Lab: see a neural network learn to read handwriting.

`python -m digitlab` or the command `digitlab` opens the window; `from digitlab import nncore as nn` is the library.
"""
'''


def below_digitlab(source: str, name: str = "") -> str:
    """Return Python source in which each import of a package of this repository names it below `digitlab`.

    Raises ValueError for `import nncore.model`, which binds the name `nncore` and has no form below `digitlab`.
    """
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and _is_own(node.module or ""):
            _replace(lines, node, f"from {node.module}", f"from digitlab.{node.module}")
        elif isinstance(node, ast.Import):
            for alias in (alias for alias in node.names if _is_own(alias.name)):
                if len(node.names) > 1 or "." in alias.name:
                    raise ValueError(f"{name}:{node.lineno}: write this import as `from ... import ...`")
                _replace(lines, node, f"import {alias.name}", f"from digitlab import {alias.name}")
    return "".join(lines)


def _is_own(module: str) -> bool:
    return module.partition(".")[0] in PACKAGES


def _replace(lines: list[str], node: ast.stmt, old: str, new: str) -> None:
    line, column = node.lineno - 1, node.col_offset
    assert lines[line][column:].startswith(old), lines[line]
    lines[line] = lines[line][:column] + new + lines[line][column + len(old) :]


def copy_packages(root: Path, target: Path) -> None:
    """Write the package `digitlab`, made of the packages in `root`, to the folder `target`, which is emptied first."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    (target / "__init__.py").write_text(INIT, encoding="utf-8")
    for file in sorted(path for package in PACKAGES for path in (root / package).rglob("*") if path.is_file()):
        place = file.relative_to(root)
        if place.as_posix().startswith(NOT_INSTALLED) or file.suffix not in (".py", *DATA_SUFFIXES):
            continue
        (target / place).parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".py":
            text = below_digitlab(file.read_text(encoding="utf-8"), str(place))
            (target / place).write_text(text, encoding="utf-8")
        else:
            shutil.copyfile(file, target / place)
    main = below_digitlab((root / "main.py").read_text(encoding="utf-8"), "main.py")
    (target / "__main__.py").write_text(main, encoding="utf-8")


class WheelHook(BuildHookInterface[Any]):
    """Called by hatchling for each wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the package `digitlab` to the wheel; an editable install gets its two small modules only."""
        root = Path(self.root)
        target = root / "build" / "wheel" / "digitlab"
        if version == "editable":
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True)
            (target / "__init__.py").write_text(f"{INIT}\nimport nncore as nncore\n", encoding="utf-8")
            shutil.copyfile(root / "main.py", target / "__main__.py")
            build_data["force_include_editable"] = {str(target): "digitlab"}
        else:
            copy_packages(root, target)
            build_data["force_include"][str(target)] = "digitlab"
