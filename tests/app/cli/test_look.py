"""`digitlab look` prints the numbers inside a network, and their terms add up."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from app.cli import main as cli
from nncore.evaluation.exciting_examples import exciting_examples
from nncore.evaluation.inspection import Inspection
from nncore.files.model_file import bundled_model_path, load_model
from tests.nncore.example_data import mnist


def look(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert cli.main(["look", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_all_layers_are_listed_with_their_shapes_and_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    lines = look(capsys, "--image", 1).splitlines()
    network = load_model(bundled_model_path()).network()
    assert any("input" in line and "1 × 28 × 28" in line for line in lines)
    assert any(line.startswith("  1 convolution") and "24 × 14 × 14" in line for line in lines)
    assert any(line.startswith(f"{len(network.layers):>3} dense") for line in lines)
    assert lines[-3].startswith("7: 99")


def test_a_picture_is_read_instead_of_an_image_of_mnist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "five.png"
    Image.fromarray(mnist().training.images[0]).save(path)
    assert look(capsys, path).splitlines()[-3].startswith("5: ")


def test_the_terms_of_a_number_add_up_to_it(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(look(capsys, "--image", 3, "--layer", 1, "--unit", 2, 7, 7, "--json"))
    total = np.dot(found["weights"], found["inputs"]) + found["constants"]["b"]
    assert total == pytest.approx(found["value"], rel=1e-4)
    assert len(found["sources"]) == 25
    assert min(min(source) for source in found["sources"]) >= 1
    text = look(capsys, "--image", 3, "--layer", 1, "--unit", 2, 7, 7).splitlines()
    assert text[0].startswith("layer 1, map 2 of 24, line 7, column 7, ")
    end = text.index(f"  y = {found['value']:.6g}")
    assert text[end - 1].startswith("  and 15 smaller terms")
    terms = [line for line in text if line.startswith("  w·x(")]
    assert len(terms) == 10
    for line in terms:
        weight, value, product = (float(each) for each in re.findall(r"[=·] (-?[\d.e-]+)", line))
        assert product == pytest.approx(weight * value, rel=1e-4, abs=1e-9)
    assert text[end + 4].startswith("# nncore/model/layers/convolution.py, line ")
    assert text[end + 5] == "def predict(self, X: Array) -> Array:"
    assert "\ndef softmax(" not in "\n".join(text)
    assert "\ndef softmax(" in look(capsys, "--layer", 11, "--unit", 8)
    steps = look(capsys, "--layer", 2, "--unit", 2, 7, 7).splitlines()
    assert any(line.startswith("  (x − mean) / √(variance + ε) = ") for line in steps)


def test_a_layer_lists_its_largest_numbers_and_json_has_all(capsys: pytest.CaptureFixture[str]) -> None:
    text = look(capsys, "--layer", 11).splitlines()
    assert text[0] == "layer 11, dense: y = Σ w·x + b"
    assert text[1].startswith("layer 11, unit 8 of 10, ")
    assert text[1].endswith(", largest")
    layer = json.loads(look(capsys, "--layer", 11, "--json"))
    assert np.argmax(layer["values"]) == 7
    whole = json.loads(look(capsys, "--json"))
    test = mnist().test
    assert test is not None
    expected = Inspection.of_image(load_model(bundled_model_path()).network(), test.images[0]).to_json()
    assert whole["layers"][10]["values"] == pytest.approx(expected["layers"][10]["values"], rel=1e-4)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("--image 0", "images 1 to 10,000; there is no image 0"),
        ("--image 10001", "there is no image 10,001"),
        ("--layer 12", "There is no layer 12; the network has layers 1 to 11"),
        ("--layer 8 --unit 200", "Layer 8 has 128 numbers; there is no number 200"),
        ("--layer 1 --unit 3", "Layer 1 has 24 × 14 × 14 numbers"),
        ("--unit 3", "--unit needs --layer"),
        ("nowhere.png", "nowhere.png"),
        ("README.md --image 3", "Give either FILE or --image"),
        ("--examples", "--examples needs --layer and --unit"),
        ("--layer 8 --unit 200 --examples", "Layer 8 has 128 numbers; there is no number 200"),
        ("--save picture.jpg", "picture.jpg: the name of a picture must end in .svg or .png."),
    ],
)
def test_mistakes_are_one_sentence(arguments: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["look", *arguments.split()]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert sentence in output.err
    assert output.err.count("\n") == 1


def test_a_model_of_a_curve_takes_no_image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "sine.npz"
    assert cli.main(["train", "--recipe", "sine", "--epochs", "1", "--out", str(path)]) == 0
    capsys.readouterr()
    assert cli.main(["look", "--model", str(path)]) == 2
    assert "The input has 784 numbers; the network takes 1." in capsys.readouterr().err


def test_the_examples_of_a_unit_are_printed_and_are_in_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(look(capsys, "--layer", 11, "--unit", 8, "--examples", "--json"))["examples"]
    test = mnist().test
    assert test is not None
    expected = exciting_examples(load_model(bundled_model_path()).network(), test, 11)
    assert expected is not None
    ranked = expected.of_unit(7).most
    assert [each["image"] - 1 for each in found["most"]] == ranked.rows.tolist()
    assert (found["images"], len(found["least"])) == (10_000, 12)
    text = look(capsys, "--layer", 11, "--unit", 8, "--examples")
    assert f"    image {ranked.rows[0] + 1:,}, labelled 7: " in text
    assert "Of 10,000 test images, " in text


@pytest.mark.parametrize(
    ("arguments", "titles"),
    [
        ((), ["input", "1 convolution", "8 dense", "11 dense"]),
        (("--layer", 8), ["8 dense"]),
        (("--layer", 1, "--unit", 3, 2, 2), ["its weights in layer 1", "its weights to layer 4"]),
        (("--layer", 11, "--unit", 8, "--examples"), ["its weights in layer 11", "most 1", "least 12"]),
    ],
)
def test_what_is_printed_can_be_saved_as_a_picture(
    arguments: tuple[object, ...], titles: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    svg, png = tmp_path / "picture.svg", tmp_path / "picture.PNG"
    assert look(capsys, *arguments, "--save", svg).endswith(f"Saved {svg}.\n")
    root = ElementTree.fromstring(svg.read_text(encoding="utf-8"))
    found = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert [title for title in titles if title not in found] == []
    look(capsys, *arguments, "--save", png)
    with Image.open(png) as picture:
        assert picture.mode == "RGB"
        assert len(np.unique(np.asarray(picture))) > 2


def test_a_saved_picture_leaves_the_json_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "picture.svg"
    assert cli.main(["look", "--layer", "11", "--json", "--save", str(path)]) == 0
    output = capsys.readouterr()
    assert len(json.loads(output.out)["values"]) == 10
    assert output.err == f"Saved {path}.\n"


def test_a_picture_that_cannot_be_saved_is_reported_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert cli.main(["look", "--layer", "11", "--save", str(tmp_path / "file" / "picture.svg")]) == 2
    error = capsys.readouterr().err
    assert "picture.svg" in error
    assert error.count("\n") == 1
