"""A trained network as an ONNX file, which most other frameworks and tools can read (onnx.ai).

The graph has one node per layer, named after the layer ("1.dense"), and the parameters have the names that Parameters
gives them ("1.W"). Layers that work only in training (dropout) are left out. The header of Digit Lab's model files is
stored as metadata.

A new activation or output function is a row of ONNX_FUNCTIONS, a new layer a row of ONNX_LAYERS.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nncore import __version__
from nncore.errors import ModelFileError, printable
from nncore.files.json_header import MAX_HEADER_BYTES
from nncore.files.model_header import ModelHeader
from nncore.model.layers import LEAKY_RELU_SLOPE
from nncore.model.layers.parameters import Parameters
from nncore.model.layers.windows import Windows
from nncore.model.network import NetworkSpec

if TYPE_CHECKING:  # imported only where it is used, so that nncore needs NumPy alone
    from onnx import ModelProto, NodeProto, TensorProto

ONNX_SUFFIX = ".onnx"

OPSET = 20
"""The version of the operators: the first with Gelu."""

IR_VERSION = 9
"""The version of the file format, which came with OPSET (ONNX 1.15, 2023)."""

HEADER_KEY = "digitlab"
"""The metadata key of the header."""

MAX_ONNX_BYTES = 2**31 - 1
"""Largest size of a file in bytes: protobuf, the encoding of ONNX, has no longer messages."""

Operator = tuple[str, tuple[str, ...], dict[str, Any]]
"""The computation of a node: its operator, the names of its parameters ("W"), its attributes."""

ONNX_FUNCTIONS: dict[str, Operator] = {
    "relu": ("Relu", (), {}),
    "leaky_relu": ("LeakyRelu", (), {"alpha": LEAKY_RELU_SLOPE}),
    "sigmoid": ("Sigmoid", (), {}),
    "tanh": ("Tanh", (), {}),
    "gelu": ("Gelu", (), {"approximate": "tanh"}),
    "linear": ("Identity", (), {}),
    "softmax": ("Softmax", (), {"axis": 1}),
}
"""The operator of each activation and output function."""


def _window_attributes(windows: Windows) -> dict[str, Any]:
    # The padding has the order top, left, bottom, right.
    pads = [*windows.padding, *windows.padding]
    return {"kernel_shape": list(windows.size), "strides": list(windows.stride), "pads": pads}


ONNX_LAYERS: dict[str, Callable[[Any], Operator | None]] = {
    "dense": lambda layer: ("Gemm", ("W", "b"), {}),
    "activation": lambda layer: ONNX_FUNCTIONS[layer.function],
    "conv2d": lambda layer: ("Conv", ("W", "b"), _window_attributes(layer.windows)),
    "max_pool2d": lambda layer: ("MaxPool", (), _window_attributes(layer.windows)),
    "average_pool2d": lambda layer: (
        ("AveragePool", (), {**_window_attributes(layer.windows), "count_include_pad": 1})
    ),
    "batch_norm": lambda layer: (
        ("BatchNormalization", ("gamma", "beta", "mean", "variance"), {"epsilon": layer.epsilon})
    ),
    "dropout": lambda layer: None,
    "flatten": lambda layer: ("Flatten", (), {"axis": 1}),
    "scale": lambda layer: ("Mul", (), {"value_float": float(layer.factor)}),
}
"""The operator of each kind of layer, from its spec; None for a layer that has no effect in a trained network."""


def onnx_file(header: ModelHeader, parameters: NDArray[np.float32]) -> bytes:
    """The bytes of an ONNX file that computes the network of `header` with `parameters` (size,).

    Its input is (batch, *shape) float32, where shape is the input of the first layer, (1, 28, 28) or (784,), with
    pixels from 0 (paper) to 1 (ink). The input is called "images", or "inputs" if examples have one axis. The output
    (batch, outputs) is called "probabilities", or "outputs" if the output function is linear. Raises ModelFileError if
    the network is too large for ONNX, or the package onnx is missing.
    """
    _require_onnx()
    from onnx import helper, numpy_helper

    spec, header_text = header.spec, header.to_json()
    if parameters.nbytes + len(header_text) > MAX_ONNX_BYTES * 0.99:
        raise ModelFileError(
            f"an ONNX file holds up to 2 GB; this network has {spec.parameter_count:,} weights, which take more."
        )
    arrays = Parameters(spec.parameter_shapes, spec.state_shapes)
    arrays.values[:] = parameters
    named = [numpy_helper.from_array(arrays.value(name), name) for name in _shapes(spec)]
    graph = helper.make_graph(
        _nodes(spec),
        "digitlab",
        [_batch_of(_input_name(spec), spec.shapes[0])],
        [_batch_of(_output_name(spec), spec.shapes[-1])],
        named,
    )
    model = helper.make_model(
        graph,
        producer_name="Digit Lab",
        producer_version=__version__,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )
    helper.set_model_props(model, {HEADER_KEY: header_text})
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def read_onnx(content: bytes) -> tuple[ModelHeader, NDArray[np.float32]]:
    """Header and parameters (count,): the inverse of `onnx_file`; raises ModelFileError for any other content."""
    _require_onnx()
    from google.protobuf.message import DecodeError
    from onnx import ModelProto

    model = ModelProto()
    try:
        model.ParseFromString(content)
    except DecodeError:
        raise ModelFileError("this is not a complete ONNX file: it is damaged or of a different type.") from None
    header = ModelHeader.from_json(_header_text(model))
    if list(model.graph.node) != _nodes(header.spec):
        raise ModelFileError("its graph does not match the network in its header: another program has changed it.")
    return header, _parameters(model, header.spec)


def _require_onnx() -> None:
    if find_spec("onnx") is None:
        raise ModelFileError('ONNX files need the Python package onnx: install it with "pip install onnx".')


def _header_text(model: ModelProto) -> bytes:
    texts = [prop.value for prop in model.metadata_props if prop.key == HEADER_KEY]
    if len(texts) != 1:
        raise ModelFileError(f"{_description(model)}; Digit Lab reads only ONNX files that it has written itself.")
    text = _as_text(texts[0]).encode(errors="replace")
    if len(text) > MAX_HEADER_BYTES:
        raise ModelFileError("its header is larger than any that Digit Lab writes.")
    return text


def _as_text(stored: str | bytes) -> str:
    """Return text of a file; protobuf returns bytes if the text is not valid UTF-8."""
    return stored if isinstance(stored, str) else stored.decode(errors="replace")


def _description(model: ModelProto) -> str:
    """A description of an ONNX file that Digit Lab did not write, for messages."""
    if not model.graph.node:
        return "this is not an ONNX model"
    operators = Counter(_as_text(node.op_type) for node in model.graph.node)
    kinds = ", ".join(f"{count} {printable(kind)}" for kind, count in operators.most_common(3))
    more = " ..." if len(operators) > 3 else ""
    program = printable(_as_text(model.producer_name)) or "an unnamed program"
    return f"this is an ONNX model made by {program} ({kinds}{more})"


def _parameters(model: ModelProto, spec: NetworkSpec) -> NDArray[np.float32]:
    """The parameters (size,) from the arrays of a file, which are checked."""
    shapes, tensors = _shapes(spec), {tensor.name: tensor for tensor in model.graph.initializer}
    if len(tensors) != len(model.graph.initializer) or tensors.keys() != shapes.keys():
        raise ModelFileError("its arrays do not match the network in its header.")
    return np.concatenate([_numbers(tensors[name], shape) for name, shape in shapes.items()] or [np.empty(0, "<f4")])


def _numbers(tensor: TensorProto, shape: tuple[int, ...]) -> NDArray[np.float32]:
    content = tensor.raw_data  # empty if the numbers are in another file, which is never opened
    if tensor.data_type != tensor.FLOAT or tuple(tensor.dims) != shape or len(content) != 4 * prod(shape):
        kinds = {number: name.lower() for name, number in tensor.DataType.items()}
        raise ModelFileError(
            f"its array {tensor.name} is {tuple(tensor.dims)[:8]} of {kinds.get(tensor.data_type, 'an unknown type')}, "
            f"{len(content):,} bytes; expected {shape} of float, {4 * prod(shape):,} bytes."
        )
    return np.frombuffer(content, "<f4")


def _shapes(spec: NetworkSpec) -> dict[str, tuple[int, ...]]:
    """Name and shape of each array, in the order of the flat vector."""
    return spec.parameter_shapes | spec.state_shapes


def _batch_of(name: str, shape: tuple[int, ...]) -> Any:
    from onnx import TensorProto, helper

    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])


def _input_name(spec: NetworkSpec) -> str:
    return "images" if len(spec.input_shape) > 1 else "inputs"


def _output_name(spec: NetworkSpec) -> str:
    return "outputs" if spec.output == "linear" else "probabilities"


def _nodes(spec: NetworkSpec) -> list[NodeProto]:
    """The nodes in order; the input of each is the output of the one before it."""
    from onnx import helper

    nodes, previous = [], _input_name(spec)
    for name, (operator, parameters, attributes) in _operators(spec):
        number, _, _ = name.partition(".")
        inputs = [previous, *(f"{number}.{parameter}" for parameter in parameters)]
        if operator == "Mul":  # ONNX has the factor as an input, so it gets its own node
            inputs.append(f"{name}.factor")
            nodes.append(helper.make_node("Constant", [], inputs[1:], inputs[1], **attributes))
            attributes = {}
        nodes.append(helper.make_node(operator, inputs, [name], name, **attributes))
        previous = name
    return nodes


def _operators(spec: NetworkSpec) -> Iterator[tuple[str, Operator]]:
    """The name of each node and what it computes; the last one is the output function."""
    for number, layer in enumerate(spec.layers, start=1):
        operator = ONNX_LAYERS[layer.kind](layer)
        if operator is not None:
            yield f"{number}.{layer.kind}", operator
    yield _output_name(spec), ONNX_FUNCTIONS[spec.output]
