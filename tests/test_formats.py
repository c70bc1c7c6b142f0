"""Files in every format since the first version can be opened and have the expected content."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from app.storage.drawing_file import DrawingFile
from app.storage.ink_library import InkLibrary
from nncore.data.dataset import Dataset, Splits
from nncore.evaluation.snapshots import TrainingPoint
from nncore.experiments.run_log.log import RunLog
from nncore.files.checkpoint_file import load_checkpoint
from nncore.files.model_file import load_model
from nncore.files.model_labels import ModelLabel, read_labels
from nncore.files.snapshots_file import load_snapshots
from nncore.handwriting.personal_test.import_export import import_test
from nncore.handwriting.personal_test.jsonl_file import read_result, read_unfinished
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.augmentation import Augmentation
from nncore.training import Training, TrainingConfig
from nncore.training.events import Finished

SAMPLES = Path(__file__).parent / "samples" / "formats"
SPEC = NetworkSpec.dense((4, 3, 2), input_shape=(2, 2))
CONFIG = TrainingConfig(
    optimizer="momentum", batch_size=4, epochs=2, seed=7, schedule="cosine", augmentation=Augmentation(shift=0.5),
    label_smoothing=0.1, weight_decay=1e-4, clip_norm=5.0, steps=50, patience=9, keep_best=True,
)  # fmt: skip


def named(pattern: str) -> list[str]:
    return sorted(path.name for path in SAMPLES.glob(pattern))


def opened(name: str, folder: Path) -> Path:
    """A copy of a sample with the same name, which may be changed."""
    return Path(shutil.copy(SAMPLES / name, folder / name.removesuffix(".txt")))


def twelve() -> Splits:
    """The examples with which the samples were made."""
    rng = np.random.default_rng(0)

    def part(count: int, source: str) -> Dataset:
        labels, images = rng.integers(0, 2, count), rng.integers(0, 60, (count, 2, 2))
        images[np.arange(count), labels, labels] += 190
        return Dataset(images.astype(np.uint8), labels, ("zero", "one"), source)

    return Splits(part(12, "twelve"), part(6, "six"), part(6, "six"))


def test_the_readme_names_every_sample() -> None:
    text = (SAMPLES / "README.md").read_text()
    stems = {path.name.split(".")[0] for path in SAMPLES.iterdir()} - {"README"}
    assert len(stems) == 19
    assert [stem for stem in stems if stem not in text] == []


@pytest.mark.parametrize("name", named("model_*"))
def test_a_model_of_every_version_is_read(name: str, tmp_path: Path) -> None:
    model = load_model(opened(name, tmp_path))
    assert (model.spec, model.class_names) == (SPEC, ("zero", "one"))
    assert (model.card.name, model.card.recipe, model.card.seed) == ("sample", "quick", 7)
    assert model.card.settings["optimizer"] == "momentum"
    assert [row["epoch"] for row in model.history] in ([1], [1, 2])
    answers = model.network().predict(twelve().training.inputs(slice(0, 12)))
    assert np.isfinite(answers).all()


@pytest.mark.parametrize("commit", ["d9ab6ec"])
def test_all_formats_of_a_version_contain_the_same_model(commit: str, tmp_path: Path) -> None:
    first, *others = [load_model(opened(name, tmp_path)) for name in named(f"model_{commit}.*")]
    assert len(others) == 2
    for other in others:
        assert np.array_equal(other.parameters, first.parameters)
        assert other.card == first.card


@pytest.mark.parametrize(
    ("name", "fraction"),
    [("checkpoint_d9ab6ec.npz", 6 / 18), ("checkpoint_b267e93.npz", 0.25), ("checkpoint_4cc5e85.npz", 0.25)],
)
def test_a_checkpoint_of_every_version_is_continued_to_its_end(name: str, fraction: float) -> None:
    checkpoint = load_checkpoint(SAMPLES / name)
    assert (checkpoint.spec, checkpoint.config) == (SPEC, CONFIG)
    assert (checkpoint.recipe, checkpoint.validation_fraction, checkpoint.counters.step) == ("quick", fraction, 5)
    training = Training.continued(checkpoint, twelve())
    *_, last = training.events()
    assert isinstance(last, Finished)
    assert (last.epochs, last.step) == (2, 6)


@pytest.mark.parametrize("name", named("runs_*"))
def test_a_log_of_runs_of_every_version_is_read_and_written(name: str, tmp_path: Path) -> None:
    with RunLog(opened(name, tmp_path)) as log:
        (run,) = log.runs()
        assert (run.settings.name, run.settings.spec, run.settings.config) == ("sample", SPEC, CONFIG)
        assert (run.settings.recipe, run.settings.validation_fraction, run.settings.machine) == (
            "quick",
            0.25,
            "a machine",
        )
        assert (run.note, run.state, run.steps, run.test_accuracy) == ("a note", "stopped", 5, 0.5)
        assert [row["epoch"] for row in log.epochs(run.id)] == [1]
        assert log.curve(run.id)[0].tolist() == [1, 2, 3]
        assert (log.last_evaluation(run.id) is None) == ("7f3d927" in name)
        assert run.settings.rates == (((1, 0.001), (4, 0.01)) if "4cc5e85" in name else ())
        another = log.begin(run.settings)
        log.end(another, "finished", best_accuracy=0.75)
        assert log.run(another).best_accuracy == 0.75


def test_names_notes_and_pins_of_models_are_read() -> None:
    labels = read_labels(SAMPLES / "labels_0fdd97d.json")
    assert list(labels.values()) == [
        ModelLabel("2026-01-02 03.04.05.000001 784-4-10.npz", "my best", "for the class", is_pinned=True),
        ModelLabel("b.digitnet", note="second"),
    ]


def test_an_ink_library_keeps_its_comments(tmp_path: Path) -> None:
    library = InkLibrary(opened("ink_bcf3b82.unipen", tmp_path))
    assert library.load() == ""
    assert [(example.digit, example.drawn, example.read) for example in library.examples] == [
        (3, datetime(2026, 11, 22, 12, 0, 1), None),
        (7, datetime(2026, 11, 22, 12, 0, 2), 5),
    ]
    assert [len(example.ink.strokes) for example in library.examples] == [2, 2]


def test_a_handwriting_test_is_read_from_all_its_formats() -> None:
    kept = read_result(SAMPLES / "hand_bcf3b82.jsonl")
    assert (kept.date, kept.model) == ("2026-01-31T09:30:00", "convnet")
    asked = [(drawing.prompted, drawing.read, drawing.verdict) for drawing in kept.drawings]
    assert asked == [(7, 7, "digit"), (4, 2, "unsure"), (0, None, "not a digit")]
    table = import_test(SAMPLES / "hand_bcf3b82.csv", None, model="", date="")
    assert [(drawing.prompted, drawing.read, drawing.verdict) for drawing in table.drawings] == asked
    network = Network(NetworkSpec.dense((784, 10)))
    ink = import_test(SAMPLES / "hand_bcf3b82.unipen", network, model="any", date="2026-01-31T09:30:00")
    for one, other in zip(ink.drawings, kept.drawings, strict=True):
        assert one.prompted == other.prompted
        assert all(map(np.array_equal, one.ink.strokes, other.ink.strokes))


def test_an_unfinished_handwriting_test_is_read() -> None:
    test = read_unfinished(SAMPLES / "unfinished_bcf3b82.jsonl")
    assert (len(test.prompts), test.prompts[:3], test.drawings) == (20, (8, 6, 9), ())


def test_the_drawing_on_the_canvas_is_read(tmp_path: Path) -> None:
    opened("drawing_e84d659.unipen", tmp_path).rename(tmp_path / "drawing 1.unipen")
    file = DrawingFile(tmp_path)
    drawing = file.read()
    file.release()
    assert [stroke.shape for stroke in drawing.strokes] == [(2, 2), (1, 2)]
    np.testing.assert_array_equal(drawing.strokes[0], np.array([[0.1, 0.2], [0.5, 0.75]], np.float32))


@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("epochs_d221207.npz", [TrainingPoint(0), TrainingPoint(1), TrainingPoint(2)]),
        (
            "epochs_fcbb401.npz",
            [TrainingPoint(0, 0), TrainingPoint(1, 1, ends_epoch=False), TrainingPoint(1, 3), TrainingPoint(2, 6)],
        ),
    ],
)
def test_the_steps_and_epochs_of_a_run_are_read(name: str, points: list[TrainingPoint]) -> None:
    snapshots, planned = load_snapshots(SAMPLES / name)
    assert (snapshots.spec, list(snapshots.points), planned) == (SPEC, points, 5)
    for seed, point in enumerate(points):
        network = Network(SPEC)
        network.initialize(np.random.default_rng(seed))
        np.testing.assert_array_equal(snapshots.values(point), network.parameters.values.astype(np.float32))
