"""The input of the Inside tab: the drawing, an image by its number or at random, or typed numbers."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.tabs.inside.input_source import (
    FROM_DRAWING,
    FROM_TEST,
    FROM_TRAINING,
    NO_DATA_YET,
    NOTHING_DRAWN_YET,
    InputSource,
)
from nncore.data.dataset import Dataset, Splits
from nncore.model.network import NetworkSpec
from tests.nncore.example_data import small_mnist


@pytest.fixture
def source(qtbot: QtBot) -> InputSource:
    source = InputSource()
    qtbot.addWidget(source)
    source.resize(1200, 80)
    source.show()
    return source


def type_into(source: InputSource, text: str) -> None:
    field = source.number if source.takes_image else source.numbers
    field.setText(text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_the_drawing_is_the_first_input(source: InputSource, qtbot: QtBot) -> None:
    assert source.input.values is None
    assert source.input.words == NOTHING_DRAWN_YET
    image = np.full((28, 28), 7, np.uint8)
    with qtbot.waitSignal(source.changed):
        source.set_drawing(image)
    assert source.input.values is image
    assert not source.number.isVisible()


def test_an_image_is_reached_by_its_number_and_by_the_buttons_beside_it(source: InputSource) -> None:
    data = small_mnist()
    assert data.test is not None
    source.set_data(data)
    source.source.choose(FROM_TEST)
    type_into(source, "42")
    assert source.input.values is not None
    np.testing.assert_array_equal(source.input.values, data.test.images[41])
    assert source.input.words == f"image 42 of the test set, labelled {data.test.labels[41]}"
    source.next.click()
    np.testing.assert_array_equal(source.input.values, data.test.images[42])
    for _ in range(43):
        source.previous.click()
    assert source.number.text() == f"{len(data.test)}"  # before the first image comes the last one
    source.source.choose(FROM_TRAINING)
    type_into(source, "7")
    np.testing.assert_array_equal(source.input.values, data.training.images[6])


def test_a_random_image_has_the_chosen_class(source: InputSource) -> None:
    data = small_mnist()
    assert data.test is not None
    source.set_data(data)
    source.source.choose(FROM_TEST)
    source.class_choice.choose("7")
    found = set()
    for _ in range(8):
        source.random.click()
        row = int(source.number.text()) - 1
        assert data.test.labels[row] == 7
        found.add(row)
    assert len(found) > 1


@pytest.mark.parametrize("text", ["0", "-3", "1e3", "seven", "999999", ""])
def test_a_number_without_an_image_is_refused_and_the_image_stays(source: InputSource, text: str) -> None:
    source.set_data(small_mnist())
    source.source.choose(FROM_TEST)
    type_into(source, "5")
    before = source.input.words
    type_into(source, text)
    assert source.input.words == before
    assert source.message.isVisible()
    assert source.message.text().startswith("The test set has images 1 to ")
    type_into(source, "6")
    assert not source.message.isVisible()


def test_missing_data_is_reported(source: InputSource) -> None:
    source.source.choose(FROM_TEST)
    assert source.input.words == NO_DATA_YET
    source.next.click()
    source.random.click()
    numbers = Dataset.from_floats(np.zeros((3, 2)), np.zeros((3, 1)))
    source.set_data(Splits(numbers))
    assert source.input.words == "The test set of the open data set has no images."
    source.source.choose(FROM_TRAINING)
    assert source.input.words == "The training set of the open data set has no images."


def test_another_data_set_starts_with_its_first_image(source: InputSource) -> None:
    data = small_mnist()
    source.set_data(data)
    source.go_to(FROM_TRAINING, 99)
    assert source.input.words.startswith("image 100 of")
    fewer = Splits(data.training.take(slice(10, 20)), test=data.test)
    source.set_data(fewer)
    assert source.input.values is not None
    np.testing.assert_array_equal(source.input.values, data.training.images[10])


def test_a_network_of_numbers_gets_the_slider_or_what_is_typed(source: InputSource) -> None:
    source.set_drawing(np.zeros((28, 28), np.uint8))
    source.set_spec(NetworkSpec.dense((1, 10, 10, 1)))
    assert not source.source.isVisible()
    source.slider.setValue(50)
    np.testing.assert_allclose(source.input.values, [0.5])  # type: ignore[arg-type]
    type_into(source, "-1.25")
    np.testing.assert_allclose(source.input.values, [-1.25])  # type: ignore[arg-type]
    assert source.slider.value() == -125
    type_into(source, "1 2")
    assert source.message.text() == "The network takes 1 number; you typed 2."
    type_into(source, "nan")
    assert source.message.text().startswith("These are not numbers.")
    np.testing.assert_allclose(source.input.values, [-1.25])  # type: ignore[arg-type]
    source.set_spec(NetworkSpec.dense((784, 10)))
    assert source.source.isVisible()
    assert source.source.value == FROM_DRAWING


def test_a_network_of_several_numbers_has_a_field_for_all_of_them(source: InputSource) -> None:
    source.set_spec(NetworkSpec.dense((3, 4, 2)))
    assert not source.slider.isVisible()
    type_into(source, "1 -2 0.5")
    np.testing.assert_allclose(source.input.values, [1, -2, 0.5])  # type: ignore[arg-type]


def test_a_picture_replaces_the_drawing(source: InputSource, qtbot: QtBot) -> None:
    source.set_data(small_mnist())
    source.source.choose(FROM_TEST)
    with qtbot.waitSignal(source.picture_requested):
        source.picture_button.click()
    assert source.source.value == FROM_DRAWING
