"""The command line as users call it: `python main.py ...` in its own process."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QImage

import app.cli.main as cli
import main
from nncore.files.model_file import load_model
from tests.nncore.example_data import mnist

ROOT = Path(main.__file__).parent
SMALL = ["--layers", "784", "16", "10", "--epochs", "1"]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "main.py", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=240
    )


def json_lines(process: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert process.returncode == 0, process.stderr
    return [json.loads(line) for line in process.stdout.splitlines()]


def error_message(process: subprocess.CompletedProcess[str]) -> str:
    """Check that a user's mistake is reported in one line, and return the line."""
    assert process.returncode == 2, process
    assert process.stdout == ""
    assert re.fullmatch(r"digitlab[^\n]*: [^\n]+\n", process.stderr), process.stderr
    return process.stderr


@pytest.mark.slow  # trains on all of MNIST
def test_train_reaches_97_percent_on_mnist_and_saves_the_model(tmp_path: Path) -> None:
    out = tmp_path / "model.npz"
    network = ["--layers", "784", "128", "64", "10", "--optimizer", "adam", "--epochs", "3"]
    events = json_lines(run("train", *network, "--json", "--out", out))
    assert [event["event"] for event in events] == ["epoch", "epoch", "epoch", "finished"]
    assert set(events[-1]) >= {"test_accuracy", "test_loss", "epochs", "seconds", "model"}
    assert events[-1]["test_accuracy"] >= 0.97
    assert events[-1]["model"] == str(out)
    evaluation = json_lines(run("evaluate", "--model", out, "--json"))[0]
    assert (evaluation["count"], evaluation["accuracy"]) == (10_000, events[-1]["test_accuracy"])
    assert np.sum(evaluation["confusion"]) == 10_000
    assert evaluation["per_class"][3] == evaluation["confusion"][3][3] / sum(evaluation["confusion"][3])
    assert load_model(out).card.test_accuracy == events[-1]["test_accuracy"]


def test_the_package_can_be_run_as_a_program() -> None:
    process = subprocess.run([sys.executable, "-m", "app", "recipes"], cwd=ROOT, capture_output=True, text=True)
    assert (process.returncode, process.stdout) == (0, run("recipes").stdout)


def test_training_without_a_window_loads_no_qt(small_data: Path) -> None:
    arguments = ["train", *SMALL, "--data", str(small_data)]
    probe = f"import sys, app.cli.main; app.cli.main.main({arguments!r}); print(sorted(sys.modules))"
    printed = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "test accuracy" in printed.stdout
    assert "'numpy'" in printed.stdout
    assert "PySide6" not in printed.stdout.splitlines()[-1]


def test_option_names_may_have_underscores_and_the_seed_determines_the_result(small_data: Path) -> None:
    same = [*SMALL, "--json", "--data", small_data]
    first = json_lines(run("train", *same, "--learning_rate", "0.003", "--batch_size=64", "--seed", 5))
    second = json_lines(run("train", *same, "--learning-rate", "0.003", "--batch-size", "64", "--seed", 5))
    other = json_lines(run("train", *same, "--learning-rate", "0.003", "--batch-size", "64", "--seed", 6))
    assert first[-1]["test_loss"] == second[-1]["test_loss"] != other[-1]["test_loss"]


