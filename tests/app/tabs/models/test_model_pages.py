"""Two models are compared on one drawing and on the test images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.tabs.models.differences_page import COMPARISON_CANCELLED, NO_TEST_IMAGES
from app.tabs.models.image_page import DRAWING, NO_DRAWING
from app.tabs.models.model_pages import IS_IN_USE, NONE_IN_USE, SELECT_PAIR
from app.tabs.models.models_tab import ModelsTab
from app.widgets.plain_text import plain_tooltip
from nncore.data.dataset import Splits
from nncore.evaluation.model_comparison import compare_networks
from nncore.evaluation.recognition import read_digit
from nncore.files.model_file import load_model
from tests.app.storage.kept_models import keep_model, small_model
from tests.nncore.example_data import mnist, small_mnist

FIRST_IMAGE = mnist().training.images[0]
LEFT_BUTTON = Qt.MouseButton.LeftButton


@pytest.fixture
def opened(tab: ModelsTab, three_models: list[Path], qtbot: QtBot) -> ModelsTab:
    with qtbot.waitSignal(tab.work.listed), qtbot.waitExposed(tab):
        tab.show()
    return tab


def open_page(tab: ModelsTab, qtbot: QtBot, number: int) -> None:
    bar = tab.pages.pages.tabBar()
    qtbot.mouseClick(bar, LEFT_BUTTON, pos=QPoint(bar.tabRect(number).center()))


def pair_of(tab: ModelsTab, qtbot: QtBot, paths: list[Path], page: int) -> None:
    with qtbot.waitSignal(tab.work.networks_loaded):
        tab.list.select(set(paths))
        open_page(tab, qtbot, page)


def test_two_models_read_one_drawing(opened: ModelsTab, three_models: list[Path], qtbot: QtBot) -> None:
    image = FIRST_IMAGE
    pair_of(opened, qtbot, three_models[:2], 1)
    page = opened.pages.image_page
    assert page.source.text() == NO_DRAWING
    opened.set_drawing(image)
    assert page.source.text() == DRAWING
    for column, path, letter in zip(page.columns, (three_models[1], three_models[0]), "AB", strict=True):
        expected = read_digit(load_model(path).network(), image)
        assert column.bars.probabilities is not None
        np.testing.assert_allclose(column.bars.probabilities, expected.probabilities, rtol=1e-5)
        assert column.answer.text().startswith(str(expected.digit))
        assert column.title.full_text.startswith(f"{letter}: ")
    with qtbot.waitSignal(opened.draw_requested):
        qtbot.mouseClick(page.draw_button, LEFT_BUTTON)


def test_a_message_reports_a_model_that_cannot_read_digits(
    opened: ModelsTab, three_models: list[Path], qtbot: QtBot
) -> None:
    opened.set_drawing(FIRST_IMAGE)
    pair_of(opened, qtbot, three_models[1:], 1)
    first, second = opened.pages.image_page.columns
    assert "takes inputs of 1" in first.answer.text()
    assert first.bars.probabilities is None
    assert second.bars.probabilities is not None


def test_a_single_model_is_compared_with_the_model_in_use(
    opened: ModelsTab, three_models: list[Path], qtbot: QtBot
) -> None:
    open_page(opened, qtbot, 1)
    assert opened.pages.pair.text() == SELECT_PAIR
    opened.list.select({three_models[0]})
    assert opened.pages.pair.text() == NONE_IN_USE
    used = small_model("the used one", seed=5)
    with qtbot.waitSignal(opened.work.networks_loaded):
        opened.set_model_in_use(used, used.network(), None)
    assert opened.pages.pair.text() == "A: the used one (in use)    B: one"
    with qtbot.waitSignal(opened.work.networks_loaded):
        opened.list.select({three_models[1]})
    assert opened.pages.image_page.columns[1].title.full_text == "B: two"
    model = load_model(three_models[1])
    opened.list.select({three_models[0]})
    opened.set_model_in_use(model, model.network(), three_models[1])
    opened.list.select({three_models[1]})
    assert opened.pages.pair.text() == IS_IN_USE
    assert opened.pages.image_page.columns[0].bars.probabilities is None


def test_a_comparison_stays_when_one_of_its_models_is_used(
    opened: ModelsTab, three_models: list[Path], qtbot: QtBot
) -> None:
    pages, differences = opened.pages, opened.pages.differences

    def use(path: Path) -> None:
        model = load_model(path)
        opened.set_model_in_use(model, model.network(), path)

    use(three_models[0])
    opened.set_data(small_mnist())
    pair_of(opened, qtbot, [three_models[1]], 2)
    with qtbot.waitSignal(opened.work.compared):
        differences.compare()
    result, sentence = differences.examples, differences.sentence.text()
    assert pages.pair.text() == "A: one (in use)    B: two"
    for button, path, text in (
        (pages.use_buttons[1], three_models[1], "A: one    B: two (in use)"),
        (pages.use_buttons[0], three_models[0], "A: one (in use)    B: two"),
    ):
        with qtbot.waitSignal(opened.use_requested) as requested:
            qtbot.mouseClick(button, LEFT_BUTTON)
        assert requested.args == [path]
        use(path)
        assert not button.isEnabled()
        assert pages.pair.text() == text
        assert (differences.examples, differences.sentence.text()) == (result, sentence)
    pair_of(opened, qtbot, three_models[:2], 2)  # A is the upper one of two selected models
    assert pages.pair.text() == "A: two    B: one (in use)"
    with qtbot.waitSignal(opened.work.compared):
        differences.compare()
    result = differences.examples
    with qtbot.waitSignal(opened.use_requested) as requested:
        qtbot.mouseClick(pages.use_buttons[0], LEFT_BUTTON)
    assert requested.args == [three_models[1]]
    use(three_models[1])
    assert pages.pair.text() == "A: two (in use)    B: one"
    assert differences.examples is result


def test_two_models_of_the_same_name_are_told_apart_by_their_times(
    opened: ModelsTab, three_models: list[Path], qtbot: QtBot
) -> None:
    twins = [keep_model(number, small_model("twin", created=f"2026-02-0{number} 10:11:12")) for number in (8, 9)]
    with qtbot.waitSignal(opened.work.listed):
        opened.work.list_models()
    pair_of(opened, qtbot, twins, 1)
    assert opened.pages.pair.text() == "A: twin of 2026-02-09 10:11:12    B: twin of 2026-02-08 10:11:12"
    used = small_model("twin", seed=5)
    opened.set_model_in_use(used, used.network(), None)
    with qtbot.waitSignal(opened.work.networks_loaded):
        opened.list.select({twins[0]})
    assert opened.pages.pair.text() == "A: twin (in use)    B: twin of 2026-02-08 10:11:12"


def test_a_file_that_vanished_leaves_no_comparison(opened: ModelsTab, three_models: list[Path], qtbot: QtBot) -> None:
    three_models[0].unlink()
    with qtbot.waitSignal(opened.work.networks_failed):
        opened.list.select(set(three_models[:2]))
        open_page(opened, qtbot, 2)
    assert "there is no such file" in opened.pages.pair.text()
    assert not opened.pages.differences.buttons.start.isEnabled()


def test_the_images_that_only_one_model_reads_are_listed(
    opened: ModelsTab, three_models: list[Path], qtbot: QtBot
) -> None:
    page, data = opened.pages.differences, small_mnist()
    assert page.buttons.start.toolTip() == plain_tooltip(NO_TEST_IMAGES)
    opened.set_data(data)
    pair_of(opened, qtbot, three_models[:2], 2)
    fractions: list[float] = []
    opened.work.comparison_progressed.connect(fractions.append)
    with qtbot.waitSignal(opened.work.compared):
        qtbot.mouseClick(page.buttons.start, LEFT_BUTTON)
    assert fractions
    assert data.test is not None
    expected = compare_networks(load_model(three_models[1]).network(), load_model(three_models[0]).network(), data.test)
    assert expected is not None
    assert f"of {len(data.test):,} test images" in page.sentence.text()
    for button, rows in zip(
        page.group_buttons,
        (expected.only_second, expected.only_first, expected.misread_by_both),
        strict=True,
    ):
        qtbot.mouseClick(button, LEFT_BUTTON)
        assert button.text().endswith(f": {len(rows):,}")
        assert page.gallery.rows.tolist() == rows.tolist()
    row = int(page.gallery.rows[0])
    first = page.gallery.model().index(0, 0)
    assert first.data() == f"is {data.test.labels[row]}"
    place = page.gallery.visualRect(first).center()
    qtbot.mouseClick(page.gallery.viewport(), LEFT_BUTTON, pos=place)
    assert page.chosen_sentence.text().startswith(f"Image {row + 1:,} is {data.test.labels[row]}: A reads ")
    qtbot.mouseDClick(page.gallery.viewport(), LEFT_BUTTON, pos=place)
    image_page = opened.pages.image_page
    assert image_page.isVisible()
    assert image_page.source.text() == page.chosen_sentence.text()
    qtbot.mouseClick(image_page.drawing_button, LEFT_BUTTON)
    assert image_page.source.text() == NO_DRAWING


def test_other_models_or_data_drop_the_comparison(opened: ModelsTab, three_models: list[Path], qtbot: QtBot) -> None:
    page = opened.pages.differences
    opened.set_data(small_mnist())
    pair_of(opened, qtbot, three_models[:2], 2)
    with qtbot.waitSignal(opened.work.compared):
        page.compare()
    assert page.examples is not None
    opened.set_data(small_mnist())
    assert page.examples is None
    assert page.buttons.start.isEnabled()
    page.compare()
    opened.list.select({three_models[2]})
    assert opened.work.finish()
    assert page.examples is None


def test_a_comparison_is_cancelled(opened: ModelsTab, three_models: list[Path], qtbot: QtBot) -> None:
    page = opened.pages.differences
    opened.set_data(mnist())
    wide = [keep_model(number, small_model("wide", seed=number)) for number in (8, 9)]
    with qtbot.waitSignal(opened.work.listed):
        opened.work.list_models()
    pair_of(opened, qtbot, wide, 2)
    opened.work.comparison_progressed.connect(opened.work.stop_comparing)
    with qtbot.waitSignal(opened.work.compared) as compared:
        qtbot.mouseClick(page.buttons.start, LEFT_BUTTON)
    assert compared.args == [None]
    assert page.sentence.text() == COMPARISON_CANCELLED
    qtbot.waitUntil(lambda: not page.progress.isVisible() and page.buttons.start.isEnabled())


def test_data_that_does_not_fit_is_one_sentence(opened: ModelsTab, three_models: list[Path], qtbot: QtBot) -> None:
    page = opened.pages.differences
    opened.set_data(small_mnist())
    pair_of(opened, qtbot, three_models[1:], 2)
    with qtbot.waitSignal(opened.work.comparison_failed) as failed:
        page.compare()
    assert page.sentence.text() == failed.args[0]
    opened.set_data(Splits(small_mnist().training, None, None))
    assert not page.buttons.start.isEnabled()
