"""The wheel has one package, and works beside another project that is named nncore."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from resources.packaging.wheel_hook import below_digitlab, copy_packages

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as site-packages would be: the package `digitlab`, and other projects with the names of our folders."""
    folder = tmp_path_factory.mktemp("site")
    copy_packages(ROOT, folder / "digitlab")
    for name in ("app", "nncore", "resources"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(f"raise ImportError('this is another project: {name}')")
    return folder


def run(site: Path, *arguments: str) -> str:
    # Only the new folder and the libraries, not the repository, from which an editable install would import.
    libraries = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(site), *libraries]),
        "DIGITLAB_HOME": str(site / "home"),
    }
    command = [sys.executable, "-S", *arguments]
    done = subprocess.run(command, cwd=site, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_import_names_the_new_place_and_no_line_moves() -> None:
    source = (
        "import nncore as nn\nfrom app.cli import main\nimport numpy\nfrom nncore.files import (\n    archive,\n)\n"
    )
    expected = (
        "from digitlab import nncore as nn\nfrom digitlab.app.cli import main\nimport numpy\n"
        "from digitlab.nncore.files import (\n    archive,\n)\n"
    )
    assert below_digitlab(source) == expected
    assert below_digitlab('text = "from nncore import x"\n') == 'text = "from nncore import x"\n'
    with pytest.raises(ValueError, match=r"x\.py:1: write this import as"):
        below_digitlab("import nncore.model\n", "x.py")


def test_the_library_is_used_beside_another_nncore(site: Path) -> None:
    program = (
        "import sys\nfrom digitlab import nncore as nn\n"
        "print(nn.Network.__module__, [name for name in sys.modules if name in ('app', 'nncore', 'resources')])"
    )
    assert run(site, "-c", program) == "digitlab.nncore.model.network []\n"


def test_the_command_line_reads_the_bundled_data_and_model(site: Path) -> None:
    assert json.loads(run(site, "-m", "digitlab", "evaluate", "--json"))["count"] == 10_000


def test_the_window_finds_its_icons_fonts_and_tabs(site: Path) -> None:
    program = (
        "from digitlab.app.style.icons import icon\nfrom digitlab.app.window.tab_connections import TABS\n"
        "from PySide6.QtWidgets import QApplication\napplication = QApplication(['digitlab'])\n"
        "print(len(TABS), icon('app', '').isNull())"
    )
    assert run(site, "-c", program) == "8 False\n"


def test_what_only_the_repository_needs_is_left_out(site: Path) -> None:
    files = {path.relative_to(site).as_posix() for path in (site / "digitlab").rglob("*") if path.is_file()}
    assert {"digitlab/nncore/py.typed", "digitlab/resources/mnist.npz", "digitlab/__main__.py"} <= files
    assert not any(file.startswith(("digitlab/resources/packaging", "digitlab/resources/build_")) for file in files)
    assert not any(file.endswith(".pyc") for file in files)
    guide = {path.relative_to(ROOT).as_posix() for path in (ROOT / "resources" / "guide").rglob("*.*")}
    pictures = {file for file in files if file.endswith(".png")}
    assert {f"digitlab/{file}" for file in guide} <= files
    assert pictures == {f"digitlab/{file}" for file in guide if file.endswith(".png")}
