"""A trained network as one short Python script that needs NumPy alone and gives the same answers.

Of each kind of layer it has the few lines that compute it once trained, and only of those that the network has. The
weights stand near its end as base64 of their float32 bytes, our header as JSON before them. No text from outside can
end the string that it stands in. Reading a script back takes those two lines of it, and runs nothing.
"""

from __future__ import annotations

import base64
import binascii
from math import ceil
from textwrap import shorten

import numpy as np
from numpy.typing import NDArray

from nncore.errors import ModelFileError
from nncore.files.model_header import LARGEST_HEADER, ModelHeader
from nncore.model.layers import (
    LEAK,
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
from nncore.model.layers.activation import GELU_CUBIC, GELU_SCALE
from nncore.model.layers.windows import Windows
from nncore.model.network import NetworkSpec

SCRIPT_SUFFIX = ".py"

MOST_LINES = 59
"""A script has no more lines than this."""

LONGEST_CALL = 110
"""Characters of calls one within the other: Python takes only so many brackets."""

LONGEST_SUMMARY = 60
"""Characters of the network in a few words."""

HEADER_START, HEADER_END = "HEADER = r'''", "'''"
WEIGHTS_START, WEIGHTS_END = 'WEIGHTS = "', '"'
"""Between these, each on a line of its own, stand the header as JSON and the weights as base64."""

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
    """The bytes of a script that computes what the network of `header` does with `parameters` (size,)."""
    spec = header.spec
    functions, shapes = _functions(spec), spec.parameter_shapes | spec.state_shapes
    fields = {
        "summary": shorten(spec.summary, LONGEST_SUMMARY, placeholder=" ..."),
        "functions": functions,
        "answers": f"(n, {spec.outputs})",
        "images": f"(n, {', '.join(map(str, spec.input_shape))})",
        "first_shape": ", ".join(map(str, spec.shapes[0])),
        "output": "X" if spec.output == "linear" else f"{spec.output}(X)",
        "classes": ascii(header.class_names),  # text from outside, in quotes and escaped
        "shapes": repr(shapes),
        "blank": repr((1, *spec.input_shape)),
        "printed": _printed(header),
        "header": f"{HEADER_START}{_in_one_line(header)}{HEADER_END}",
        "weights": f"{WEIGHTS_START}{_base64(parameters)}{WEIGHTS_END}",
    }
    room = MOST_LINES - (TEMPLATE.count("\n") - 1) - functions.count("\n")
    return TEMPLATE.format(**fields, calls=_calls(spec, room)).encode()


def _printed(header: ModelHeader) -> str:
    """What the script prints of each `answer`."""
    if not header.class_names or header.spec.output == "linear":
        return "answer"
    which = "int(answer[0] > 0.5)" if header.spec.outputs == 1 else "answer.argmax()"
    return f"CLASSES[{which}], answer.round(4)"


def read_script(content: bytes) -> tuple[ModelHeader, NDArray[np.float32]]:
    """The opposite of `script`; raises ModelFileError for anything that it cannot have written."""
    lines = content.splitlines()
    text = _between(lines, HEADER_START, HEADER_END)
    if len(text) > LARGEST_HEADER:
        raise ModelFileError("its header is larger than any that Digit Lab writes.")
    header, weights = ModelHeader.from_json(text), _between(lines, WEIGHTS_START, WEIGHTS_END)
    expected = 4 * header.spec.parameter_count
    if len(weights) != 4 * ceil(expected / 3):
        raise ModelFileError(
            f"its network has {header.spec.parameter_count:,} weights, its WEIGHTS are {len(weights):,} characters; "
            f"expected {4 * ceil(expected / 3):,}."
        )
    try:
        held = base64.b64decode(weights, validate=True)
    except binascii.Error:
        raise ModelFileError("its WEIGHTS are damaged: they are no base64.") from None
    if len(held) != expected:
        raise ModelFileError("its WEIGHTS are damaged: they end too soon.")
    return header, np.frombuffer(held, "<f4")


def _between(lines: list[bytes], start: str, end: str) -> bytes:
    """What stands between `start` and `end` on the one line that begins and ends so."""
    begin, close = start.encode(), end.encode()
    least = len(begin) + len(close)
    whole = [line for line in map(bytes.rstrip, lines) if line.startswith(begin) and line.endswith(close)]
    found = [line for line in whole if len(line) >= least]
    if len(found) != 1:
        name = start.partition(" ")[0]
        raise ModelFileError(
            f"this is no whole script of Digit Lab's: {name} is there {len(found)} times, expected once."
        )
    return found[0][len(begin) : -len(close)]


def _base64(parameters: NDArray[np.float32]) -> str:
    return base64.b64encode(parameters.astype("<f4").tobytes()).decode()


def _in_one_line(header: ModelHeader) -> str:
    """The header as JSON in one line of ASCII without the quote that would end the string around it."""
    # No string in JSON goes over a line's end, so lines may be joined; \\u0027 is JSON's other name of the quote.
    return " ".join(line.strip() for line in header.to_json().split("\n")).replace("'", "\\u0027")


def _functions(spec: NetworkSpec) -> str:
    """The source of the functions that the calls need: those of one line first, the others with a line between."""
    names = {_name(layer) for layer in spec.layers} | {spec.output}
    parts = [source for name, source in FUNCTIONS.items() if name in names]
    if any(hasattr(layer, "windows") for layer in spec.layers):
        parts.append(WINDOWS)
    short, long = [part for part in parts if "\n" not in part], [part for part in parts if "\n" in part]
    return "\n\n".join([*(["\n".join(short)] if short else []), *long]) + "\n"


def _name(layer: LayerSpec) -> str:
    return layer.function if isinstance(layer, Activation) else layer.kind


def _calls(spec: NetworkSpec, room: int) -> str:
    """The lines that apply the layers: one each, its activation around it; more in one if there is no room."""
    calls = ["X"]
    for number, layer in enumerate(spec.layers, start=1):
        before, after = _call(str(number), layer)
        if not isinstance(layer, Activation | Flatten) or len(before + calls[-1] + after) > LONGEST_CALL:
            calls.append("X")
        calls[-1] = before + calls[-1] + after
    statements = [f"X = {call}" for call in calls if call != "X"] or ["X = X"]
    in_a_line = ceil(len(statements) / room)
    return "\n".join(
        "    " + "; ".join(statements[start : start + in_a_line]) for start in range(0, len(statements), in_a_line)
    )


def _call(number: str, layer: LayerSpec) -> tuple[str, str]:
    """What stands before and after the input in the call of a layer."""

    def with_arrays(*names: str) -> str:
        return "".join(f', P["{number}.{name}"]' for name in names)

    match layer:
        case Dense():
            return "dense(", f"{with_arrays('W', 'b')})"
        case Conv2D():
            return "conv2d(", f"{with_arrays('W', 'b')}, {layer.windows.stride}, {layer.windows.padding})"
        case MaxPool2D() | AveragePool2D():
            return f"{layer.kind}(", f", {_arguments(layer.windows)})"
        case Scale():
            return "scale(", f", {layer.factor!r})"
        case BatchNorm():
            return "batch_norm(", f"{with_arrays('gamma', 'beta', 'mean', 'variance')}, {layer.epsilon!r})"
        case Activation(function="linear") | Dropout():  # a trained network leaves the numbers as they are
            return "", ""
        case Activation() | Flatten():
            return f"{_name(layer)}(", ")"
        case _:
            raise ModelFileError(f"layers of the kind {layer.kind} cannot be written as a script.")


def _arguments(windows: Windows) -> str:
    return f"{windows.size}, {windows.stride}, {windows.padding}"


WINDOWS = '''\
def windows(X, size, stride, padding, margin=0):
    """All windows of images (n, channels, height, width), their pixels in the last two axes."""
    X = np.pad(X, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2), constant_values=margin)
    return np.lib.stride_tricks.sliding_window_view(X, size, (2, 3))[:, :, :: stride[0], :: stride[1]]'''
"""What convolution and pooling need."""

FUNCTIONS = {
    "flatten": "def flatten(X): return X.reshape(len(X), -1)",
    "relu": "def relu(X): return np.maximum(X, 0)",
    "leaky_relu": f"def leaky_relu(X): return np.maximum(X, {LEAK} * X)",
    "sigmoid": "def sigmoid(X): return 0.5 + 0.5 * np.tanh(0.5 * X)",
    "tanh": "def tanh(X): return np.tanh(X)",
    "gelu": f"def gelu(X): return 0.5 * X * (1 + np.tanh({GELU_SCALE} * (X + {GELU_CUBIC} * X * X * X)))",
    "max_pool2d": "def max_pool2d(X, *how): return windows(X, *how, -np.inf).max((4, 5))",
    "average_pool2d": "def average_pool2d(X, *how): return windows(X, *how).mean((4, 5))",
    "scale": "def scale(X, factor): return X * factor",
    "dense": "def dense(X, W, b): return X @ W + b",
    "softmax": """\
def softmax(X):
    X = np.exp(X - X.max(axis=1, keepdims=True))
    return X / X.sum(axis=1, keepdims=True)""",
    "conv2d": """\
def conv2d(X, W, b, stride, padding):
    Y = np.tensordot(windows(X, W.shape[2:], stride, padding), W, ((1, 4, 5), (1, 2, 3))) + b
    return Y.transpose(0, 3, 1, 2)""",
    "batch_norm": """\
def batch_norm(X, gamma, beta, mean, variance, epsilon):
    gamma, beta, mean, variance = (a.reshape(-1, *[1] * (X.ndim - 2)) for a in (gamma, beta, mean, variance))
    return (X - mean) * (gamma / np.sqrt(variance + epsilon)) + beta""",
}
"""The source of a function for each kind of layer and each activation, as its layer computes it in `predict`."""
