"""Dependencies point one way: nncore knows nothing of Qt, the app, tables or plots."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import nncore

PROBE = """
import importlib, json, pkgutil, sys, nncore
for module in pkgutil.walk_packages(nncore.__path__, "nncore."):
    importlib.import_module(module.name)
print(json.dumps(sorted(sys.modules)))
"""


def test_importing_all_of_nncore_loads_no_qt_pandas_pyqtgraph_or_app() -> None:
    root = Path(nncore.__file__).parent.parent
    printed = subprocess.run([sys.executable, "-c", PROBE], cwd=root, capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(printed.stdout)}
    assert "nncore" in loaded
    assert len(list(pkgutil.walk_packages(nncore.__path__))) >= 10
    assert not loaded & {"PySide6", "shiboken6", "pyqtgraph", "pandas", "app"}
