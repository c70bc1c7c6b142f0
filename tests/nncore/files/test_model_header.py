"""Every field of an untrusted header is checked before it is used."""

from __future__ import annotations

import contextlib
import copy
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nncore.errors import ModelFileError
from nncore.files.json_header import header_text
from nncore.files.model_header import ModelCard, ModelHeader
from nncore.model.network import NetworkSpec

SPEC = NetworkSpec.dense((784, 5, 10))
WRITTEN: dict[str, Any] = json.loads(
    ModelHeader(
        SPEC,
        ModelCard("small", settings={"batch_size": 128, "augmentation": {"shift": 1.5}}, epochs=2, seed=3),
        history=({"epoch": 1, "training_loss": 0.5, "validation_loss": None}, {"epoch": 2, "training_loss": 0.25}),
    ).to_json()
)


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path to every value inside a JSON value."""
    inside: list[tuple[Any, object]] = []
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    return [path for path in [path] if path] + [p for key, held in inside for p in places(held, (*path, key))]


def changed(path: tuple[Any, ...], value: object) -> bytes:
    header = copy.deepcopy(WRITTEN)
    holder = header
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return json.dumps(header).encode()


def error_message(text: bytes) -> str:
    with pytest.raises(ModelFileError) as rejected:
        ModelHeader.from_json(text)
    return str(rejected.value)


def test_a_card_of_an_older_version_has_no_writer_accuracy() -> None:
    older = copy.deepcopy(WRITTEN)
    del older["card"]["writer_accuracy"]
    assert ModelHeader.from_json(json.dumps(older).encode()).card.writer_accuracy == {}


def test_the_accuracy_for_each_writer_is_read_back() -> None:
    card = ModelCard("x", writer_accuracy={"7": 0.984, "anna": 1.0})
    assert ModelHeader.from_json(ModelHeader(SPEC, card).to_json().encode()).card == card


def test_a_header_is_read_back_unchanged() -> None:
    header = ModelHeader.from_json(json.dumps(WRITTEN).encode())
    assert (header.spec, header.card.epochs, header.card.seed) == (SPEC, 2, 3)
    assert ModelHeader.from_json(header.to_json().encode()) == header


def test_numbers_that_are_not_finite_become_null() -> None:
    history: tuple[dict[str, float | None], ...] = ({"training_loss": float("nan"), "validation_loss": float("inf")},)
    card = ModelCard("x", settings={"rate": float("-inf")}, test_accuracy=float("nan"))
    text = ModelHeader(SPEC, card, history=history).to_json()
    assert "NaN" not in text
    assert "Infinity" not in text
    header = ModelHeader.from_json(text.encode())
    assert header.history == ({"training_loss": None, "validation_loss": None},)
    assert (header.card.settings, header.card.test_accuracy) == ({"rate": None}, None)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_json_does_not_allow_is_read_as_none(number: str) -> None:
    text = json.dumps(WRITTEN).replace("0.25", number).encode()
    assert ModelHeader.from_json(text).history[1]["training_loss"] is None


def test_half_a_surrogate_pair_is_written_as_a_question_mark() -> None:
    text = ModelHeader(SPEC, ModelCard("caf\udce9")).to_json()
    assert ModelHeader.from_json(text.encode()).card.name == "caf?"


@pytest.mark.parametrize("version", [True, False, 0, -1, 1.0, "1", None, [1]])
def test_an_invalid_version_is_rejected(version: object) -> None:
    assert "its format version must be a whole number, at least 1" in error_message(changed(("version",), version))


def test_a_newer_version_is_reported() -> None:
    assert "format version is 99, but this Digit Lab reads versions up to 1" in error_message(changed(("version",), 99))


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("card", "epochs"), -1), (("card", "epochs"), True), (("card", "epochs"), 1.5), (("card", "seed"), -1),
        (("card", "seed"), False), (("card", "test_accuracy"), 1.01), (("card", "test_accuracy"), True),
        (("card", "test_accuracy"), 10**400), (("card", "name"), None), (("card", "name"), "\ud800"),
        (("card", "writer_accuracy"), {"7": 1.5}), (("card", "writer_accuracy"), {"7": None}),
        (("card", "writer_accuracy"), [0.9]), (("card", "writer_accuracy"), {"7": True}),
        (("card", "settings"), []), (("card", "settings"), {"a": {"b": {"c": {"d": 1}}}}), (("history",), {}),
        (("history", 0), [["epoch", 1]]), (("history", 0, "epoch"), "1"), (("history", 0, "epoch"), 10**400),
        (("class_names",), "0123456789"), (("class_names", 3), 3), (("preprocessing",), [["pixels", "x"]]),
        (("preprocessing", "pixels"), 1), (("spec",), []), (("card",), "small"),
    ],
)  # fmt: skip
def test_a_field_of_the_wrong_type_is_named(path: tuple[Any, ...], wrong: object) -> None:
    message = error_message(changed(path, wrong))
    name = path[1] if path[0] == "card" and len(path) > 1 else path[0]
    assert message.startswith(f"{name} in its ")
    assert " must be " in message


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe\xfa", b"[" * 100_000, b"9" * 5000, b'{"a": 1} 2'])
def test_text_that_is_not_json_is_rejected(text: bytes) -> None:
    assert "damaged: it is not JSON" in error_message(text)


@pytest.mark.parametrize("value", [10**30, 10**4000])
@pytest.mark.parametrize("path", [("spec", "layers", 0, "units"), ("spec", "input_shape", 0)])
def test_a_network_larger_than_any_file_is_rejected(path: tuple[Any, ...], value: int) -> None:
    assert "too large for any file" in error_message(changed(path, value))


json_values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just(10**400), st.just("\udc80")
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)


@settings(max_examples=500)
@given(path=st.sampled_from(places(WRITTEN)), value=json_values)
@example(path=("spec", "layers", 0, "kind"), value=[])
@example(path=("spec", "layers", 1, "function"), value={})
@example(path=("spec", "input_shape"), value=[True, 784])
def test_any_value_in_any_field_is_read_or_rejected(path: tuple[Any, ...], value: object) -> None:
    """A header that can be read can also be written and read back unchanged."""
    with contextlib.suppress(ModelFileError):
        header = ModelHeader.from_json(changed(path, value))
        assert ModelHeader.from_json(header.to_json().encode()) == header


@pytest.mark.parametrize(
    ("output", "outputs", "names", "fits"),
    [
        ("softmax", 10, 10, True),
        ("softmax", 10, 0, False),
        ("softmax", 2, 1, False),
        ("sigmoid", 3, 3, True),
        ("sigmoid", 1, 2, True),  # yes or no
        ("sigmoid", 1, 3, False),
        ("sigmoid", 3, 2, False),
        ("linear", 3, 0, True),
        ("linear", 3, 3, True),
        ("linear", 1, 2, False),
    ],
)
def test_the_number_of_class_names_matches_the_outputs_of_the_network(
    output: str, outputs: int, names: int, fits: bool
) -> None:
    spec = replace(NetworkSpec.dense((4, outputs)), output=output)
    header = ModelHeader(spec, ModelCard("m"), tuple(f"class {number}" for number in range(names)))
    if fits:
        assert ModelHeader.from_json(header.to_json().encode()) == header
        return
    expected = f"names {names} classes, but its network has {outputs} outputs"
    with pytest.raises(ModelFileError, match=expected):
        header.to_json()
    assert expected in error_message(header_text("digitlab-model", 1, header).encode())
