"""Every table that lists activations, layers, outputs, losses, optimizers, schedules or initializations is complete.

A new one of these is a class or function and a row in each table here: a forgotten row fails the test of its kind.
"""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from types import ModuleType
from typing import Any

import pytest

import nncore
from app.tabs.train.settings import layer_words, network_form
from nncore.files.exports.onnx_file import ONNX_FUNCTIONS, ONNX_LAYERS
from nncore.files.exports.script import SCRIPT_FUNCTIONS, SCRIPT_LAYERS
from nncore.model import layers, losses, outputs
from nncore.model.layers import ACTIVATIONS, INITIALIZATIONS, LAYER_SPECS, LayerSpec, activation, initialization
from nncore.training import optimizers, schedules
from nncore.training.config import SETTINGS
from tests.nncore.files.exports.networks import EVERYTHING
from tests.nncore.model.every_loss import EVERY_LOSS
from tests.nncore.model.layers.cases import CASES
from tests.nncore.training.published_methods import METHODS


def subclasses(base: type[Any]) -> set[type]:
    """All public classes of the product that are derived from `base`."""
    children: list[type] = base.__subclasses__()
    found = {each for child in children for each in ({child} | subclasses(child))}
    return {each for each in found if each.__module__.startswith("nncore.") and not each.__name__.startswith("_")}


def functions_of(module: ModuleType, like: object) -> set[object]:
    """The public functions defined in `module` with the parameters of `like`."""
    parameters = list(inspect.signature(like).parameters)  # type: ignore[arg-type]
    return {
        function
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
        and list(inspect.signature(function).parameters) == parameters
    }


TABLES: dict[str, tuple[Collection[str], dict[str, Collection[str]]]] = {
    "activation": (
        ACTIVATIONS,
        {
            "ONNX": ONNX_FUNCTIONS.keys() & ACTIVATIONS.keys(),
            "script": SCRIPT_FUNCTIONS.keys() & ACTIVATIONS.keys(),
            "gradient check": {spec.function for spec, _ in CASES if isinstance(spec, layers.Activation)},
            "exported network": {spec.function for spec in EVERYTHING.layers if isinstance(spec, layers.Activation)},
        },
    ),
    "layer": (
        LAYER_SPECS,
        {
            "nncore": {kind for kind, spec in LAYER_SPECS.items() if spec.__name__ in nncore.__all__},
            "ONNX": ONNX_LAYERS,
            "script": SCRIPT_LAYERS,
            "form": layer_words.KINDS,
            "gradient check": {spec.kind for spec, _ in CASES},
            "exported network": {spec.kind for spec in EVERYTHING.layers},
        },
    ),
    "output": (
        outputs.OUTPUTS,
        {
            "ONNX": ONNX_FUNCTIONS.keys() & outputs.OUTPUTS.keys(),
            "script": SCRIPT_FUNCTIONS.keys() & outputs.OUTPUTS.keys(),
            "default loss": losses.DEFAULT_LOSSES,
        },
    ),
    "loss": (
        losses.LOSSES,
        {"setting": SETTINGS["loss"].choices, "gradient check": {case[0] for case in EVERY_LOSS}},
    ),
    "optimizer": (
        optimizers.OPTIMIZERS,
        {"setting": SETTINGS["optimizer"].choices, "formula in the tests": METHODS},
    ),
    "schedule": (schedules.SCHEDULES, {"setting": SETTINGS["schedule"].choices}),
    "initialization": (INITIALIZATIONS, {"form": network_form.INITIALIZATION_NAMES}),
}


@pytest.mark.parametrize(("kind", "table"), [(kind, table) for kind, (_, tables) in TABLES.items() for table in tables])
def test_each_table_has_a_row_for_each(kind: str, table: str) -> None:
    expected, tables = TABLES[kind]
    assert set(tables[table]) == set(expected)


def test_a_table_of_functions_has_no_other_rows() -> None:
    for table in (ONNX_FUNCTIONS, SCRIPT_FUNCTIONS):
        assert set(table) == {*ACTIVATIONS, *outputs.OUTPUTS}


def test_each_class_and_function_has_a_row() -> None:
    assert set(LAYER_SPECS.values()) == subclasses(LayerSpec)
    assert set(optimizers.OPTIMIZERS.values()) == subclasses(optimizers.Optimizer)
    built = {type(loss.build(loss.outputs[0], 0.0)) for loss in losses.LOSSES.values()}
    with_loss_methods = {
        each for each in vars(losses).values()
        if inspect.isclass(each) and each is not losses.Loss and hasattr(each, "per_example")
    }  # fmt: skip
    assert built == with_loss_methods
    assert {row.factor for row in schedules.SCHEDULES.values()} == functions_of(schedules, schedules.constant)
    assert {row.fill for row in INITIALIZATIONS.values()} == functions_of(initialization, initialization.he)


def test_each_activation_with_a_derivative_has_a_row() -> None:
    derivatives = {name for name in vars(activation) if name.startswith("_") and name.endswith("_backward")}
    assert {f"_{name}_backward" for name in ACTIVATIONS if name != "softmax"} == derivatives


@pytest.mark.parametrize("rows", [LAYER_SPECS, ACTIVATIONS, losses.LOSSES, optimizers.OPTIMIZERS,
                                  schedules.SCHEDULES, INITIALIZATIONS])  # fmt: skip
def test_labels_are_all_different(rows: Mapping[str, Any]) -> None:
    labels = [row.label for row in rows.values()]
    assert all(labels)
    assert len(set(labels)) == len(labels)


def test_each_row_says_in_the_window_what_it_does() -> None:
    rows: list[Any] = [
        *LAYER_SPECS.values(),
        *optimizers.OPTIMIZERS.values(),
        *schedules.SCHEDULES.values(),
        *losses.LOSSES.values(),
    ]
    for row in rows:
        assert row.help
    assert all(layer.help.endswith(".") for layer in LAYER_SPECS.values())


def test_words_of_layers_are_all_different() -> None:
    words = [row.word for row in layer_words.KINDS.values()]
    assert len(set(words)) == len(words)
