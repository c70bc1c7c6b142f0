"""The hidden layers of a network as words in one line: "conv8 max2 128 dropout0.3 64". This module does not use Qt.

A block is a layer with the activation that follows it. A word describes a block without its activation: "128" is a
dense layer of 128 units; "conv8k3s1p1" a convolution of 8 filters with its kernel, stride and padding. Numbers that a
word leaves out have their usual values. A new kind of layer is a row of KINDS.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

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
from nncore.training.settings import MAX_UNITS

MAX_HIDDEN_LAYERS = 20

NO_ACTIVATION = "linear"


@dataclass(frozen=True)
class Part:
    """A number of a block that can be edited.

    Attributes:
        field: its field of the layer's spec.
        letter: the text before it in a word.
        name: its label.
        usual: the text of its usual value, "" if it has none.
        number_kind: a whole number, a decimal one, or "pair": one or two whole numbers ("5x3").
    """

    field: str
    letter: str
    name: str
    usual: str
    tip: str
    number_kind: Literal["whole", "pair", "decimal"] = "pair"


@dataclass(frozen=True)
class LayerKind:
    """A row of KINDS: how a kind of layer is written and edited.

    Attributes:
        word: the beginning of its words.
        parts: its numbers.
        takes_activation: whether an activation may follow it.
        new: the layer that the Add button adds; None if the button does not offer it.
        needs_images: it cannot follow a dense layer, whose output is a vector.
    """

    word: str
    parts: tuple[Part, ...] = ()
    takes_activation: bool = False
    new: LayerSpec | None = None
    needs_images: bool = False


_STRIDE_TIP = "How many pixels the window moves in each step, 1 or more. With 2 the output is half as large."
_PADDING_TIP = "Width of the empty border around the image in pixels, 0 or more. Without it the output is smaller."
_POOL_PARTS = (
    Part("size", "", "window", "2", "Side of each window in pixels, 1 or more. With 2 the output is half as large."),
    Part("stride", "s", "stride", "", _STRIDE_TIP + " Leave it empty for the window's size."),
    Part("padding", "p", "padding", "0", _PADDING_TIP),
)

KINDS: dict[str, LayerKind] = {
    "dense": LayerKind(
        "",
        (
            Part(
                "units",
                "",
                "width",
                "",
                "Number of units in this layer, 1 or more. Few units learn little; many units are slow.",
                "whole",
            ),
        ),
        takes_activation=True,
        new=Dense(32),
    ),
    "conv2d": LayerKind(
        "conv",
        (
            Part(
                "filters",
                "",
                "filters",
                "",
                "Number of filters that slide over the image, 1 or more. Each filter finds one shape.",
                "whole",
            ),
            Part(
                "kernel",
                "k",
                "kernel",
                "5",
                "Size of each filter in pixels, such as 5 or 5x3. Large ones cover more of the image.",
            ),
            Part("stride", "s", "stride", "2", _STRIDE_TIP),
            Part("padding", "p", "padding", "2", _PADDING_TIP),
        ),
        takes_activation=True,
        new=Conv2D(8),
        needs_images=True,
    ),
    "max_pool2d": LayerKind("max", _POOL_PARTS, new=MaxPool2D(), needs_images=True),
    "average_pool2d": LayerKind("average", _POOL_PARTS, new=AveragePool2D(), needs_images=True),
    "batch_norm": LayerKind("norm", takes_activation=True, new=BatchNorm()),
    "dropout": LayerKind(
        "dropout",
        (
            Part(
                "rate",
                "",
                "rate",
                "",
                "Fraction of the inputs that are set to zero in each step, 0 to below 1. It reduces overfitting.",
                "decimal",
            ),
        ),
        new=Dropout(0.3),
    ),
    "scale": LayerKind(
        "times",
        (
            Part(
                "factor",
                "",
                "factor",
                "",
                "Factor of each input, not 0. 255 turns pixels from 0 to 1 into numbers from 0 to 255.",
                "decimal",
            ),
        ),
    ),
    "flatten": LayerKind("flatten"),
    "activation": LayerKind("activation", takes_activation=True),
}
"""The kinds of hidden layers, by `LayerSpec.kind`."""


@dataclass(frozen=True)
class Block:
    """A layer and the name of the activation after it; if `layer` is itself an activation, its own name."""

    layer: LayerSpec
    activation: str = NO_ACTIVATION

    @property
    def kind(self) -> LayerKind:
        """The row of KINDS for its layer."""
        return KINDS[self.layer.kind]

    @property
    def word(self) -> str:
        """Its word: "conv8k3"."""
        return word_of(self.layer.kind, texts_of(self.layer))


def texts_of(layer: LayerSpec) -> dict[str, str]:
    """The numbers of `layer` that can be edited, as texts by field."""
    texts = {part.field: _text(getattr(layer, part.field)) for part in KINDS[layer.kind].parts}
    if texts.get("stride") == texts.get("size", "-"):
        texts["stride"] = ""
    return texts


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return str(value[0]) if value[0] == value[1] else f"{value[0]}x{value[1]}"
    # Without an exponent, and short for whole numbers: "0.3", "255", "0.00001".
    return format(Decimal(repr(value)), "f").removesuffix(".0") if isinstance(value, float) else str(value)


def word_of(kind: str, texts: dict[str, str]) -> str:
    """The word for a block with these texts, which may be invalid; a missing number becomes a question mark."""
    parts, stripped = KINDS[kind].parts, {field: text.strip() for field, text in texts.items()}
    first = "".join(stripped[part.field] or "?" for part in parts[:1])
    rest = (part.letter + (stripped[part.field] or "?") for part in parts[1:] if stripped[part.field] != part.usual)
    return KINDS[kind].word + first + "".join(rest)


def read_block(position: int, before: Block, texts: Mapping[str, str]) -> Block:
    """The block `before`, the `position`-th hidden layer, with the numbers in `texts`, by field.

    Raises SettingError("layers") if one of the texts is not one number. Unlike `read_blocks`, a text with a space or
    a comma is rejected and not read as several layers.
    """
    kind, label = before.layer.kind, before.layer.label
    numbers: dict[str, Any] = {}
    for part in before.kind.parts:
        text = texts[part.field].strip()
        numbers[part.field] = _width(position, text) if kind == "dense" else _read_part(position, label, part, text)
    return replace(before, layer=replace(before.layer, **numbers))


def read_blocks(text: str, before: Sequence[Block] = ()) -> tuple[Block, ...]:
    """The blocks in `text`; raises SettingError("layers") if it cannot be read.

    Words do not contain activations and initializations. A block takes them from the block of `before` at the same
    place if it is of the same kind; otherwise it has the activation of the block before it, ReLU for the first, and
    the initialization of He.
    """
    spaced = re.sub(r"\b(conv|dropout|times)\s+(?=[\d.?-])", r"\1", text)
    words = [word for word in re.split(r"[\s,;]+", spaced) if word]
    if len(words) > MAX_HIDDEN_LAYERS:
        raise SettingError("layers", f"There can be at most {MAX_HIDDEN_LAYERS} hidden layers; got {len(words)}.")
    blocks: list[Block] = []
    activation = "relu"
    for position, word in enumerate(words, start=1):
        block = _read_word(position, word, before[position - 1] if position <= len(before) else None, activation)
        activation = block.activation if block.activation != NO_ACTIVATION else activation
        blocks.append(block)
    return tuple(blocks)


def _read_word(position: int, word: str, before: Block | None, activation: str) -> Block:
    kind = max(
        (kind for kind, row in KINDS.items() if word.startswith(row.word)), key=lambda kind: len(KINDS[kind].word)
    )
    known = before if before and before.layer.kind == kind else None
    settings = {"units": _width(position, word)} if kind == "dense" else _read_parts(position, kind, word)
    if known:
        layer = replace(known.layer, **settings)
        return Block(layer, known.activation)
    if kind == "activation":
        return Block(Activation("relu"))
    return Block(LAYER_SPECS[kind](**settings), activation if KINDS[kind].takes_activation else NO_ACTIVATION)


def _width(position: int, word: str) -> int:
    if not re.fullmatch(r"\d{1,20}", word, re.ASCII):
        raise SettingError(
            "layers", f"The width of hidden layer {position} must be a whole number, such as 64; got {quoted(word)}."
        )
    units = int(word)
    if not 1 <= units <= MAX_UNITS:
        raise SettingError(
            "layers", f"The width of hidden layer {position} must be from 1 to {MAX_UNITS:,}; got {units:,}."
        )
    return units


def _read_parts(position: int, kind: str, word: str) -> dict[str, Any]:
    """The settings of the layer that `word` describes; those that it leaves out have their usual values."""
    row = KINDS[kind]
    pattern = "".join(f"(?:{part.letter}([0-9.x-]*))?" for part in row.parts)
    match = re.fullmatch(re.escape(row.word) + pattern, word, re.ASCII)
    if match is None:
        example = Block(row.new or Flatten()).word
        raise SettingError(
            "layers", f"Hidden layer {position}, {quoted(word)}, cannot be read. Write it like {example}."
        )
    given = zip(row.parts, match.groups(), strict=True)
    return {part.field: _read_part(position, LAYER_SPECS[kind].label, part, text or part.usual) for part, text in given}


_PATTERNS = {
    "whole": r"\d{1,6}",
    "pair": r"\d{1,6}(x\d{1,6})?",
    "decimal": r"-?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})",
}


def _read_part(position: int, label: str, part: Part, text: str) -> Any:
    if part.field == "stride" and not text:
        return None
    is_decimal = part.number_kind == "decimal"
    if not re.fullmatch(_PATTERNS[part.number_kind], text, re.ASCII):
        example = "0.3" if is_decimal else part.usual or "8"
        raise SettingError(
            "layers",
            f"The {part.name} of hidden layer {position}, a {label} layer, must be a number such as {example}; got "
            f"{quoted(text)}.",
        )
    if is_decimal:
        return float(text)
    return int(text) if "x" not in text else tuple(map(int, text.split("x")))


def blocks_of(spec: NetworkSpec) -> tuple[tuple[Block, ...], tuple[LayerSpec, ...]]:
    """The hidden layers of a network as blocks, and its last layers: the last dense one and all that follow it."""
    dense = [index for index, layer in enumerate(spec.layers) if isinstance(layer, Dense)]
    end = dense[-1] if dense else len(spec.layers)
    blocks: list[Block] = []
    for index, layer in enumerate(spec.layers[:end]):
        follows = blocks and blocks[-1].kind.takes_activation and blocks[-1].activation == NO_ACTIVATION
        alone = blocks and isinstance(blocks[-1].layer, Activation)
        if isinstance(layer, Flatten) and len(spec.shapes[index]) > 1 and index + 1 in dense:
            continue  # `layers_of` puts it back
        if isinstance(layer, Activation) and layer.function != NO_ACTIVATION and follows and not alone:
            blocks[-1] = replace(blocks[-1], activation=layer.function)
        elif isinstance(layer, Activation):
            blocks.append(Block(layer, layer.function))
        else:
            blocks.append(Block(layer))
    return tuple(blocks), spec.layers[end:]


def layers_of(blocks: Sequence[Block], last: Sequence[LayerSpec]) -> tuple[LayerSpec, ...]:
    """All layers of a network from its blocks and its last layers; adds a Flatten before a layer that needs rows."""
    layers: list[LayerSpec] = []
    for block in blocks:
        if isinstance(block.layer, Activation):
            layers.append(Activation(block.activation))
            continue
        layers.append(block.layer)
        if block.activation != NO_ACTIVATION:
            layers.append(Activation(block.activation))
    layers.extend(last)
    images, flattened = any(layer.needs_images for layer in layers), list[LayerSpec]()
    for layer in layers:
        if images and layer.needs_flat_input:
            flattened.append(Flatten())
        images = images and not layer.gives_flat_output
        flattened.append(layer)
    return tuple(flattened)


def initializations_of(layers: Sequence[LayerSpec]) -> set[str]:
    """The initializations of all layers that have weights."""
    return {vars(layer)["initialization"] for layer in layers if layer.has_weights}


def quoted(text: str) -> str:
    """`text` in quotation marks, cut short if it is long."""
    text = text.strip()
    return f"“{text[:20]}…”" if len(text) > 20 else f"“{text}”"
