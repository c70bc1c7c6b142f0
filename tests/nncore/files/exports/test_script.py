"""The exported script computes the same outputs with NumPy alone, and can be opened again bit for bit."""

from __future__ import annotations

import contextlib
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from nncore.errors import ModelFileError
from nncore.files.exports import read_script, script
from nncore.model.network import NetworkSpec
from tests.nncore.files.exports.networks import ALONE, EVERYTHING, NETWORKS, header_of, images_for, network_of
from tests.nncore.mutation import Mutation, mutated, mutations

SCRIPT = script(header_of(EVERYTHING), network_of(EVERYTHING).parameters.values)


def written(spec: NetworkSpec, folder: Path) -> Path:
    path = folder / "exported.py"
    path.write_bytes(script(header_of(spec), network_of(spec).parameters.values))
    return path


def predict_of(path: Path) -> Any:
    return runpy.run_path(str(path))["predict"]


def run(path: Path, *arguments: str) -> str:
    """Return the output of the script; it cannot import Digit Lab, and every warning is an error."""
    command = [sys.executable, "-I", "-W", "error", "-X", "utf8", str(path), *arguments]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.stderr == ""
    return done.stdout


def expected(spec: NetworkSpec, images: NDArray[np.float32]) -> NDArray[np.floating]:
    return network_of(spec).predict(images.reshape(len(images), -1))


@pytest.mark.parametrize("spec", [*NETWORKS.values(), *ALONE.values()], ids=[*NETWORKS, *ALONE])
@pytest.mark.parametrize("rows", [1, 7])
def test_the_script_computes_the_same_outputs(spec: NetworkSpec, rows: int, tmp_path: Path) -> None:
    images = images_for(spec, rows)
    answers = predict_of(written(spec, tmp_path))(images)
    assert answers.dtype == np.float32
    np.testing.assert_allclose(answers, expected(spec, images), rtol=0, atol=1e-5)


@pytest.mark.parametrize("spec", NETWORKS.values(), ids=NETWORKS)
def test_the_script_has_less_than_sixty_lines_of_ascii(spec: NetworkSpec) -> None:
    source = script(header_of(spec), network_of(spec).parameters.values)
    assert source.isascii()
    assert len(source.decode().splitlines()) < 60


@pytest.mark.parametrize("spec", NETWORKS.values(), ids=NETWORKS)
def test_an_exported_model_is_read_back_bit_for_bit(spec: NetworkSpec) -> None:
    network, header = network_of(spec), header_of(spec)
    read, parameters = read_script(script(header, network.parameters.values))
    assert read.to_json() == header.to_json()
    assert read.spec == spec
    np.testing.assert_array_equal(parameters, network.parameters.values)


def test_a_script_contains_only_the_functions_that_its_network_uses() -> None:
    source = script(header_of(NETWORKS["dense"]), network_of(NETWORKS["dense"]).parameters.values).decode()
    functions = [line.split("(")[0] for line in source.splitlines() if line.startswith("def ")]
    assert functions == ["def relu", "def dense", "def softmax", "def predict"]


def test_a_script_imports_only_numpy_and_the_standard_library() -> None:
    imports = [line.split()[1] for line in SCRIPT.decode().splitlines() if line.startswith("import ")]
    assert set(imports) - sys.stdlib_module_names == {"numpy"}
    assert b"from " not in SCRIPT.split(b"def ")[0].split(b'"""')[2]


def test_a_script_without_arguments_classifies_a_blank_image(tmp_path: Path) -> None:
    path = written(EVERYTHING, tmp_path)
    answer = expected(EVERYTHING, np.zeros((1, 28, 28), np.float32))[0]
    printed = run(path)
    assert printed.startswith(header_of(EVERYTHING).class_names[answer.argmax()])
    assert str(answer.max().round(4)) in printed


def test_a_script_with_a_file_classifies_each_image(tmp_path: Path) -> None:
    path = written(NETWORKS["regression"], tmp_path)
    np.save(tmp_path / "inputs.npy", np.array([[0.0], [0.5], [1.0]]))
    assert len(run(path, "inputs.npy").splitlines()) == 3


def test_uint8_images_are_divided_by_255(tmp_path: Path) -> None:
    images = np.random.default_rng(2).integers(0, 256, (5, 28, 28), np.uint8)
    answers = predict_of(written(EVERYTHING, tmp_path))(images)
    np.testing.assert_allclose(answers, expected(EVERYTHING, (images / 255).astype(np.float32)), rtol=0, atol=1e-5)


def test_untrusted_text_is_escaped(tmp_path: Path) -> None:
    module = runpy.run_path(str(written(EVERYTHING, tmp_path)))
    assert module["CLASSES"] == header_of(EVERYTHING).class_names
    assert set(module) >= {"HEADER", "WEIGHTS", "SHAPES", "P", "predict"}


def test_reading_a_script_executes_nothing(tmp_path: Path) -> None:
    trap = b"open('trap', 'w')\n"
    read_script(trap + SCRIPT + trap)
    assert not Path("trap").exists()


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
def test_a_script_that_an_editor_has_saved_is_still_read(line_end: bytes) -> None:
    edited = b"\xef\xbb\xbf" + line_end.join(line + b"  " for line in SCRIPT.splitlines())
    _, parameters = read_script(edited)
    np.testing.assert_array_equal(parameters, network_of(EVERYTHING).parameters.values)


WEIGHTS = next(line for line in SCRIPT.splitlines() if line.startswith(b"WEIGHTS"))
HEADER = next(line for line in SCRIPT.splitlines() if line.startswith(b"HEADER"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not a complete script by Digit Lab: it must contain HEADER once; found 0 times"),
        (b"print('hello')\n", "contain HEADER once; found 0 times"),
        (b"HEADER = r'''\n", "contain HEADER once; found 0 times"),
        (b"HEADER = r''''\n", "contain HEADER once; found 0 times"),
        (SCRIPT[: SCRIPT.index(WEIGHTS) + 100], "contain WEIGHTS once; found 0 times"),
        (SCRIPT + WEIGHTS, "contain WEIGHTS once; found 2 times"),
        (SCRIPT.replace(HEADER, b"HEADER = r'''" + b" " * 5_000_000 + b"'''"), "header is larger than any"),
        (SCRIPT.replace(HEADER, HEADER.replace(b'{ "format"', b'"format"')), "header is damaged"),
        (
            SCRIPT.replace(WEIGHTS, WEIGHTS[:40] + WEIGHTS[44:]),
            r"WEIGHTS must have \d+,\d+ characters for \d+,\d+ weights; got",
        ),
        (SCRIPT.replace(WEIGHTS, WEIGHTS[:40] + b"\xff()#" + WEIGHTS[44:]), "they are not base64"),
        (SCRIPT.replace(WEIGHTS, WEIGHTS[:-3] + b'=="'), "WEIGHTS are damaged"),
    ],
)
def test_files_by_other_programs_are_rejected_with_a_description(content: bytes, sentence: str) -> None:
    with pytest.raises(ModelFileError, match=sentence):
        read_script(content)


@settings(max_examples=150)
@given(changes=mutations)
def test_a_mutated_script_is_read_or_rejected(changes: list[Mutation]) -> None:
    with contextlib.suppress(ModelFileError):
        header, parameters = read_script(mutated(SCRIPT, changes))
        assert parameters.shape == (header.spec.parameter_count,)
