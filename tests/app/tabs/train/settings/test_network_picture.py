"""A network is drawn within its picture, large layers with dots."""

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.style.theme import colours_of
from app.tabs.train.settings.network_picture import MAX_STAGES, MAX_UNITS_DRAWN, NetworkPicture, Stage, stages_of
from nncore.experiments.recipes import RECIPES
from nncore.model.layers import Dense
from nncore.model.network import NetworkSpec


@pytest.fixture
def picture(qtbot: QtBot) -> NetworkPicture:
    picture = NetworkPicture()
    qtbot.addWidget(picture)
    picture.resize(354, 140)
    picture.show()
    return picture


def shapes(spec: NetworkSpec) -> list[tuple[int, ...]]:
    return [stage.shape for stage in stages_of(spec)]


def test_the_stages_are_the_input_and_each_layer_with_weights_or_another_image_size() -> None:
    assert shapes(RECIPES["quick"].spec) == [(784,), (128,), (64,), (10,)]
    assert shapes(RECIPES["convnet"].spec) == [(1, 28, 28), (24, 14, 14), (64, 7, 7), (128,), (10,)]
    assert shapes(RECIPES["sine"].spec) == [(1,), (10,), (10,), (1,)]


def test_small_layers_are_drawn_in_full_and_large_ones_with_dots() -> None:
    assert Stage((10,)).units_drawn == list(range(10))
    drawn = Stage((784,)).units_drawn
    assert drawn[0] == 0
    assert drawn[-1] == 783
    assert drawn.count(None) == 1
    assert len(drawn) == MAX_UNITS_DRAWN + 1


def unit_pixels(picture: NetworkPicture) -> int:
    """The pixels in the colour of units."""
    image, accent = picture.grab().toImage(), QColor(colours_of(picture).accent)
    return sum(image.pixelColor(x, y) == accent for x in range(image.width()) for y in range(image.height()))


def test_more_units_are_more_dots(picture: NetworkPicture) -> None:
    picture.show_spec(NetworkSpec.dense((1, 1)))
    two = unit_pixels(picture)
    picture.show_spec(NetworkSpec.dense((4, 4)))
    assert two > 0
    assert unit_pixels(picture) == pytest.approx(4 * two, rel=0.3)


def test_every_recipe_and_a_deep_network_stay_within_the_picture(picture: NetworkPicture) -> None:
    deep = NetworkSpec.dense((784, *[30] * 20, 10))
    for spec in (*(recipe.spec for recipe in RECIPES.values()), deep):
        picture.show_spec(spec)
        assert 2 <= len(picture.stages) <= MAX_STAGES
        areas = [picture._map_areas(n)[-1] for n, stage in enumerate(picture.stages) if not stage.is_vector]
        assert all(picture.rect().toRectF().contains(area) for area in areas)
        picture.grab()
    assert picture.stages[0].shape == (784,)
    assert picture.stages[-1].shape == (10,)


def test_without_a_network_it_takes_no_space(picture: NetworkPicture) -> None:
    picture.show_spec(NetworkSpec((28, 28), (Dense(10),)))
    assert picture.sizeHint().height() > 0
    assert picture.accessibleDescription() == "784, then 10"
    picture.show_spec(None)
    assert picture.sizeHint().height() == 0