def test_options_change_the_settings_of_a_recipe(small_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "m.npz"
    run("train", "--recipe", "mlp", "--epochs", 1, "--batch-size", "full", "--data", small_data, "--out", out)
    card = load_model(out).card
    assert (card.recipe, card.epochs, card.settings["batch_size"]) == ("mlp", 1, None)
    assert card.settings["augmentation"] is not None


def test_train_prints_readable_lines(small_data: Path) -> None:
    process = run("train", *SMALL, "--data", small_data)
    assert process.returncode == 0
    lines = process.stdout.splitlines()
    assert lines[0].startswith("784 - 16 - 10: 12,730 weights; ")
    assert re.match(r"epoch   1  loss \d", lines[1])
    assert re.match(r"finished after 1 epoch, .* test accuracy \d", lines[-1])


def test_a_diverged_run_is_reported_with_advice(small_data: Path) -> None:
    process = run("train", *SMALL, "--optimizer", "sgd", "--learning-rate", "1e6", "--json", "--data", small_data)
    assert process.returncode == 1
    assert json.loads(process.stdout.splitlines()[-1])["event"] == "diverged"
    assert re.fullmatch(r"digitlab: Training diverged in epoch 1, .* Try this: learning rate 0\.1\.\n", process.stderr)


def test_recipes_lists_each_recipe_with_its_network() -> None:
    recipes = json_lines(run("recipes", "--json"))
    assert {recipe["name"] for recipe in recipes} >= {"basic-ml", "sine", "quick", "mlp", "convnet"}
    assert {recipe["network"].split(" - ")[-1] for recipe in recipes if recipe["name"] != "sine"} == {"10"}
    assert "mlp" in run("recipes").stdout


@pytest.mark.slow  # reads 10,000 images
def test_the_bundled_model_reads_mnist() -> None:
    evaluation = json_lines(run("evaluate", "--json"))[0]
    assert evaluation["count"] == 10_000
    assert evaluation["accuracy"] >= 0.985


def test_evaluate_prints_a_readable_table(small_data: Path) -> None:
    process = run("evaluate", "--data", small_data)
    assert process.returncode == 0
    assert re.search(r"500 digits: \d\d\.\d+ % read correctly", process.stdout)


def test_recognize_reads_pictures_and_ink_and_continues_after_an_unreadable_file(tmp_path: Path) -> None:
    test = mnist().test
    assert test is not None
    picture, ink, noise = tmp_path / "seven.png", tmp_path / "one.unipen", tmp_path / "noise.png"
    assert QImage(test.images[0].tobytes(), 28, 28, 28, QImage.Format.Format_Grayscale8).save(str(picture))
    points = "\n".join(f" 250 {400 - 10 * n}" for n in range(30))
    ink.write_text(f'.SEGMENT DIGIT 0-0 ? "1"\n.COMMENT 1 1 1\n.PEN_DOWN\n{points}\n.PEN_UP\n')
    noise.write_bytes(b"\x89PNG\r\n\x1a\n broken")
    process = run("recognize", picture, noise, ink, "--json")
    assert process.returncode == 2
    assert re.fullmatch(r"digitlab: [^\n]*noise\.png: [^\n]+\n", process.stderr)
    seven, one = map(json.loads, process.stdout.splitlines())
    assert (seven["file"], seven["digit"], seven["verdict"]) == (str(picture), 7, "digit")
    assert (one["file"], one["digit"], one["sample"]) == (str(ink), 1, 1)
    assert sum(one["probabilities"]) == pytest.approx(1, abs=1e-4)


def test_the_model_never_overwrites_its_data(small_data: Path) -> None:
    before = small_data.read_bytes()
    rejected = error_message(run("train", *SMALL, "--data", small_data, "--out", small_data))
    assert "--out and --data must be different files" in rejected
    assert small_data.read_bytes() == before


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_closed_pipe_does_not_end_the_training(small_data: Path, tmp_path: Path, form: list[str]) -> None:
    out = tmp_path / "kept.npz"
    process = subprocess.Popen(
        [sys.executable, "main.py", "train", *SMALL, *form, "--data", str(small_data), "--out", str(out)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    message = process.stderr.read()
    process.stderr.close()
    assert process.wait(240) == 0
    assert message == ""
    assert load_model(out).card.epochs == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_output_that_cannot_be_written_is_reported_and_the_model_is_saved(small_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "kept.npz"
    with open("/dev/full", "w") as full:
        command = [sys.executable, "main.py", "train", *SMALL, "--data", str(small_data), "--out", str(out)]
        process = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=240)
        assert (process.returncode, process.stderr.count("\n")) == (1, 1)
        assert "could not be written" in process.stderr
        assert load_model(out).card.epochs == 1
        process = subprocess.run(
            [sys.executable, "main.py", "recipes"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=240,
        )
        assert (process.returncode, process.stderr.count("\n")) == (2, 1)


def test_control_characters_and_unencodable_characters_in_names_are_escaped(tmp_path: Path) -> None:
    message = error_message(run("recognize", tmp_path / "new\nline \x1b[31m.png"))
    assert "\x1b" not in message
    assert "line" in message


def test_all_arguments_after_two_hyphens_are_files() -> None:
    assert "--my_file.png" in error_message(run("recognize", "--", "--my_file.png"))


def test_ctrl_c_ends_a_command_without_a_traceback() -> None:
    probe = "import os, signal, sys, app.cli.main\n"
    probe += "app.cli.main._run = lambda options: os.kill(os.getpid(), signal.SIGINT)\n"
    probe += "sys.exit(app.cli.main.main(['recipes']))"
    process = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert process.returncode == 130
    assert process.stderr == ""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_a_training_and_saves_the_model(small_data: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "kept.npz"
    arguments = [*SMALL[:-1], "100000", "--data", str(small_data), "--out", str(out)]
    process = subprocess.Popen(
        [sys.executable, "-u", "main.py", "train", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = next(line for line in process.stdout if line.startswith("epoch"))
        process.send_signal(getattr(signal, name))
        rest, _ = process.communicate(timeout=240)
    finally:
        process.kill()
    assert process.returncode == 130
    assert line.startswith("epoch   1")
    assert "stopped after" in rest
    assert load_model(out).card.epochs >= 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("train --learning-rate 0", "Learning rate must be above 0; got 0."),
        ("train --learning-rate=-1", "Learning rate must be above 0; got -1."),
        ("train --learning-rate inf", "Learning rate must be a finite number, above 0; got infinity."),
        ("train --learning-rate -1e-3", "Learning rate must be above 0; got -0.001."),
        ("train --learning_rate -inf", "Learning rate must be a finite number, above 0; got minus infinity."),
        ("train --layers -5 10", "-5"),
        (
            "train --learning-rate fast",
            "Learning rate must be a number, above 0; got “fast”.",
        ),
        ("train --layers 784 0 10", "The width of a layer must be a whole number, 1 or more; got 0"),
        ("train --layers 784", "Give at least two widths"),
        ("train --layers 784 ten 10", "invalid int value: 'ten'"),
        ("train --layers 100 10", "100 inputs; the images have 784 pixels"),
        ("train --layers 784 5", "5 outputs; the data has 10 classes"),
        ("train --layers 784 900000 900000 10", "of memory"),
        ("train --layers 784 16 16 10 --activations relu tanh relu", "one activation for each of the 2 hidden layers"),
        ("train --activations magic", "'magic' is unknown"),
        ("train --batch-size 0", "Batch size must be at least 1; got 0."),
        ("train --batch-size some", "Batch size must be a whole number, at least 1; got “some”."),
        ("train --epochs 0", "Epochs must be from 1 to 1,000,000,000; got 0."),
        ("train --seed -1", "Seed must be at least 0; got -1."),
        ("train --recipe soup", "no recipe 'soup'; choose one of quick, sine"),
        ("train --recipe mlp --layers 784 10", "not allowed with"),
        ("train --data nowhere.csv", "nowhere.csv"),
        ("train --out /dev/null/model.npz", "a model cannot be written there"),
        ("train --optimizer lion", "invalid choice: 'lion'"),
        ("evaluate --model nowhere.npz", "nowhere.npz: there is no such file"),
        ("evaluate --model resources/mnist.npz", "resources/mnist.npz: this is not a Digit Lab model"),
        ("evaluate --data README.md", "README.md"),
        ("evaluate --ink nowhere.unipen", "nowhere.unipen"),
        ("evaluate --ink README.md", "README.md"),
        ("recognize nowhere.png", "nowhere.png"),
        ("recognize pyproject.toml", "pyproject.toml: this is neither a picture nor ink"),
        ("fly", "invalid choice: 'fly'"),
        ("no/such.npz", "no/such.npz: there is no such file."),
        ("model.npz", "model.npz: there is no such file."),
        ("train --epochs=--", '--epochs=--: "--" is not a valid value'),
        (f"train --layers 784 {'9' * 310} 10", "of memory"),
        (f"train --epochs {10**40}", "Epochs must be from 1 to 1,000,000,000; got a far larger number."),
        ("train --out /", "a model cannot be written there"),
        (f"train --out {'n' * 300}.npz", "a model cannot be written there"),
        ("train --out /dev/null", "a model cannot be written there"),
        ("train --altitude 3", "unrecognized arguments: --altitude 3"),
    ],
)
def test_a_mistake_is_reported_in_one_line_with_status_2(
    arguments: str, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    given = arguments.split()
    try:
        status: Any = cli.main(given)  # in this process, because forty processes would take half a minute
    except SystemExit as exit_of_argparse:
        status = exit_of_argparse.code
    output = capsys.readouterr()
    assert sentence in error_message(subprocess.CompletedProcess(given, status, output.out, output.err))


def test_a_function_is_fitted_and_its_points_are_named_once() -> None:
    process = run("train", "--recipe", "sine", "--function", "cos(x)", "--epochs", "1", "--no-log")
    assert process.returncode == 0
    assert process.stdout.splitlines()[0] == "1 - 10 - 10 - 1: 141 weights; 500 points of cos(x), x from -2*pi to 2*pi"
