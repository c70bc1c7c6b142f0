"""Whatever can be configured can be written and is read back equal, in every kind of file."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from fractions import Fraction
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from nncore.data.dataset import Dataset, Splits
from nncore.errors import ModelFileError, SettingError
from nncore.experiments.run_log.log import RunLog, RunSettings
from nncore.files import json_header
from nncore.files.checkpoint_file import load_checkpoint, save_checkpoint
from nncore.files.model_file import Model, ModelCard, load_model, save_model, trained_model
from nncore.model.layers import (
    ACTIVATIONS,
    INITIALIZATIONS,
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    LayerSpec,
    MaxPool2D,
    Scale,
)
from nncore.model.network import Network, NetworkSpec
from nncore.model.outputs import OUTPUTS
from nncore.preprocessing.augmentation import MAX_DISTORTION, Augmentation
from nncore.training import Training, TrainingConfig
from nncore.training.config import SETTINGS
from nncore.training.settings import MAX_INTEGER, Setting
from tests.nncore.runs import few_digits
from tests.nncore.saved_run import TRAINED_WITH, checkpoint


def numbers(lowest: float, highest: float) -> st.SearchStrategy[Any]:
    """Numbers of every type that a caller may use, with the extremes of the range."""
    each: st.SearchStrategy[Any] = st.floats(lowest, highest)
    kinds: list[st.SearchStrategy[Any]] = [each, each.map(np.float64), st.sampled_from([lowest, highest])]
    if lowest < 1 < highest:
        kinds += [st.just(1), st.just(np.float32(0.1))]
    return st.one_of(kinds)


def values(setting: Setting) -> st.SearchStrategy[Any]:
    """The values that a setting may have; some are rejected by its check, which is then not about files."""
    none = st.none() if setting.none_text else st.nothing()
    match setting.kind:
        case "choice":
            return none | st.sampled_from(list(setting.choices))
        case "flag":
            return st.booleans()
        case "whole number":
            lowest, highest = int(setting.range.lowest), int(min(setting.range.highest, MAX_INTEGER))
            return none | st.integers(lowest, highest) | st.sampled_from([lowest, highest])
        case "number":
            return none | numbers(setting.range.lowest, setting.range.highest)
    assert setting.kind == "distortions"
    limits = {each.name: numbers(0.0, MAX_DISTORTION[each.name]) for each in fields(Augmentation)}
    return none | st.builds(Augmentation, **limits)


def accepted(make: Any, **given: Any) -> Any:
    try:
        return make(**given)
    except SettingError:
        reject()


CONFIGS = st.fixed_dictionaries({name: values(setting) for name, setting in SETTINGS.items()}).map(
    lambda given: accepted(TrainingConfig, **given)
)
FRACTIONS = numbers(0.0, 1.0)
FUNCTIONS, KINDS = st.sampled_from(list(ACTIVATIONS)), st.sampled_from(list(INITIALIZATIONS))
SIDES = st.integers(1, 3) | st.tuples(st.integers(1, 3), st.integers(1, 3))
LAYERS: st.SearchStrategy[LayerSpec] = st.one_of(
    st.builds(Conv2D, st.integers(1, 3), SIDES, SIDES, st.integers(0, 2), KINDS),
    st.builds(lambda **given: accepted(MaxPool2D, **given), size=SIDES, stride=st.none() | SIDES),
    st.builds(lambda **given: accepted(AveragePool2D, **given), size=SIDES, padding=st.integers(0, 1)),
    st.builds(lambda **given: accepted(BatchNorm, **given), momentum=FRACTIONS, epsilon=numbers(0.0, 1e300)),
    st.builds(lambda **given: accepted(Dropout, **given), rate=FRACTIONS),
    st.builds(lambda **given: accepted(Scale, **given), factor=numbers(-1e308, 1e308)),
    st.builds(Activation, FUNCTIONS),
)
ROWS = st.one_of(st.builds(Dense, st.integers(1, 5), KINDS), st.builds(Activation, FUNCTIONS))
SPECS = st.builds(
    lambda images, rows, output: accepted(
        NetworkSpec, input_shape=(12, 9), layers=(*images, Flatten(), *rows, Dense(3)), output=output
    ),
    st.lists(LAYERS, max_size=4),
    st.lists(ROWS, max_size=3),
    st.sampled_from(list(OUTPUTS)),
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@settings(max_examples=60)
@given(spec=SPECS, config=CONFIGS, text=TEXTS, suffix=st.sampled_from(["npz", "py", "onnx"]))
def test_a_model_is_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory, spec: NetworkSpec, config: TrainingConfig, text: str, suffix: str
) -> None:
    path = tmp_path_factory.getbasetemp() / f"model.{suffix}"
    parameters = np.random.default_rng(0).normal(size=spec.parameter_count).astype(np.float32)
    card = ModelCard(text, text, text, asdict(config), config.epochs, config.seed, notes=text)
    model = Model(spec, parameters, card, ("a", "b", text) if spec.output == "softmax" else ())
    save_model(model, path)
    read = load_model(path)
    np.testing.assert_array_equal(read.parameters, model.parameters)
    assert (read.spec, read.card, read.class_names) == (spec, card, model.class_names)
    settings_read = read.card.settings
    augmentation = settings_read.pop("augmentation")
    assert TrainingConfig(**settings_read, augmentation=augmentation and Augmentation(**augmentation)) == config


@settings(max_examples=60)
@given(config=CONFIGS, fraction=st.floats(0, 1, exclude_max=True), text=TEXTS)
def test_a_checkpoint_is_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory, config: TrainingConfig, fraction: float, text: str
) -> None:
    path, spec = tmp_path_factory.getbasetemp() / "run.npz", NetworkSpec.dense((784, 4, 10))
    training = accepted(Training, network=Network(spec, seed=config.seed), data=few_digits(), config=config)
    state = replace(training.checkpoint(), recipe=text, validation_fraction=fraction)
    save_checkpoint(state, path)
    read = load_checkpoint(path)
    for each in fields(state):
        if each.name != "arrays":
            assert getattr(read, each.name) == getattr(state, each.name)
    for name, array in state.arrays.items():
        np.testing.assert_array_equal(read.arrays[name], array)


@settings(max_examples=60)
@given(spec=SPECS, config=CONFIGS, text=TEXTS, fraction=st.floats(0, 1))
def test_a_logged_run_is_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory, spec: NetworkSpec, config: TrainingConfig, text: str, fraction: float
) -> None:
    written = RunSettings(text, spec, config, data=text, machine=text, recipe=text, validation_fraction=fraction)
    with RunLog(tmp_path_factory.getbasetemp() / "runs.sqlite") as log:
        assert log.run(log.begin(written)).settings == written


def test_a_model_of_a_run_and_data_with_long_names_is_read_back(tmp_path: Path) -> None:
    images, source = np.zeros((20, 28, 28), np.uint8), " + ".join(f"part{number}.csv" for number in range(400))
    data = Splits(Dataset(images, np.arange(20) % 10, source=source))
    training = Training(Network(NetworkSpec.dense((784, 10))), data, TrainingConfig())
    save_model(trained_model(training, None, name="long " * 1000), tmp_path / "long.npz")
    card = load_model(tmp_path / "long.npz").card
    assert card.name.startswith("long long")
    assert card.data.endswith("part399.csv: 20 images to train")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"card": ModelCard("x" * 2001)}, "name in its card must be text of at most 2000 characters"),
        ({"card": ModelCard("x", seed=2**63)}, "seed in its card must be a whole number"),
        ({"card": ModelCard("x", settings={"a": {"b": {"c": {"d": 1}}}})}, "settings in its card"),
        ({"class_names": ("a",)}, "it names 1 classes, but its network has 3 outputs"),
        ({"parameters": np.full(3 * 108 + 3, np.nan, np.float32)}, "some of its weights are not finite numbers"),
    ],
)
@pytest.mark.parametrize("suffix", ["npz", "py", "onnx"])
def test_a_model_that_could_not_be_read_is_rejected_and_the_old_file_stays(
    tmp_path: Path, suffix: str, change: dict[str, Any], sentence: str
) -> None:
    path, spec = tmp_path / f"model.{suffix}", NetworkSpec.dense((108, 3), input_shape=(12, 9))
    model = Model(spec, np.zeros(spec.parameter_count, np.float32), ModelCard("old"), ("a", "b", "c"))
    save_model(model, path)
    with pytest.raises(ModelFileError) as rejected:
        save_model(replace(model, **change), path)
    assert str(rejected.value).startswith(f"{path}: ")
    assert sentence in str(rejected.value)
    assert load_model(path).card.name == "old"


def test_a_header_that_is_too_large_to_be_read_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model(NetworkSpec.dense((784, 10)), np.zeros(7850, np.float32), ModelCard("x"))
    monkeypatch.setattr(json_header, "MAX_HEADER_BYTES", 500)
    with pytest.raises(ModelFileError, match=r"its header has [\d,]+ bytes; expected at most 500\."):
        save_model(model, tmp_path / "large.npz")


def test_a_fraction_and_an_infinite_limit_become_plain_values() -> None:
    config = TrainingConfig(learning_rate=Fraction(1, 3), seconds=inf, clip_norm=np.float64(inf))  # type: ignore[arg-type]
    assert (config.learning_rate, config.seconds, config.clip_norm) == (1 / 3, None, None)
    assert type(config.learning_rate) is float


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"recipe": "x" * 2001}, "recipe in its header must be text"),
        ({"learning_rate": 0.0}, "learning_rate in its header must be a number, above 0"),
        ({"rates_used": ((2, 0.1), (1, 0.1))}, "rates_used in its header must have its steps in ascending order"),
        ({"optimizer_steps": 3}, "the number of optimizer steps (3)"),
        ({"history": ()}, "its history does not match its number of epochs"),
        ({"config": replace(TRAINED_WITH, epochs=1)}, "its counters contradict each other"),
        ({"spec": NetworkSpec.dense((784, 10))}, "its arrays do not match its network"),
    ],
)
def test_a_checkpoint_that_could_not_be_read_is_rejected_and_the_old_file_stays(
    tmp_path: Path, change: dict[str, Any], sentence: str
) -> None:
    path = tmp_path / "run.npz"
    save_checkpoint(checkpoint(), path)
    before = path.read_bytes()
    with pytest.raises(ModelFileError) as rejected:
        save_checkpoint(replace(checkpoint(), **change), path)
    assert str(rejected.value).startswith(f"{path}: ")
    assert sentence in str(rejected.value)
    assert path.read_bytes() == before
