"""Each layer with weights has its figures, and unusual ones have the error colour."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from app.style.theme import LIGHT
from app.tabs.train.charts.health_view import HEALTH_AFTER_EPOCH, NO_HEALTH, HealthScroll, HealthView, health_text
from nncore.model.network import NetworkSpec
from nncore.training import TrainingConfig, train
from nncore.training.events import EpochDone
from nncore.training.health import LayerHealth
from tests.nncore.runs import few_digits, fresh_network


@pytest.fixture
def view(qtbot: QtBot) -> HealthView:
    view = HealthView()
    qtbot.addWidget(view)
    view.resize(900, 140)
    view.show()
    return view


def weights(layer: int, norm: float, ratio: float = 1e-3) -> LayerHealth:
    histogram, edges = np.histogram(np.linspace(-1, 1, 100) ** 3, 40)
    return LayerHealth(
        layer=layer,
        kind="dense",
        gradient_norm=norm,
        update_ratio=ratio,
        histogram=histogram,
        edges=edges,
        dead_fraction=None,
    )


def relu(layer: int, dead: float) -> LayerHealth:
    return LayerHealth(
        layer=layer,
        kind="activation",
        gradient_norm=None,
        update_ratio=None,
        histogram=None,
        edges=None,
        dead_fraction=dead,
    )


def colours(view: HealthView) -> set[str]:
    image: QImage = view.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(0, image.width()) for y in range(image.height())}


def test_each_layer_with_weights_has_a_row(view: HealthView) -> None:
    view.show_health((weights(1, 0.5), relu(2, 0.25), weights(3, 1.234)))
    assert [layer.texts for layer in view.layers] == [
        ("1 dense", "0.5", "0.001", "25 %"),
        ("2 dense", "1.2", "0.001", "–"),
    ]
    assert "Layer 1 dense: gradient norm 0.5, step to weights 0.001, dead units 25 %" in view.accessibleDescription()


def test_the_last_figures_stay_after_an_epoch_without_any(view: HealthView) -> None:
    view.show_health((weights(1, 0.5),))
    view.show_health(None)
    view.show_health(())
    assert view.layers[0].texts[1] == "0.5"
    assert len(view.layers[0].norms) == 1


def test_sparklines_have_a_limited_history(view: HealthView) -> None:
    for number in range(1, 200):
        view.show_health((weights(1, 10.0**-number),))
    assert len(view.layers[0].norms) == 60
    assert view.layers[0].norms[-1] == -12  # the least that is emitted apart
    view.show_health((weights(1, 0.01), weights(2, 0.1)))  # a different network
    assert list(view.layers[0].norms) == [-2]


def test_only_unusual_figures_have_the_error_colour(view: HealthView) -> None:
    error_colour = QColor(LIGHT.error).name()
    view.show_health((weights(1, 0.5), relu(2, 0.1)))
    assert error_colour not in colours(view)
    for health in ((weights(1, 0.5), relu(2, 0.95)), (weights(1, 1e6),), (weights(1, 0.5, 2.0),)):
        view.show_health(health)
        assert error_colour in colours(view)


def test_figures_that_are_not_finite_can_be_shown(view: HealthView) -> None:
    view.show_health((weights(1, float("inf"), float("nan")),))
    view.show_health((weights(1, float("inf"), float("nan")),))
    assert view.layers[0].texts[1:3] == ("∞", "∞")
    view.grab()


def test_before_a_run_it_shows_a_hint(view: HealthView) -> None:
    assert view.accessibleDescription() == NO_HEALTH
    empty = view.grab().toImage()
    view.show_health((weights(1, 0.5),))
    assert view.grab().toImage() != empty
    view.clear()
    assert view.accessibleDescription() == HEALTH_AFTER_EPOCH
    assert view.grab().toImage() != empty
    view.end_run()
    assert view.grab().toImage() == empty


def test_the_figures_of_a_real_run_can_be_shown(view: HealthView) -> None:
    spec = NetworkSpec.dense((784, 16, 10))
    for event in train(fresh_network(spec), few_digits(), TrainingConfig(epochs=2), cores=1):
        if isinstance(event, EpochDone):
            view.show_health(event.health)
    assert [layer.name for layer in view.layers] == ["1 dense", "2 dense"]
    assert view.layers[0].dead_fraction is not None


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0.00012345, "0.00012"), (1e-9, "almost 0"), (2.5e-5, "0.000025"), (0.0, "0"), (12.3, "12")],
)
def test_figures_stay_short(value: float | None, text: str) -> None:
    assert health_text(value) == text


def test_the_height_is_fixed_and_deep_networks_scroll(qtbot: QtBot) -> None:
    scroll, view = HealthScroll(), HealthView()
    scroll.setWidget(view)
    qtbot.addWidget(scroll)
    scroll.resize(600, scroll.sizeHint().height())
    scroll.show()
    before = scroll.sizeHint()
    view.show_health(tuple(weights(number, 0.5) for number in range(1, 11)))
    qtbot.waitUntil(lambda: scroll.verticalScrollBar().maximum() > 0)
    assert scroll.sizeHint() == before
    assert view.height() >= 11 * view.row_height
