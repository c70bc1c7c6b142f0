"""`train`: the effect of its options, and the checkpoints from which a run can be resumed."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.cli import main as cli
from app.cli.train_report import with_progress_bar
from nncore.files.checkpoint_file import load_checkpoint, save_checkpoint
from nncore.files.model_file import load_model
from nncore.system.atomic_write import write_atomically
from nncore.training.checkpoint import Checkpoint
from nncore.training.events import StepDone, TrainingEvent
from tests.nncore.example_data import small_mnist

SMALL = ["--layers", "784", "16", "10", "--batch-size", "100"]
"""Options for 18 steps per epoch when a tenth of the images is held out."""


class Trainer:
    """Runs `train` in this process."""

    def __init__(self, data: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.data, self.folder, self._capfd = data, folder, capfd

    def run(self, *arguments: object, status: int = 0) -> list[dict[str, Any]]:
        """Return the JSON lines of a run."""
        assert cli.main(["train", "--json", "--data", self.data, *map(str, arguments)]) == status
        return [json.loads(line, parse_constant=pytest.fail) for line in self._capfd.readouterr().out.splitlines()]

    def error_message(self, *arguments: object, status: int = 2) -> str:
        """Return the line that reports a mistake."""
        assert cli.main(["train", "--json", "--data", self.data, *map(str, arguments)]) == status
        message = self._capfd.readouterr().err
        assert message.count("\n") == 1
        return message


@pytest.fixture
def trainer(small_data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Trainer:
    return Trainer(str(small_data), tmp_path, capfd)


def test_steps_and_seconds_end_a_run(trainer: Trainer) -> None:
    *epochs, finished = trainer.run(*SMALL, "--epochs", 9, "--steps", 20)
    assert (finished["reason"], finished["epochs"], len(epochs)) == ("steps", 2, 2)
    assert trainer.run(*SMALL, "--epochs", 10**6, "--seconds", "0.05")[-1]["reason"] == "seconds"


def test_the_rate_finder_reports_a_rate_without_training(trainer: Trainer) -> None:
    (found,) = trainer.run(*SMALL, "--find-rate", "--out", trainer.folder / "none.npz")
    assert found["event"] == "learning_rate"
    assert found["rates"] == sorted(found["rates"])
    assert len(found["rates"]) == len(found["losses"])
    assert 1e-4 < found["suggested"] < 0.1
    assert not (trainer.folder / "none.npz").exists()


def test_patience_and_keep_best_end_with_the_best_epoch(trainer: Trainer) -> None:
    out = trainer.folder / "m.npz"
    overfitting = [*SMALL, "--epochs", 60, "--learning-rate", 0.03, "--patience", 3, "--keep-best"]
    *epochs, finished = trainer.run(*overfitting, "--out", out)
    losses = [epoch["validation_loss"] for epoch in epochs]
    assert finished["reason"] == "patience"
    assert finished["best_epoch"] == 1 + int(np.argmin(losses)) == finished["epochs"] - 3
    assert load_model(out).card.settings["keep_best"] is True


def test_options_for_loss_smoothing_decay_and_clipping_are_used(trainer: Trainer) -> None:
    def weights(*options: object) -> Any:
        out = trainer.folder / "m.npz"
        trainer.run(*SMALL, "--epochs", 1, *options, "--out", out)
        model = load_model(out)
        return model.parameters, model.card.settings

    plain, _ = weights()
    for option, value in (
        ("loss", "mean_squared_error"), ("label_smoothing", 0.2), ("weight_decay", 0.01), ("clip_norm", 0.01),
    ):  # fmt: skip
        parameters, settings = weights(f"--{option}", value)
        assert settings[option] == value
        assert not np.array_equal(parameters, plain)


@pytest.mark.parametrize("stop_after", [7, 18, 25])
@pytest.mark.parametrize("optimizer", ["momentum", "adam"])
def test_a_resumed_run_ends_like_an_uninterrupted_run(
    trainer: Trainer, monkeypatch: pytest.MonkeyPatch, stop_after: int, optimizer: str
) -> None:
    complete, resumed, checkpoint = (trainer.folder / name for name in ("complete.npz", "resumed.npz", "run.npz"))
    settings = [*SMALL, "--epochs", 2, "--optimizer", optimizer, "--seed", 3, "--keep-best"]
    uninterrupted = trainer.run(*settings, "--out", complete)
    with monkeypatch.context() as patch:
        interrupt(patch, stop_after)
        trainer.run(*settings, "--checkpoint", checkpoint, status=130)
    assert load_checkpoint(checkpoint).counters.step == stop_after
    events = trainer.run("--resume", checkpoint, "--out", resumed)
    np.testing.assert_array_equal(load_model(resumed).parameters, load_model(complete).parameters)
    timeless = {"seconds", "samples_per_second", "model"}
    assert without(events[-1], timeless) == without(uninterrupted[-1], timeless)
    one, other = (load_model(path) for path in (complete, resumed))
    assert one.card.settings == other.card.settings
    assert [without(row, timeless) for row in one.history] == [without(row, timeless) for row in other.history]


def interrupt(patch: pytest.MonkeyPatch, step: int) -> None:
    """Simulate Ctrl+C after a step."""

    def with_ctrl_c(events: Iterator[TrainingEvent]) -> Iterator[TrainingEvent]:
        for event in with_progress_bar(events):
            yield event
            if isinstance(event, StepDone) and event.step == step:
                os.kill(os.getpid(), signal.SIGINT)

    patch.setattr("app.cli.train.with_progress_bar", with_ctrl_c)


def without(fields: Any, names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


def test_a_resumed_run_keeps_the_name_of_its_recipe(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    complete, resumed, checkpoint = (trainer.folder / name for name in ("complete.npz", "resumed.npz", "run.npz"))
    recipe = ["--recipe", "mlp", "--epochs", 1, "--steps", 6]
    trainer.run(*recipe, "--out", complete)
    with monkeypatch.context() as patch:
        interrupt(patch, 2)
        trainer.run(*recipe, "--checkpoint", checkpoint, status=130)
    trainer.run("--resume", checkpoint, "--out", resumed, "--checkpoint", checkpoint)
    np.testing.assert_array_equal(load_model(resumed).parameters, load_model(complete).parameters)
    assert load_model(resumed).card.recipe == "mlp"
    assert load_checkpoint(checkpoint).counters.step == 6


def test_a_checkpoint_is_saved_after_each_epoch(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A killed run can be resumed from the last checkpoint."""
    saved_epochs = []

    def save_and_note(checkpoint: Checkpoint, path: Path) -> None:
        save_checkpoint(checkpoint, path)
        saved_epochs.append(load_checkpoint(path).counters.epochs_done)

    monkeypatch.setattr("app.cli.train.save_checkpoint", save_and_note)
    trainer.run(*SMALL, "--epochs", 3, "--checkpoint", trainer.folder / "run.npz")
    assert saved_epochs == [1, 2, 3, 3]


