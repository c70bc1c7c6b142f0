"""`digitlab recognize` reads all files that it can, and reports the others in one sentence each."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.cli import main as cli
from nncore.files.model_file import Model, ModelCard, bundled_model_path, load_model, save_model
from nncore.model.network import Network, NetworkSpec
from tests.nncore.example_data import mnist


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "five.png"
    Image.fromarray(mnist().training.images[0]).save(path)
    return path


def output_of_failing(capfd: pytest.CaptureFixture[str], *arguments: object) -> tuple[str, str]:
    """Run the command, which must fail with status 2; return its standard output and its standard error."""
    assert cli.main(["recognize", *map(str, arguments)]) == 2
    output = capfd.readouterr()
    return output.out, output.err


@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
def test_what_is_not_a_file_is_reported_in_one_sentence_and_the_others_are_read(
    kind: str, tmp_path: Path, picture: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = Path("/dev/zero") if kind == "device" else tmp_path / kind
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    out, err = output_of_failing(capfd, path, picture)
    assert err == f"digitlab: {path}: this is not a file.\n"
    assert out.startswith(f"{picture}: 5")


@pytest.mark.parametrize(("widths", "words"), [((100, 10), "takes inputs of 100"), ((784, 3), "has 3 classes")])
def test_a_model_that_does_not_read_digits_is_rejected_once(
    widths: tuple[int, ...], words: str, tmp_path: Path, picture: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    network, path = Network(NetworkSpec.dense(widths)), tmp_path / "other.npz"
    names = tuple("0123456789"[: widths[-1]])
    save_model(Model(network.spec, network.parameters.values.astype(np.float32), ModelCard("other"), names), path)
    out, err = output_of_failing(capfd, picture, picture, "--model", path)
    assert out == ""
    assert err.startswith(f"digitlab: {path}: This model ")
    assert words in err
    assert err.count("\n") == 1


def test_a_model_with_784_flat_inputs_reads_digits_too(
    tmp_path: Path, picture: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    network = Network(NetworkSpec.dense((784, 16, 10)))
    network.initialize(np.random.default_rng(0))
    outputs = []
    for input_shape in ((28, 28), (784,)):
        spec = replace(network.spec, input_shape=input_shape)
        save_model(Model(spec, network.parameters.values, ModelCard("any")), tmp_path / "any.npz")
        assert cli.main(["recognize", str(picture), "--model", str(tmp_path / "any.npz"), "--json"]) == 0
        outputs.append(capfd.readouterr().out)
    assert outputs[0] == outputs[1]


def test_diverged_weights_are_reported_without_a_warning(
    tmp_path: Path, picture: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    model = load_model(bundled_model_path())
    huge = replace(model, parameters=np.full(model.parameters.shape, 3e38, np.float32))
    save_model(huge, tmp_path / "huge.npz")
    out, err = output_of_failing(capfd, picture, "--json", "--model", tmp_path / "huge.npz")
    assert out == ""
    assert err.startswith("digitlab: ")
    assert "diverged" in err
    assert err.count("\n") == 1


def test_each_digit_of_a_picture_is_reported(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    images = mnist().training.images
    path = tmp_path / "number.png"
    Image.fromarray(np.pad(np.hstack([images[0], images[1], images[3]]).repeat(6, 0).repeat(6, 1), 20)).save(path)
    assert cli.main(["recognize", str(path), "--json"]) == 0
    printed = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [(line["file"], line["sample"], line["digit"]) for line in printed] == [
        (str(path), number, digit) for number, digit in enumerate((5, 0, 1), start=1)
    ]


def test_a_picture_of_one_digit_is_one_json_object_without_a_sample_number(
    picture: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["recognize", str(picture), "--json"]) == 0
    (line,) = capfd.readouterr().out.splitlines()
    assert set(json.loads(line)) == {"file", "digit", "verdict", "probabilities"}
