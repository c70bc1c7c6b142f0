"""nncore imports neither Qt nor the app, pandas or pyqtgraph."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import nncore

PROBE = """
import importlib, json, pkgutil, sys
before = {name.partition(".")[0] for name in sys.modules}
import nncore
for module in pkgutil.walk_packages(nncore.__path__, "nncore."):
    importlib.import_module(module.name)
loaded = {name.partition(".")[0]: getattr(module, "__file__", None) for name, module in sys.modules.items()}
print(json.dumps({name: file for name, file in loaded.items() if file and name not in before}))
"""


def test_importing_all_of_nncore_loads_numpy_the_bundled_data_and_nothing_else() -> None:
    root = Path(nncore.__file__).parent.parent
    printed = subprocess.run([sys.executable, "-c", PROBE], cwd=root, capture_output=True, text=True, check=True)
    assert len(list(pkgutil.walk_packages(nncore.__path__))) >= 10
    assert set(json.loads(printed.stdout)) - sys.stdlib_module_names == {"nncore", "numpy", "resources"}
