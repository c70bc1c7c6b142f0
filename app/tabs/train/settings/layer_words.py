"""The hidden layers of a network as words in a line: "conv8 max2 128 dropout0.3 64". No Qt in here.

A block is a layer with the activation that follows it. A word names a block without its activation: "128" is a dense
layer, "conv8k3s1p1" a convolution of 8 filters, its kernel, stride and padding; what is left out is as usual.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from app.widgets.parse_entries import quoted
from nncore.errors import SettingError
from nncore.model.layers import (
    LAYER_SPECS,
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    LayerSpec,
    MaxPool2D,
)
from nncore.model.network import NetworkSpec
from nncore.training.settings import MOST_UNITS

MOST_HIDDEN_LAYERS = 20

NO_ACTIVATION = "linear"


@dataclass(frozen=True)
class Part:
    """A number of a block that can be edited: the field of its spec, the letter before it in a word, its usual text."""

    field: str
    letter: str
    name: str
    usual: str
    tip: str


@dataclass(frozen=True)
class Kind:
    """A kind of block: the word for it, its name for a reader, its numbers, and whether an activation follows it."""

    word: str
    name: str
    parts: tuple[Part, ...]
    activated: bool
    tip: str


_STRIDE_TIP = "How many pixels the window moves on each time, 1 or more; with 2 the image is half as large after it."


_PADDING_TIP = "How many empty pixels are put around the image, 0 or more: they keep its edges in view."


_POOL_PARTS = (
    Part("size", "", "window", "2", "Pixels a side of each window, 1 or more: 2 makes the image half as large."),
    Part("stride", "s", "stride", "", _STRIDE_TIP + " Left empty: the window's size."),
    Part("padding", "p", "padding", "0", _PADDING_TIP),
)


KINDS: dict[str, Kind] = {
    "dense": Kind(
        "",
        "dense",
        (Part("units", "", "width", "", "How many units this layer has, 1 or more: few learn little, many are slow."),),
        True,
        "Each unit weighs all numbers that come in.",
    ),
    "conv2d": Kind(
        "conv",
        "convolution",
        (
            Part(
                "filters", "", "filters", "", "How many filters slide over the image, 1 or more: each finds one shape."
            ),
            Part("kernel", "k", "kernel", "5", "Pixels a side of each filter, such as 5, or 5x3: large ones see more."),
            Part("stride", "s", "stride", "2", _STRIDE_TIP),
            Part("padding", "p", "padding", "2", _PADDING_TIP),
        ),
        True,
        "Filters that slide over the image and find the same shape wherever it is.",
    ),
    "max_pool2d": Kind("max", "max pool", _POOL_PARTS, False, "The largest pixel of each window: a smaller image."),
    "average_pool2d": Kind("average", "average pool", _POOL_PARTS, False, "The mean of each window: a smaller image."),
    "batch_norm": Kind(
        "norm", "batch norm", (), True, "Shifts and scales each feature to mean 0 and variance 1 over the batch."
    ),
    "dropout": Kind(
        "dropout",
        "dropout",
        (
            Part(
                "rate",
                "",
                "rate",
                "",
                "The share of its inputs silenced in each step, 0 to below 1: 0 none, 0.5 half; against overfitting.",
            ),
        ),
        False,
        "Silences random units while training, so that none relies on another.",
    ),
    "scale": Kind(
        "times",
        "times",
        (Part("factor", "", "factor", "", "What every number is multiplied by, not 0: 255 gives pixels as bytes."),),
        False,
        "Every number times the same factor.",
    ),
    "flatten": Kind("flatten", "flatten", (), False, "Puts the pixels of all channels in one row."),
    "activation": Kind("activation", "activation", (), True, "An activation on its own."),
}


"""By the kind of their layer."""


NEW_LAYERS: dict[str, LayerSpec] = {
    "dense": Dense(32),
    "conv2d": Conv2D(8),
    "max_pool2d": MaxPool2D(),
    "average_pool2d": AveragePool2D(),
    "batch_norm": BatchNorm(),
    "dropout": Dropout(0.3),
}


"""What is added at a click."""


@dataclass(frozen=True)
class Block:
    """A layer and the name of the activation after it; of an activation on its own `layer` is it."""

    layer: LayerSpec
    activation: str = NO_ACTIVATION

    @property
    def kind(self) -> Kind:
        """Which kind of block it is."""
        return KINDS[self.layer.kind]

    @property
    def word(self) -> str:
        """What stands for it in the line: "conv8k3"."""
        return word_of(self.layer.kind, texts_of(self.layer))


def texts_of(layer: LayerSpec) -> dict[str, str]:
    """The numbers of `layer` that can be edited, as text, by field."""
    texts = {part.field: _text(getattr(layer, part.field)) for part in KINDS[layer.kind].parts}
    if texts.get("stride") == texts.get("size", "-"):
        texts["stride"] = ""
    return texts


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return str(value[0]) if value[0] == value[1] else f"{value[0]}x{value[1]}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def word_of(kind: str, texts: dict[str, str]) -> str:
    """The word for a block of these texts, which may be wrong; what is missing becomes a question mark."""
    parts = KINDS[kind].parts
    first = "".join(texts[part.field].strip() or "?" for part in parts[:1])
    rest = (part.letter + (texts[part.field].strip() or "?") for part in parts[1:] if texts[part.field] != part.usual)
    return KINDS[kind].word + first + "".join(rest)


def read_blocks(text: str, before: Sequence[Block] = ()) -> tuple[Block, ...]:
    """The blocks in `text`. Raises SettingError("layers").

    What no word says (an activation, an initialisation) is that of the block of `before` at the same place, or of the
    one above it; ReLU and He's for the first.
    """
    spaced = re.sub(r"\b(conv|dropout|times)\s+(?=[\d.?])", r"\1", text)
    words = [word for word in re.split(r"[\s,;]+", spaced) if word]
    if len(words) > MOST_HIDDEN_LAYERS:
        raise SettingError("layers", f"{len(words)} hidden layers are too many: {MOST_HIDDEN_LAYERS} at most.")
    blocks: list[Block] = []
    activation = "relu"
    for number, word in enumerate(words, start=1):
        block = _read_word(number, word, before[number - 1] if number <= len(before) else None, activation)
        activation = block.activation if block.activation != NO_ACTIVATION else activation
        blocks.append(block)
    return tuple(blocks)


def _read_word(number: int, word: str, before: Block | None, activation: str) -> Block:
    kind = next((kind for kind, what in KINDS.items() if what.word and word.startswith(what.word)), "dense")
    known = before if before and before.layer.kind == kind else None
    settings = {"units": _width(number, word)} if kind == "dense" else _numbers(number, kind, word)
    if known:
        layer = replace(known.layer, **settings)
        return Block(layer, known.activation)
    if kind == "activation":
        return Block(Activation("relu"))
    return Block(LAYER_SPECS[kind](**settings), activation if KINDS[kind].activated else NO_ACTIVATION)


def _width(number: int, word: str) -> int:
    if not re.fullmatch(r"\d{1,20}", word, re.ASCII):
        raise SettingError("layers", f"Width {quoted(word)} of hidden layer {number} is no whole number, such as 64.")
    units = int(word)
    if not 1 <= units <= MOST_UNITS:
        raise SettingError("layers", f"Hidden layer {number} has width {units:,}: it is from 1 to {MOST_UNITS:,}.")
    return units


def _numbers(number: int, kind: str, word: str) -> dict[str, Any]:
    """The settings of the layer that `word` describes; those that it leaves out are as usual."""
    what = KINDS[kind]
    pattern = "".join(f"(?:{part.letter}([0-9.x]*))?" for part in what.parts)
    match = re.fullmatch(re.escape(what.word) + pattern, word, re.ASCII)
    if match is None:
        example = Block(NEW_LAYERS.get(kind, Flatten())).word
        raise SettingError("layers", f"Hidden layer {number}, {quoted(word)}, cannot be read: write it like {example}.")
    given = zip(what.parts, match.groups(), strict=True)
    return {part.field: _number(number, what, part, text or part.usual) for part, text in given}


def _number(number: int, what: Kind, part: Part, text: str) -> Any:
    if part.field == "stride" and not text:
        return None
    whole = r"\d{1,6}" if part.field == "filters" else r"\d{1,6}(x\d{1,6})?"
    decimal = part.field in ("rate", "factor")
    pattern = r"\d{1,9}(\.\d{0,9})?|\.\d{1,9}" if decimal else whole
    if not re.fullmatch(pattern, text, re.ASCII):
        example = "0.3" if decimal else part.usual or "8"
        raise SettingError(
            "layers",
            f"The {part.name} of hidden layer {number}, a {what.name}, is {quoted(text)}: write a number such as "
            f"{example}.",
        )
    if decimal:
        return float(text)
    return int(text) if "x" not in text else tuple(map(int, text.split("x")))


def blocks_of(spec: NetworkSpec) -> tuple[tuple[Block, ...], tuple[LayerSpec, ...]]:
    """The hidden layers of a network, and its last layers: the dense one that answers, and what follows it."""
    dense = [number for number, layer in enumerate(spec.layers) if isinstance(layer, Dense)]
    end = dense[-1] if dense else len(spec.layers)
    blocks: list[Block] = []
    for number, layer in enumerate(spec.layers[:end]):
        follows = blocks and blocks[-1].kind.activated and blocks[-1].activation == NO_ACTIVATION
        alone = blocks and isinstance(blocks[-1].layer, Activation)
        if isinstance(layer, Flatten) and len(spec.shapes[number]) > 1 and number + 1 in dense:
            continue  # it goes without saying
        if isinstance(layer, Activation) and layer.function != NO_ACTIVATION and follows and not alone:
            blocks[-1] = replace(blocks[-1], activation=layer.function)
        elif isinstance(layer, Activation):
            blocks.append(Block(layer, layer.function))
        else:
            blocks.append(Block(layer))
    return tuple(blocks), spec.layers[end:]


def layers_of(blocks: Sequence[Block], last: Sequence[LayerSpec]) -> tuple[LayerSpec, ...]:
    """All layers of a network, from its hidden ones and the last; images are flattened where a dense layer needs it."""
    layers: list[LayerSpec] = []
    for block in blocks:
        if isinstance(block.layer, Activation):
            layers.append(Activation(block.activation))
            continue
        layers.append(block.layer)
        if block.activation != NO_ACTIVATION:
            layers.append(Activation(block.activation))
    layers.extend(last)
    images, flattened = any(layer.wants_images for layer in layers), list[LayerSpec]()
    for layer in layers:
        if images and isinstance(layer, Dense):
            flattened.append(Flatten())
        images = images and not isinstance(layer, Dense | Flatten)
        flattened.append(layer)
    return tuple(flattened)


def with_initialization(layer: LayerSpec, name: str) -> LayerSpec:
    """`layer` with its weights begun so, if it has any."""
    if any(field.name == "initialization" for field in fields(layer)):
        return replace(layer, initialization=name)
    return layer


def initializations_of(layers: Sequence[LayerSpec]) -> set[str]:
    """The initialisations of all layers that have one."""
    return {layer.initialization for layer in layers if isinstance(layer, Dense | Conv2D)}
