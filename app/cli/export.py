"""`export`: write a model in a format that other programs read."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from app.cli.output import MAX_PRINTED_LENGTH
from nncore.errors import SettingError, printable
from nncore.files.exports import ONNX_SUFFIX, SCRIPT_SUFFIX
from nncore.files.model_file import bundled_model_path, load_model, save_model


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `export`."""
    parser.add_argument("--model", type=Path, metavar="MODEL.npz", help="the model to export (the bundled model)")
    out = "the file to write; its suffix chooses the format, .onnx or .py"
    parser.add_argument("--out", type=Path, metavar="FILE", required=True, help=out)


def run(options: argparse.Namespace) -> int:
    """Write the file; returns the exit status."""
    out = options.out
    if out.suffix.lower() not in (ONNX_SUFFIX, SCRIPT_SUFFIX):
        raise SettingError("out", f"{out}: the name of the file must end in {ONNX_SUFFIX} or {SCRIPT_SUFFIX}.")
    model = load_model(options.model or bundled_model_path())
    save_model(model, out)
    if options.json:
        print(json.dumps({"file": str(out), "model": model.card.name, "bytes": out.stat().st_size}))
    else:
        print(f"{printable(model.card.name)} was exported as {printable(str(out), MAX_PRINTED_LENGTH)}")
    return 0
