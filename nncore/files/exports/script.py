"""A trained network as one short Python script that needs only NumPy and computes the same outputs.

It contains the few lines that compute each kind of layer in the network. Near its end are the header of a model file as
JSON, and the weights as base64 of their float32 bytes. Text from users is escaped, so that it cannot end its string.
`read_script` uses only these two lines, and executes nothing.

A new activation or output function is a row of SCRIPT_FUNCTIONS, a new layer a row of SCRIPT_LAYERS.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from math import ceil
from textwrap import shorten
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nncore.errors import ModelFileError
from nncore.files.json_header import MAX_HEADER_BYTES
from nncore.files.model_header import ModelHeader
from nncore.model.layers import LEAKY_RELU_SLOPE, Activation, AveragePool2D, LayerSpec, MaxPool2D
from nncore.model.layers.activation import GELU_CUBIC, GELU_SCALE
from nncore.model.network import NetworkSpec

SCRIPT_SUFFIX = ".py"

MAX_LINES = 59
"""Largest number of lines of a script."""

MAX_EDITED_LINES = 10_000
"""Largest number of lines that are read of a script: someone may have added some."""

MAX_CALL_LENGTH = 110
"""Largest number of characters of nested calls: Python limits the depth of nested brackets."""

MAX_SUMMARY_LENGTH = 60
"""Largest number of characters of the summary of the network."""

HEADER_START = "HEADER = r'''"
"""What is before the header, which is JSON on one line."""

HEADER_END = "'''"
"""What is after the header."""
WEIGHTS_START = 'WEIGHTS = "'
"""What is before the weights, which are base64 on one line."""

WEIGHTS_END = '"'
"""What is after the weights."""

TEMPLATE = '''\
"""A network trained with Digit Lab, for NumPy alone: {summary}.

