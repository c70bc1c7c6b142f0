"""onnxruntime computes the same outputs from an exported model, which can be opened again bit for bit."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from nncore.errors import ModelFileError
from nncore.files.exports import onnx_file, read_onnx
from nncore.files.model_header import ModelHeader
from nncore.model.layers import ACTIVATIONS, LAYER_SPECS, Activation
from nncore.model.network import NetworkSpec
from tests.nncore.files.exports.networks import ALONE, EVERYTHING, NETWORKS, header_of, images_for, network_of
from tests.nncore.mutation import Mutation, mutated, mutations

ONNX = onnx_file(header_of(EVERYTHING), network_of(EVERYTHING).parameters.values)


def answers_of_onnxruntime(content: bytes, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    (answers,) = session.run(None, {given.name: inputs.reshape(-1, *given.shape[1:])})
    assert isinstance(answers, np.ndarray)
    return answers


def test_the_largest_network_has_every_kind_of_layer_and_every_activation() -> None:
    assert {layer.kind for layer in EVERYTHING.layers} == set(LAYER_SPECS)
    assert {layer.function for layer in EVERYTHING.layers if isinstance(layer, Activation)} == set(ACTIVATIONS)


@pytest.mark.parametrize("spec", [*NETWORKS.values(), *ALONE.values()], ids=[*NETWORKS, *ALONE])
@pytest.mark.parametrize("rows", [1, 7])
def test_onnxruntime_computes_the_same_outputs(spec: NetworkSpec, rows: int) -> None:
    network, inputs = network_of(spec), images_for(spec, rows)
    content = onnx_file(header_of(spec), network.parameters.values)
    onnx.checker.check_model(onnx.load_model_from_string(content), full_check=True)
    expected = network.predict(inputs.reshape(rows, -1))
    np.testing.assert_allclose(answers_of_onnxruntime(content, inputs), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("spec", NETWORKS.values(), ids=NETWORKS)
def test_an_exported_model_is_read_back_bit_for_bit(spec: NetworkSpec) -> None:
    network, header = network_of(spec), header_of(spec)
    read, parameters = read_onnx(onnx_file(header, network.parameters.values))
    assert read.to_json() == header.to_json()
    assert read.spec == spec
    np.testing.assert_array_equal(parameters, network.parameters.values)


def test_there_is_one_node_per_layer_and_none_for_dropout() -> None:
    nodes = onnx.load_model_from_string(ONNX).graph.node
    names = [node.name for node in nodes if node.op_type != "Constant"]  # the factor of a scale
    kept = [f"{number}.{layer.kind}" for number, layer in enumerate(EVERYTHING.layers, 1) if layer.kind != "dropout"]
    assert names == [*kept, "probabilities"]


@pytest.mark.parametrize(
    ("name", "given", "answer"),
    [
        ("every kind of layer", ("images", ["batch", 1, 28, 28]), ("probabilities", ["batch", 10])),
        ("dense", ("images", ["batch", 784]), ("probabilities", ["batch", 10])),
        ("regression", ("inputs", ["batch", 1]), ("outputs", ["batch", 2])),
    ],
)
def test_input_and_output_have_names_that_fit_the_network(
    name: str, given: tuple[str, list[object]], answer: tuple[str, list[object]]
) -> None:
    spec = NETWORKS[name]
    content = onnx_file(header_of(spec), network_of(spec).parameters.values)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    assert [(each.name, each.shape) for each in session.get_inputs()] == [given]
    assert [(each.name, each.shape) for each in session.get_outputs()] == [answer]


def test_the_same_model_gives_the_same_bytes() -> None:
    assert onnx_file(header_of(EVERYTHING), network_of(EVERYTHING).parameters.values) == ONNX


def test_a_network_too_large_for_onnx_is_rejected_before_it_is_written() -> None:
    large = NetworkSpec.dense((784, 700_000, 10))
    nothing = np.broadcast_to(np.float32(0), (large.parameter_count,))  # takes no memory
    with pytest.raises(ModelFileError, match=r"holds up to 2 GB; this network has 556,500,010 weights"):
        onnx_file(replace(header_of(EVERYTHING), spec=large), nothing)


def changed(change: Callable[[onnx.ModelProto], object]) -> bytes:
    model = onnx.load_model_from_string(ONNX)
    change(model)
    content: bytes = model.SerializeToString()
    return content


def without_header(model: onnx.ModelProto) -> None:
    del model.metadata_props[:]


def array_elsewhere(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not an ONNX model"),
        (b"hello", "not a complete ONNX file"),
        (ONNX[:5000], "not a complete ONNX file"),
        (ONNX + b"\xff", "not a complete ONNX file"),
        (
            changed(without_header),
            r"made by Digit Lab \(5 Gemm, 3 Softmax, 2 Conv \.\.\.\); Digit Lab reads only ONNX files that it has",
        ),
        (changed(lambda m: m.metadata_props.append(m.metadata_props[0])), "this is an ONNX model"),
        (changed(lambda m: setattr(m.metadata_props[0], "value", " " * 5_000_000)), "header is larger than any"),
        (changed(lambda m: setattr(m.metadata_props[0], "value", "{")), "header is damaged"),
        (changed(lambda m: setattr(m.graph.node[2], "op_type", "Sigmoid")), "another program has changed it"),
        (changed(lambda m: m.graph.node.pop()), "another program has changed it"),
        (changed(lambda m: m.graph.initializer.pop()), "arrays do not match the network"),
        (changed(lambda m: m.graph.initializer.append(m.graph.initializer[0])), "arrays do not match the network"),
        (changed(lambda m: setattr(m.graph.initializer[0], "name", "9.W")), "arrays do not match the network"),
        (changed(lambda m: m.graph.initializer[0].dims.append(1)), r"array 1\.W is \(6, 1, 5, 3, 1\) of float"),
        (changed(lambda m: setattr(m.graph.initializer[0], "data_type", 6)), r"array 1\.W .* of int32"),
        (
            changed(lambda m: setattr(m.graph.initializer[0], "raw_data", bytes(12))),
            r"array 1\.W .*, 12 bytes; expected",
        ),
        (changed(array_elsewhere), r"array 1\.W .*, 0 bytes; expected \(6, 1, 5, 3\) of float, 360 bytes"),
    ],
)
def test_files_by_other_programs_are_rejected_with_a_description(content: bytes, sentence: str) -> None:
    with pytest.raises(ModelFileError, match=sentence):
        read_onnx(content)


def test_names_in_a_foreign_model_cannot_break_the_message() -> None:
    foreign = onnx.ModelProto(producer_name="a\n\x1b[31mb" * 100)
    foreign.graph.node.add(op_type="Odd\nNode")
    content: bytes = foreign.SerializeToString()
    with pytest.raises(ModelFileError) as error:
        read_onnx(content.replace(b"Node", b"N\xff\xfee"))  # not valid UTF-8
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 300


@settings(max_examples=150)
@given(changes=mutations)
def test_a_mutated_file_is_read_or_rejected(changes: list[Mutation]) -> None:
    with contextlib.suppress(ModelFileError):
        header, parameters = read_onnx(mutated(ONNX, changes))
        assert isinstance(header, ModelHeader)
        assert parameters.shape == (header.spec.parameter_count,)
