"""`digitlab why` prints why a model answers, what would change the answer, and what other methods answer."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.cli import main as cli
from nncore.evaluation.recognition import read_digit
from nncore.files.model_file import Model, ModelCard, bundled_model_path, load_model, save_model
from nncore.model.network import Network, NetworkSpec
from tests.nncore.example_data import mnist


def why(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert cli.main(["why", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_the_explanation_of_a_test_image_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    fields = json.loads(why(capsys, "--image", 5, "--json"))
    network = load_model(bundled_model_path()).network()
    changed = read_digit(network, np.array(fields["flip"]["image"], np.uint8))
    assert fields["answer"] == fields["flip"]["answer"] == 4
    assert changed.digit == fields["flip"]["new_answer"] != 4
    assert fields["flip"]["probability"] == pytest.approx(changed.confidence, abs=1e-5)
    assert np.array(fields["occlusion"]).shape == np.array(fields["gradient_times_input"]).shape == (28, 28)
    assert [each["label"] for each in fields["neighbours"]].count(4) > 4
    assert "methods" not in fields


def test_the_methods_are_compared_in_the_printed_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "five.png"
    Image.fromarray(mnist().training.images[0]).save(path)
    text = why(capsys, path, "--compare")
    assert "\n5: " in text
    assert " makes it " in text
    assert "nearest training images" in text
    rows = text.splitlines()[-3:]
    assert [row[:22].strip() for row in rows] == ["5 nearest neighbours", "no hidden layer", "the model"]
    assert "7,850 parameters" in rows[1]
    assert all(row.endswith("ms") for row in rows)


def test_a_model_that_never_changes_its_answer_is_said_to_have_no_such_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network = Network(NetworkSpec.dense((784, 10)))
    network.parameters.value("1.b")[4] = 9
    path = tmp_path / "constant.npz"
    save_model(Model(network.spec, network.parameters.values, card=ModelCard(name="constant")), path)
    text = why(capsys, "--model", path)
    assert "No single stroke and no single erased piece was found" in text
    assert "No adversarial example of few pixels was found." in text
    assert json.loads(why(capsys, "--model", path, "--json"))["flip"] is None


@pytest.mark.parametrize(
    ("arguments", "message"), [(["--label", "10"], "no class 10"), (["--image", "0"], "images 1 to 10,000")]
)
def test_mistakes_are_reported_in_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["why", *arguments]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