From Python: predict(images), pixels from 0 (paper) to 1 (ink), or uint8 to 255. As a program: give it an .npy file.
"""
import base64
import sys
import numpy as np

{functions}
def predict(images):
    """The answers {answers} to images {images}."""
    X = np.asarray(images)
    X = (X / 255 if X.dtype == np.uint8 else X).astype(np.float32).reshape(-1, {first_shape})
{calls}
    return {output}

CLASSES = {classes}
SHAPES = {shapes}
{header}
{weights}
parts = np.split(np.frombuffer(base64.b64decode(WEIGHTS), "<f4"), np.cumsum([np.prod(s) for s in SHAPES.values()]))
P = {{name: part.reshape(shape) for (name, shape), part in zip(SHAPES.items(), parts)}}

if __name__ == "__main__":
    for answer in predict(np.load(sys.argv[1]) if len(sys.argv) > 1 else np.zeros({blank})):
        print({printed})
'''


def script(header: ModelHeader, parameters: NDArray[np.float32]) -> bytes:
    """The bytes of a script that computes the network of `header` with `parameters` (size,)."""
    spec = header.spec
    functions, shapes = _functions(spec), spec.parameter_shapes | spec.state_shapes
    fields = {
        "summary": shorten(spec.summary, MAX_SUMMARY_LENGTH, placeholder=" ..."),
        "functions": functions,
        "answers": f"(n, {spec.outputs})",
        "images": f"(n, {', '.join(map(str, spec.input_shape))})",
        "first_shape": ", ".join(map(str, spec.shapes[0])),
        "output": "X" if spec.output == "linear" else f"{spec.output}(X)",
        "classes": ascii(header.class_names),  # text from users, in quotes and escaped
        "shapes": repr(shapes),
        "blank": repr((1, *spec.input_shape)),
        "printed": _printed(header),
        "header": f"{HEADER_START}{_in_one_line(header)}{HEADER_END}",
        "weights": f"{WEIGHTS_START}{_base64(parameters)}{WEIGHTS_END}",
    }
    max_calls = MAX_LINES - (TEMPLATE.count("\n") - 1) - functions.count("\n")
    return TEMPLATE.format(**fields, calls=_calls(spec, max_calls)).encode()


def _printed(header: ModelHeader) -> str:
    """What the script prints for each `answer`."""
    if not header.class_names or header.spec.output == "linear":
        return "answer"
    index = "int(answer[0] > 0.5)" if header.spec.outputs == 1 else "answer.argmax()"
    return f"CLASSES[{index}], answer.round(4)"


def read_script(content: bytes) -> tuple[ModelHeader, NDArray[np.float32]]:
    """Header and parameters (count,): the inverse of `script`; raises ModelFileError for any other content."""
    lines = content.split(b"\n", MAX_EDITED_LINES)
    text = _between(lines, HEADER_START, HEADER_END)
    if len(text) > MAX_HEADER_BYTES:
        raise ModelFileError("its header is larger than any that Digit Lab writes.")
    header, weights = ModelHeader.from_json(text), _between(lines, WEIGHTS_START, WEIGHTS_END)
    expected = 4 * header.spec.parameter_count
    if len(weights) != 4 * ceil(expected / 3):
        raise ModelFileError(
            f"its WEIGHTS must have {4 * ceil(expected / 3):,} characters for {header.spec.parameter_count:,} weights; "
            f"got {len(weights):,}."
        )
    try:
        content = base64.b64decode(weights, validate=True)
    except binascii.Error:
        raise ModelFileError("its WEIGHTS are damaged: they are not base64.") from None
    if len(content) != expected:
        raise ModelFileError("its WEIGHTS are damaged: some are missing.")
    return header, np.frombuffer(content, "<f4")


def _between(lines: list[bytes], start: str, end: str) -> bytes:
    """The text between `start` and `end` on the only line that begins and ends with them."""
    begin, close = start.encode(), end.encode()
    found = [
        line for line in map(bytes.rstrip, lines)
        if line.startswith(begin) and line.endswith(close) and len(line) >= len(begin) + len(close)
    ]  # fmt: skip
    if len(found) != 1:
        name = start.partition(" ")[0]
        raise ModelFileError(
            f"this is not a complete script by Digit Lab: it must contain {name} once; found {len(found)} times."
        )
    return found[0][len(begin) : -len(close)]


def _base64(parameters: NDArray[np.float32]) -> str:
    return base64.b64encode(parameters.astype("<f4").tobytes()).decode()


def _in_one_line(header: ModelHeader) -> str:
    """The header as JSON in one line of ASCII, without the quote that would end its string."""
    # A JSON string has no line breaks, so lines can be joined; \\u0027 is the quote, escaped for JSON.
    return " ".join(line.strip() for line in header.to_json().split("\n")).replace("'", "\\u0027")


def _functions(spec: NetworkSpec) -> str:
    """The source of the functions that the calls use: first those of one line, then the others after blank lines."""
    used = {*(_source(layer).code for layer in spec.layers), SCRIPT_FUNCTIONS[spec.output].code} - {""}
    codes = [source.code for source in (*SCRIPT_FUNCTIONS.values(), *SCRIPT_LAYERS.values()) if source.code in used]
    if any("windows(" in code for code in codes):
        codes.append(WINDOWS)
    short, long = [code for code in codes if "\n" not in code], [code for code in codes if "\n" in code]
    return "\n\n".join([*(["\n".join(short)] if short else []), *long]) + "\n"


def _source(layer: LayerSpec) -> ScriptSource:
    return SCRIPT_FUNCTIONS[layer.function] if isinstance(layer, Activation) else SCRIPT_LAYERS[layer.kind]


def _calls(spec: NetworkSpec, max_lines: int) -> str:
    """The lines that apply the layers: one line per layer and its activation, or several layers per line.

    max_lines: largest number of lines.
    """
    calls = ["X"]
    for number, layer in enumerate(spec.layers, start=1):
        before, after = _call(number, layer)
        if layer.is_counted or len(before + calls[-1] + after) > MAX_CALL_LENGTH:
            calls.append("X")
        calls[-1] = before + calls[-1] + after
    statements = [f"X = {call}" for call in calls if call != "X"] or ["X = X"]
    per_line = ceil(len(statements) / max_lines)
    return "\n".join(
        "    " + "; ".join(statements[start : start + per_line]) for start in range(0, len(statements), per_line)
    )


def _call(number: int, layer: LayerSpec) -> tuple[str, str]:
    """The parts of the call of a layer before and after its input; empty if a trained layer changes nothing."""
    source = _source(layer)
    if not source.code:
        return "", ""
    arrays = (f'P["{number}.{name}"]' for name in source.arrays)
    return f"{source.name}(", "".join(f", {argument}" for argument in (*arrays, *source.arguments(layer))) + ")"


class ScriptSource(NamedTuple):
    """The Python source of a layer or function as it computes in `predict`, and how it is called.

    Attributes:
        code: a function whose first argument is X; "" if a trained network leaves the numbers unchanged.
        arrays: the names of the parameters that follow X.
        arguments: returns, for a layer, the source of the arguments after those.
    """

    code: str
    arrays: tuple[str, ...] = ()
    arguments: Callable[[Any], tuple[str, ...]] = lambda layer: ()

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.code.removeprefix("def ").partition("(")[0]


def _window_arguments(layer: MaxPool2D | AveragePool2D) -> tuple[str, ...]:
    return str(layer.windows.size), str(layer.windows.stride), str(layer.windows.padding)


WINDOWS = '''\
def windows(X, size, stride, padding, margin=0):
    """All windows of images (n, channels, height, width), their pixels in the last two axes."""
    X = np.pad(X, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2), constant_values=margin)
    return np.lib.stride_tricks.sliding_window_view(X, size, (2, 3))[:, :, :: stride[0], :: stride[1]]'''
"""Used by convolution and pooling."""

SCRIPT_FUNCTIONS = {
    "relu": ScriptSource("def relu(X): return np.maximum(X, 0)"),
    "leaky_relu": ScriptSource(f"def leaky_relu(X): return np.maximum(X, {LEAKY_RELU_SLOPE} * X)"),
    "sigmoid": ScriptSource("def sigmoid(X): return 0.5 + 0.5 * np.tanh(0.5 * X)"),
    "tanh": ScriptSource("def tanh(X): return np.tanh(X)"),
    "gelu": ScriptSource(f"def gelu(X): return 0.5 * X * (1 + np.tanh({GELU_SCALE} * (X + {GELU_CUBIC} * X * X * X)))"),
    "linear": ScriptSource(""),
    "softmax": ScriptSource("""\
