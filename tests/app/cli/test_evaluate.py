"""`digitlab evaluate` prints figures that are valid JSON also for diverged models."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.cli import main as cli
from nncore.evaluation.recognition import recognize
from nncore.files.model_file import bundled_model_path, load_model, save_model
from nncore.reporting.number_text import percent_text
from tests.nncore.example_data import small_mnist


def test_a_model_with_huge_weights_is_evaluated_to_valid_json_without_a_warning(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    model = load_model(bundled_model_path())
    huge = replace(model, parameters=np.full(model.parameters.shape, 3e38, np.float32))
    test = small_mnist().training.take(slice(0, 20))
    save_model(huge, tmp_path / "huge.npz")
    np.savez(tmp_path / "data.npz", x_train=test.images, y_train=test.labels)
    arguments = ["evaluate", "--model", str(tmp_path / "huge.npz"), "--data", str(tmp_path / "data.npz"), "--json"]
    assert cli.main(arguments) == 0
    output = capfd.readouterr()
    assert output.err == ""
    assert json.loads(output.out, parse_constant=pytest.fail)["loss"] is None


def test_json_contains_the_verdict_rates_and_the_calibration_error(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    test = small_mnist().test
    assert test is not None
    np.savez(tmp_path / "data.npz", x_train=test.images, y_train=test.labels)
    assert cli.main(["evaluate", "--data", str(tmp_path / "data.npz"), "--json"]) == 0
    printed = json.loads(capfd.readouterr().out)
    network = load_model(bundled_model_path()).network()
    verdicts = [recognize(network, image).verdict for image in test.images]
    assert printed["rejected"] == verdicts.count("not a digit") / 500
    assert printed["unsure"] == verdicts.count("unsure") / 500
    assert 0 < printed["calibration_error"] < 0.02
    assert cli.main(["evaluate", "--data", str(tmp_path / "data.npz")]) == 0
    assert (
        f"not a digit: {percent_text(printed['rejected'])}, unsure: {percent_text(printed['unsure'])}"
        in capfd.readouterr().out
    )
