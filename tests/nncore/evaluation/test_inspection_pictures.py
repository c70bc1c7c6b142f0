"""The numbers of a layer become a picture with the colours of their signs, and every picture has its values."""

from __future__ import annotations

from io import BytesIO
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from nncore.evaluation.exciting_examples import exciting_examples
from nncore.evaluation.inspection import Inspection
from nncore.evaluation.inspection_pictures import example_pictures, inspection_pictures, numbers_picture, unit_pictures
from nncore.model.layers import Activation, Conv2D, Dense, Flatten
from nncore.model.network import Network, NetworkSpec
from nncore.reporting.picture_sheet import NEGATIVE, POSITIVE, UNKNOWN, number_colours, sheet_png, sheet_svg
from tests.nncore.example_data import small_mnist

MAPS = NetworkSpec((28, 28), (Conv2D(4), Activation("relu"), Flatten(), Dense(10)))


def inspection(value: float | None = None) -> Inspection:
    network = Network(MAPS, seed=1)
    if value is not None:
        network.parameters.values[:] = value
    return Inspection.of_image(network, small_mnist().training.images[0])


def test_numbers_have_the_colours_of_their_sign_and_size() -> None:
    colours = number_colours(np.array([[2.0, -2.0, 0.0, np.nan, np.inf]]))
    assert colours[0].tolist() == [list(POSITIVE), list(NEGATIVE), [255] * 3, list(UNKNOWN), list(UNKNOWN)]
    grey = number_colours(np.array([[0.0, 0.5, 1.0]]))[0]
    assert grey[0].tolist() == [255] * 3
    assert (np.diff(grey.astype(int), axis=0) < 0).all()  # the larger, the darker


def test_every_layer_has_a_picture_with_its_shape() -> None:
    shown = inspection()
    pictures = inspection_pictures(shown)
    assert [each.title for each in pictures] == ["input", "1 convolution", "2 ReLU", "3 flatten", "4 dense"]
    assert pictures[0].text == "28 × 28"
    assert pictures[1].text == " × ".join(map(str, shown.layers[0].values.shape))
    assert pictures[-1].pixels.shape == (1, 10, 3)
    (one,) = inspection_pictures(shown, 4)
    np.testing.assert_array_equal(one.pixels, number_colours(shown.layers[3].values[None]))


def test_units_fill_lines_and_the_free_cells_are_pale() -> None:
    picture = numbers_picture("units", np.ones(17))
    lines, columns = picture.pixels.shape[:2]
    assert lines * columns >= 17
    is_pale = (picture.pixels.reshape(-1, 3) == UNKNOWN).all(axis=1)
    assert is_pale.tolist() == [False] * 17 + [True] * (lines * columns - 17)


def test_an_svg_has_every_text_and_a_png_every_pixel() -> None:
    pictures = inspection_pictures(inspection())
    root = ElementTree.fromstring(sheet_svg(pictures, "A <network>"))
    texts = [each.text for each in root.iter() if each.text]
    assert "A <network>" in texts
    for each in pictures:
        assert each.title in texts
        assert each.text in texts
    with Image.open(BytesIO(sheet_png(pictures))) as sheet:
        content = np.asarray(sheet)
    found = {tuple(colour) for colour in content.reshape(-1, 3).tolist()}
    for each in pictures:
        assert {tuple(colour) for colour in each.pixels.reshape(-1, 3).tolist()} <= found


def test_weights_and_examples_have_pictures() -> None:
    network, data = inspection().network, small_mnist().training.take(slice(0, 100))
    into, out = unit_pictures(network, 2, 1)
    assert (into.title, out.title) == ("its weights in layer 1", "its weights to layer 4")
    found = exciting_examples(network, data, 2)
    assert found is not None
    pictures = example_pictures(found.of_unit(1), data)
    assert [each.title for each in (pictures[0], pictures[12])] == ["most 1", "least 1"]
    first = found.of_unit(1).most.rows[0]
    np.testing.assert_array_equal(255 - pictures[0].pixels[..., 0], data.images[first])
    assert pictures[0].text.startswith(f"image {first + 1}, labelled {data.labels[first]}: ")


def test_numbers_that_are_not_finite_are_shown_as_unknown() -> None:
    for value in (np.nan, np.inf):
        with np.errstate(all="ignore"):
            shown = inspection(value)
        pictures = inspection_pictures(shown) + unit_pictures(shown.network, 1, 2)
        assert sheet_png(pictures).startswith(b"\x89PNG")
        assert (pictures[-2].pixels == UNKNOWN).all()