def softmax(X):
    X = np.exp(X - X.max(axis=1, keepdims=True))
    return X / X.sum(axis=1, keepdims=True)"""),
}
"""The source of each activation and output function."""

SCRIPT_LAYERS = {
    "activation": ScriptSource(""),  # its source is in SCRIPT_FUNCTIONS
    "dropout": ScriptSource(""),
    "flatten": ScriptSource("def flatten(X): return X.reshape(len(X), -1)"),
    "max_pool2d": ScriptSource(
        "def max_pool2d(X, *how): return windows(X, *how, -np.inf).max((4, 5))", arguments=_window_arguments
    ),
    "average_pool2d": ScriptSource(
        "def average_pool2d(X, *how): return windows(X, *how).mean((4, 5))", arguments=_window_arguments
    ),
    "scale": ScriptSource("def scale(X, factor): return X * factor", arguments=lambda layer: (repr(layer.factor),)),
    "dense": ScriptSource("def dense(X, W, b): return X @ W + b", ("W", "b")),
    "conv2d": ScriptSource(
        """\
def conv2d(X, W, b, stride, padding):
    Y = np.tensordot(windows(X, W.shape[2:], stride, padding), W, ((1, 4, 5), (1, 2, 3))) + b
    return Y.transpose(0, 3, 1, 2)""",
        ("W", "b"),
        lambda layer: (str(layer.windows.stride), str(layer.windows.padding)),
    ),
    "batch_norm": ScriptSource(
        """\
def batch_norm(X, gamma, beta, mean, variance, epsilon):
    gamma, beta, mean, variance = (a.reshape(-1, *[1] * (X.ndim - 2)) for a in (gamma, beta, mean, variance))
    return (X - mean) * (gamma / np.sqrt(variance + epsilon)) + beta""",
        ("gamma", "beta", "mean", "variance"),
        lambda layer: (repr(layer.epsilon),),
    ),
}
"""The source of each kind of layer."""
