"""The bundled model is trained on the stated kinds of images, and its card says how well it reads them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS, Splits
from nncore.data.formats.unipen import InkSamples
from nncore.evaluation.calibration import logits_of
from nncore.evaluation.metrics import evaluate
from nncore.experiments.recipes import RECIPES
from nncore.files.model_file import Model, load_model
from nncore.handwriting.synthetic import NON_DIGIT_KINDS, digits
from nncore.model.network import Network
from nncore.training import train
from resources import build_model
from resources.build_model import Plan, build
from resources.fold_report import HeldOutLogits, report
from resources.training_ink import Amounts, training_images
from tests.nncore.example_data import small_mnist

pytestmark = pytest.mark.slow

FEW = Amounts(mnist=300, varied=1, generated=100, non_digits=100)
CONFIG = replace(RECIPES["handwriting"].config, epochs=1, batch_size=64, seed=3)


@pytest.fixture(autouse=True, scope="module")
def everything_is_smaller() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build_model, "TEST_NON_DIGITS", 100)
        patch.setattr(build_model, "AVERAGED_EPOCHS", 2)
        patch.setattr(build_model, "load_mnist", small_mnist)
        yield


def some_ink() -> InkSamples:
    """Return generated digits of four writers."""
    made = digits(80, np.random.default_rng(0))
    return InkSamples(made.inks, made.labels, tuple(f"w{number % 4}" for number in range(80)), "some ink")


def copy_of(network: Network) -> Network:
    """Return a new network with the same weights."""
    copy = Network(network.spec)
    copy.parameters.values[:] = network.parameters.values
    return copy


@pytest.fixture(scope="module")
def built(everything_is_smaller: None) -> tuple[Model, str]:
    """A model that was built with two folds, and the printed output."""
    printed = StringIO()
    with redirect_stdout(printed):
        model = build(Plan(CONFIG, FEW, some_ink(), folds=2))
    return model, printed.getvalue()


def test_the_training_images_have_every_kind_in_the_given_amounts() -> None:
    ink, kinds = some_ink(), tuple(NON_DIGIT_KINDS)
    data = training_images(small_mnist().training, ink, kinds, FEW, seed=1)
    assert len(data) == 300 + 2 * 80 + 100 + 100
    np.testing.assert_array_equal(data.images[300:380], ink.to_dataset().images)
    np.testing.assert_array_equal(data.labels[300:460], 2 * ink.labels)
    assert not (data.images[380:460] == data.images[300:380]).all(axis=(1, 2)).any()
    assert np.bincount(data.labels[460:560]).tolist() == [10] * 10
    assert (data.labels[560:] == NO_CLASS).all()
    assert len(training_images(small_mnist().training, None, kinds, FEW, seed=1)) == 500


def test_the_card_names_the_training_data_and_the_accuracy_for_each_writer_and_kind(built: tuple[Model, str]) -> None:
    model, table = built
    assert sorted(model.card.writer_accuracy) == ["w0", "w1", "w2", "w3"]
    assert (model.card.recipe, model.card.epochs, model.card.seed) == ("handwriting", 3, 3)
    assert "Alpaydin" in model.card.notes
    assert "some ink: 80 pen drawings of 4 writers" in model.card.data
    assert [row["epoch"] for row in model.history] == [1, 2, 3]
    assert all(f" {name} " in table for name in (*model.card.writer_accuracy, *NON_DIGIT_KINDS))


def test_the_card_has_the_accuracy_on_the_test_set(built: tuple[Model, str]) -> None:
    test = small_mnist().test
    assert test is not None
    evaluation = evaluate(built[0].network(), test)
    assert evaluation is not None
    assert built[0].card.test_accuracy == evaluation.accuracy


def test_without_ink_a_fold_has_no_writers_and_the_command_writes_the_model(
    built: tuple[Model, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build_model, "Amounts", lambda: FEW)
    out = tmp_path / "built.npz"
    assert build_model.main(["--epochs", "1", "--processes", "1", "--out", str(out)]) == 0
    model = load_model(out)
    assert model.card.writer_accuracy == {}
    assert "Alpaydin" not in model.card.notes
    assert "pen drawings" not in model.card.data
    assert f"{out}: {out.stat().st_size:,} bytes" in capsys.readouterr().out


def test_folds_change_only_the_temperature_of_the_model(built: tuple[Model, str]) -> None:
    images = small_mnist().training.take(slice(0, 50))
    without = build(Plan(CONFIG, FEW, some_ink(), folds=0))
    one, other = (logits_of(model.network(), images) for model in (built[0], without))
    np.testing.assert_allclose(one, other * np.median(one / other), rtol=1e-4, atol=1e-4)


def test_a_fold_is_not_trained_on_its_writers_and_kinds() -> None:
    held_out = build_model._trained(Plan(CONFIG, FEW, some_ink(), folds=2), 1).held_out
    assert set(held_out.groups) == {"w1", "w3", *tuple(NON_DIGIT_KINDS)[1::2]}
    assert (np.array(held_out.labels) == NO_CLASS).sum() == 100


def test_the_averaged_weights_are_the_mean_of_the_weights_after_each_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    data = training_images(small_mnist().training, None, tuple(NON_DIGIT_KINDS), FEW, seed=1)
    start = Network(RECIPES["handwriting"].spec)
    start.initialize(np.random.default_rng(0))

    def after(epochs: int) -> NDArray[np.floating]:
        monkeypatch.setattr(build_model, "AVERAGED_EPOCHS", epochs)
        network = copy_of(start)
        assert len(build_model._averaged(network, data, CONFIG)) == epochs
        return network.parameters.values

    config = replace(CONFIG, seed=4, epochs=2, learning_rate=0.6 * CONFIG.learning_rate, schedule="constant")
    for _ in train(trained_on := copy_of(start), Splits(data), config, cores=1):
        pass
    np.testing.assert_allclose(after(2), (after(1) + trained_on.parameters.values) / 2, atol=1e-6)


def test_a_report_counts_each_writer_and_each_kind() -> None:
    sure, even = np.eye(10)[7] * 9, np.zeros(10)
    outputs = HeldOutLogits(
        np.stack([sure, sure, sure, even, sure]),
        np.array([7, 1, 7, NO_CLASS, NO_CLASS]),
        ("anna", "anna", "bo", "dots", "dots"),
    )
    found = report([outputs], named_writers=True)
    assert found.writer_accuracy == {"anna": 0.5, "bo": 1}
    assert "Digits of new writers: 75.00% read correctly, 0.00% rejected" in found.notes
    assert "of new kinds): 50.0% rejected, 0.0% unsure" in found.notes


def test_a_missing_ink_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build_model.main(["--ink", str(tmp_path / "none.unipen"), "--out", str(tmp_path / "x.npz")]) == 2
    assert "none.unipen" in capsys.readouterr().err
    assert not (tmp_path / "x.npz").exists()