def test_resuming_with_other_data_is_rejected(trainer: Trainer) -> None:
    checkpoint, other = trainer.folder / "run.npz", trainer.folder / "other.npz"
    trainer.run(*SMALL, "--epochs", 1, "--checkpoint", checkpoint)
    images = small_mnist().training.take(slice(100, 300))
    np.savez(other, x_train=images.images, y_train=images.labels)
    trainer.data = str(other)
    assert "can only continue with its own" in trainer.error_message("--resume", checkpoint)


def test_the_model_is_saved_even_if_the_checkpoint_cannot_be(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    out, checkpoint = trainer.folder / "m.npz", trainer.folder / "run.npz"

    def no_space_for_the_checkpoint(path: Path, content: bytes) -> None:
        if path == checkpoint:
            raise OSError(28, "No space left on device")
        write_atomically(path, content)

    monkeypatch.setattr("nncore.system.atomic_write.write_atomically", no_space_for_the_checkpoint)
    options = "--epochs", 2, "--out", out, "--checkpoint", checkpoint, "--no-log"
    message = trainer.error_message(*SMALL, *options, status=1)
    assert "run.npz: could not be saved (No space left on device)" in message
    assert load_model(out).card.epochs == 2
    assert not checkpoint.exists()


def test_a_file_that_cannot_be_resumed_is_rejected(trainer: Trainer) -> None:
    checkpoint, out = trainer.folder / "run.npz", trainer.folder / "m.npz"
    trainer.run(*SMALL, "--epochs", 1, "--checkpoint", checkpoint, "--out", out)
    assert "nowhere.npz: there is no such file" in trainer.error_message("--resume", "nowhere.npz")
    assert "this is not a Digit Lab run" in trainer.error_message("--resume", out)
    for option in (["--batch-size", 9], ["--keep-best"], ["--activations", "tanh"], ["--seed", 0]):
        message = trainer.error_message("--resume", checkpoint, *option)
        assert f"{option[0]} cannot be used with --resume: a resumed run keeps its settings" in message
    assert "must be different files" in trainer.error_message("--resume", checkpoint, "--out", out, "--checkpoint", out)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--steps 0", "Maximum steps must be at least 1; got 0."),
        ("--seconds 0", "Maximum seconds must be above 0; got 0."),
        ("--seconds nan", "Maximum seconds must be a finite number, above 0; got not a number."),
        ("--patience 0", "Patience must be at least 1; got 0."),
        ("--label-smoothing 1", "Label smoothing must be at least 0 and below 1; got 1."),
        ("--weight-decay -1", "Weight decay must be at least 0; got -1."),
        ("--clip-norm 0", "Gradient clipping must be above 0; got 0."),
        ("--loss binary_cross_entropy", "needs the output sigmoid; the network's output is softmax"),
        ("--recipe convnet --activations tanh", "The layers of the recipe convnet cannot be changed"),
        ("--recipe mlp --patience 2", "Early stopping needs a validation set"),
        ("--recipe mlp --keep-best", "The best epoch needs a validation set"),
        ("--checkpoint /dev/null/run.npz", "cannot be written there"),
    ],
)
def test_a_mistake_is_reported_in_one_line(trainer: Trainer, options: str, sentence: str) -> None:
    assert sentence in trainer.error_message(*options.split())


def test_a_run_that_diverges_in_the_first_epoch_leaves_no_checkpoint(trainer: Trainer) -> None:
    checkpoint = trainer.folder / "run.npz"
    rates = ["--optimizer", "sgd", "--learning-rate", 1e6, "--epochs", 5]
    message = trainer.error_message(*SMALL, *rates, "--checkpoint", checkpoint, status=1)
    assert "Training diverged in epoch 1" in message
    assert not checkpoint.exists()
