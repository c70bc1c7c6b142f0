"""`digitlab export` writes files that can be opened again, and reports what is impossible."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from app.cli import main as cli
from nncore.files.model_file import bundled_model_path, load_model


@pytest.mark.parametrize("name", ["model.onnx", "model.py"])
def test_the_bundled_model_is_exported_and_can_be_loaded_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    out = tmp_path / name
    assert cli.main(["export", "--out", str(out)]) == 0
    assert str(out) in capfd.readouterr().out
    np.testing.assert_array_equal(load_model(out).parameters, load_model(bundled_model_path()).parameters)
    again = tmp_path / "again.onnx"
    assert cli.main(["export", "--model", str(out), "--out", str(again), "--json"]) == 0
    printed = json.loads(capfd.readouterr().out)
    assert printed == {"file": str(again), "model": "handwriting", "bytes": again.stat().st_size}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--out", "model.h5"], "model.h5: the name of the file must end in .onnx or .py."),
        (["--out", "."], ".: the name of the file must end in .onnx or .py."),
        (["--model", "nowhere.npz", "--out", "model.py"], "nowhere.npz: there is no such file."),
        ([], "the following arguments are required: --out"),
    ],
)
def test_an_impossible_export_is_reported_in_one_line(
    arguments: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        status = cli.main(["export", *arguments])
    except SystemExit as end:  # argparse reports errors itself
        status = int(end.code or 0)
    printed = capfd.readouterr()
    assert status == 2
    assert sentence in printed.err
    assert len(printed.err.splitlines()) == 1
    assert printed.out == ""
    assert not list(tmp_path.glob("model*"))
