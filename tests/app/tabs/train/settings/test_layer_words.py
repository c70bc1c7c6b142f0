"""Layers are typed as widths or words, and an error names its layer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tabs.train.settings.layer_words import Block, blocks_of, layers_of, read_blocks
from nncore.errors import SettingError
from nncore.experiments.recipes import RECIPES
from nncore.model.layers import (
    ACTIVATIONS,
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
from nncore.model.network import NetworkSpec
from tests.nncore.runs import CONVOLUTIONAL


@pytest.mark.parametrize(
    ("text", "widths"), [("128 64", (128, 64)), ("128, 64;32", (128, 64, 32)), ("  ", ()), ("1", (1,))]
)
def test_widths_are_separated_by_spaces_or_commas(text: str, widths: tuple[int, ...]) -> None:
    assert read_blocks(text) == tuple(Block(Dense(units), "relu") for units in widths)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("128 0", "width of hidden layer 2 must be from 1 to 1,000,000; got 0"),
        ("-5", "hidden layer 1 must be a whole number, such as 64; got “-5”"),
        ("64 big", "hidden layer 2 must be a whole number, such as 64; got “big”"),
        ("64.5", "must be a whole number"),
        ("99999999", "must be from 1 to 1,000,000"),
        ("8 " * 21, "at most 20 hidden layers; got 21"),
    ],
)
def test_the_error_of_an_invalid_width_names_its_layer(text: str, complaint: str) -> None:
    with pytest.raises(SettingError, match=complaint) as rejection:
        read_blocks(text)
    assert rejection.value.field == "layers"


@pytest.mark.parametrize(
    ("text", "layers"),
    [
        ("conv8", (Conv2D(8),)),
        ("conv 8 16", (Conv2D(8), Dense(16))),
        ("conv8k3s1p1", (Conv2D(8, 3, 1, 1),)),
        ("conv8k3x5, max3s2 average2", (Conv2D(8, (3, 5)), MaxPool2D(3, 2), AveragePool2D(2))),
        ("max norm dropout 0.25 flatten", (MaxPool2D(), BatchNorm(), Dropout(0.25), Flatten())),
        ("times255 8", (Scale(255.0), Dense(8))),
    ],
)
def test_words_describe_layers_of_every_kind(text: str, layers: tuple[LayerSpec, ...]) -> None:
    assert tuple(block.layer for block in read_blocks(text)) == layers


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("8 conv", "The filters of hidden layer 2, a convolution layer, must be a number such as 8; got “”"),
        ("convx", "The filters of hidden layer 1"),
        ("conv8k?", "layer 1, “conv8k\\?”, cannot be read. Write it like conv8"),
        ("conv8s0", "stride"),
        ("dropout1", "dropout rate must be 0 or more and below 1; got 1.0"),
        ("dropout1x2", "The rate of hidden layer 1, a dropout layer, must be a number such as 0.3; got “1x2”"),
        ("norm3", "“norm3”, cannot be read"),
    ],
)
def test_the_error_of_an_invalid_word_names_its_layer(text: str, complaint: str) -> None:
    with pytest.raises(SettingError, match=complaint) as rejection:
        read_blocks(text)
    assert rejection.value.field == "layers"


@given(st.text(alphabet="conv max norm dropout flatten times 0123456789kspx.?,;activation", max_size=40))
def test_any_text_gives_blocks_or_a_setting_error(text: str) -> None:
    try:
        blocks = read_blocks(text)
    except SettingError:
        return
    assert read_blocks(" ".join(block.word for block in blocks), blocks) == blocks


def test_activations_and_initializations_are_kept() -> None:
    before = [Block(Dense(8, "uniform"), "tanh"), Block(BatchNorm(0.3, 1e-3), "gelu")]
    after = read_blocks("16 norm 4", before)
    assert after == (Block(Dense(16, "uniform"), "tanh"), before[1], Block(Dense(4), "gelu"))


LAYERS = st.one_of(
    st.builds(Conv2D, st.integers(1, 4), st.integers(1, 3), st.integers(1, 2), st.integers(0, 1)),
    st.builds(MaxPool2D, st.integers(1, 2), st.none() | st.integers(1, 2)),
    st.builds(AveragePool2D, st.sampled_from([1, 2, (1, 2)]), st.integers(1, 2), st.integers(0, 0)),
    st.builds(BatchNorm, st.sampled_from([0.1, 0.25])),
    st.builds(Dropout, st.floats(0, 1, exclude_max=True)),
    st.builds(Activation, st.sampled_from(list(ACTIVATIONS))),
    st.builds(Scale, st.floats(-1e300, 1e300).filter(bool)),
)


@given(
    images=st.lists(LAYERS, max_size=6),
    rows=st.lists(
        st.one_of(st.builds(Dense, st.integers(1, 9), st.sampled_from(["he", "uniform"])),
                  st.builds(Activation, st.sampled_from(list(ACTIVATIONS))), st.builds(Dropout, st.just(0.5))),
        max_size=5,
    ),
    tail=st.lists(st.builds(Activation, st.sampled_from(list(ACTIVATIONS))), max_size=2),
)  # fmt: skip
def test_a_round_trip_through_blocks_keeps_any_network(
    images: list[LayerSpec], rows: list[LayerSpec], tail: list[LayerSpec]
) -> None:
    layers = (*images, Flatten(), *rows, Dense(3), *tail)
    try:
        spec = NetworkSpec((28, 28), layers)
    except SettingError:
        return
    blocks, last = blocks_of(spec)
    assert layers_of(blocks, last) == layers
    assert read_blocks(" ".join(block.word for block in blocks), blocks) == blocks


@pytest.mark.parametrize("spec", [CONVOLUTIONAL, *(recipe.spec for recipe in RECIPES.values())])
def test_a_round_trip_through_blocks_keeps_the_networks_of_the_recipes(spec: NetworkSpec) -> None:
    blocks, last = blocks_of(spec)
    assert layers_of(blocks, last) == spec.layers


def test_a_flatten_layer_is_inserted_before_a_dense_layer() -> None:
    blocks = read_blocks("conv4 8")
    assert layers_of(blocks, (Dense(3),)) == (
        Conv2D(4), Activation("relu"), Flatten(), Dense(8), Activation("relu"), Dense(3),
    )  # fmt: skip
