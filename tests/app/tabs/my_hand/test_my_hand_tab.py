"""Tests that use the tab like a user, with real files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.storage.paths import user_folder
from app.style.theme import ThemeChoice
from app.tabs.my_hand.drawing_explanation import explain_drawing
from app.tabs.my_hand.my_hand_tab import MyHandTab
from nncore.handwriting.personal_test.handwriting_test import new_test
from nncore.handwriting.personal_test.history import HandwritingTestHistory
from nncore.handwriting.personal_test.import_export import export_test
from nncore.model.network import Network, NetworkSpec
from tests.app.canvas.gestures import ONE, SEVEN, drag
from tests.app.theme_choice import apply_theme
from tests.nncore.handwriting.personal_test.samples import assert_same_ink, network, result, rewrite

SEED = 3


@pytest.fixture
def make_tab(qapp: QApplication, qtbot: QtBot) -> Iterator[Callable[[], MyHandTab]]:
    """Creates tabs as the app does at its start; each is finished at the end."""
    apply_theme(qapp, ThemeChoice.LIGHT)
    made: list[MyHandTab] = []

    def make() -> MyHandTab:
        tab = MyHandTab(seed=lambda: SEED)
        made.append(tab)
        qtbot.addWidget(tab)
        tab.resize(1350, 640)
        tab.set_network(network(), "mine")
        with qtbot.waitExposed(tab):
            tab.show()
        tab.activateWindow()
        idle(qtbot, tab)
        return tab

    yield make
    for tab in made:
        assert tab.finish()


@pytest.fixture
def tab(make_tab: Callable[[], MyHandTab]) -> MyHandTab:
    return make_tab()


def idle(qtbot: QtBot, tab: MyHandTab) -> None:
    qtbot.waitUntil(lambda: not (tab.imports.is_busy or tab.tasks.is_busy))


def page(tab: MyHandTab) -> QWidget | None:
    return tab.pages.currentWidget()


def write(qtbot: QtBot, tab: MyHandTab, count: int = 1) -> None:
    canvas = tab.writing.canvas
    qtbot.waitUntil(canvas.hasFocus)
    for _ in range(count):
        drag(canvas, SEVEN)
        QTest.keyClick(canvas, Qt.Key.Key_Return)


def history() -> HandwritingTestHistory:
    return HandwritingTestHistory(user_folder() / "tests")


def test_a_complete_test_can_be_written_by_keyboard(tab: MyHandTab, qtbot: QtBot) -> None:
    tab.focus()
    QTest.keyClick(tab.intro.start_button, Qt.Key.Key_Space)
    assert tab.writing.test.prompts == new_test(SEED).prompts
    write(qtbot, tab, 20)
    qtbot.waitUntil(lambda: page(tab) is tab.result)
    shown = tab.result.result
    assert shown is not None
    assert [drawing.prompted for drawing in shown.drawings] == list(new_test(SEED).prompts)
    assert shown.model == "mine"
    assert len({drawing.read for drawing in shown.drawings}) == 1  # all are the same seven
    idle(qtbot, tab)
    (entry,), problems = history().entries()
    assert not problems
    assert (entry.summary.correct, entry.summary.count, entry.summary.model) == (shown.correct, 20, "mine")
    assert history().unfinished() is None


def test_drawings_survive_a_killed_process(make_tab: Callable[[], MyHandTab], qtbot: QtBot) -> None:
    first = make_tab()
    first.start()
    write(qtbot, first, 2)
    drawn = first.writing.test.drawings
    idle(qtbot, first)  # as after a kill: `first.finish()` is not called
    second = make_tab()
    assert "2 of 20" in second.intro.unfinished.text()
    qtbot.mouseClick(second.intro.continue_button, Qt.MouseButton.LeftButton)
    assert second.writing.position.text() == "3 of 20"
    for one, other in zip(second.writing.test.drawings, drawn, strict=True):
        assert_same_ink(one, other)


def test_the_digit_being_drawn_survives_a_killed_process(make_tab: Callable[[], MyHandTab], qtbot: QtBot) -> None:
    first = make_tab()
    first.start()
    write(qtbot, first)
    drag(first.writing.canvas, ONE)
    drawn = first.writing.canvas.drawing.ink()
    qtbot.waitUntil(lambda: not first.writing.throttle.has_pending_request)
    idle(qtbot, first)  # as after a kill: `first.finish()` is not called
    second = make_tab()
    assert "1 of 20" in second.intro.unfinished.text()
    second.continue_test()
    assert second.writing.position.text() == "2 of 20"
    assert_same_ink(second.writing.canvas.drawing.ink(), drawn)
    QTest.keyClick(second.writing.canvas, Qt.Key.Key_Return)
    assert_same_ink(second.writing.test.drawings[1], drawn)
    assert second.writing.test.present.is_blank


def test_the_digit_being_drawn_is_there_after_a_pause_and_after_closing(
    make_tab: Callable[[], MyHandTab], qtbot: QtBot
) -> None:
    tab = make_tab()
    tab.start()
    drag(tab.writing.canvas, ONE)
    drawn = tab.writing.canvas.drawing.ink()
    tab.show_intro()
    assert "0 of 20" in tab.intro.unfinished.text()
    tab.continue_test()
    assert_same_ink(tab.writing.canvas.drawing.ink(), drawn)
    drag(tab.writing.canvas, SEVEN)
    drawn = tab.writing.canvas.drawing.ink()
    assert tab.finish()
    kept = history().unfinished()
    assert kept is not None
    assert_same_ink(kept.present, drawn)


def test_closing_saves_the_unfinished_test(make_tab: Callable[[], MyHandTab], qtbot: QtBot) -> None:
    tab = make_tab()
    tab.start()
    write(qtbot, tab, 5)
    assert tab.finish()
    kept = history().unfinished()
    assert kept is not None
    assert len(kept.drawings) == 5


def test_an_unfinished_test_can_be_continued_later(tab: MyHandTab, qtbot: QtBot) -> None:
    tab.start()
    write(qtbot, tab)
    qtbot.mouseClick(tab.writing.later_button, Qt.MouseButton.LeftButton)
    assert page(tab) is tab.intro
    assert "1 of 20" in tab.intro.unfinished.text()
    qtbot.waitUntil(tab.intro.continue_button.hasFocus)
    QTest.keyClick(tab.intro.continue_button, Qt.Key.Key_Space)
    assert tab.writing.position.text() == "2 of 20"


def test_without_a_model_the_finished_drawings_are_kept(tab: MyHandTab, qtbot: QtBot) -> None:
    tab.start()
    write(qtbot, tab, 19)
    tab.set_network(None)
    write(qtbot, tab)
    assert page(tab) is tab.intro
    assert "No model is open" in tab.status.text
    assert "Your drawings are kept." in tab.status.text
    idle(qtbot, tab)
    assert history().unfinished() is not None
    tab.set_network(network(), "other")
    qtbot.mouseClick(tab.intro.continue_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page(tab) is tab.result)
    assert tab.result.result is not None
    assert tab.result.result.model == "other"


def test_a_model_that_cannot_read_digits_loses_no_drawings(tab: MyHandTab, qtbot: QtBot) -> None:
    tab.start()
    write(qtbot, tab, 19)
    tab.set_network(Network(NetworkSpec.dense((784, 3))))
    write(qtbot, tab)
    qtbot.waitUntil(lambda: page(tab) is tab.intro)
    assert "there are 10 digits" in tab.status.text
    assert "there are 10 digits" in tab.intro.obstacle.text()
    assert not tab.intro.start_button.isEnabled()
    assert "20 of 20" in tab.intro.unfinished.text()


def test_a_test_with_all_digits_skipped_is_not_kept(tab: MyHandTab, qtbot: QtBot) -> None:
    tab.start()
    for _ in range(20):
        tab.writing.skip_button.click()
    assert page(tab) is tab.intro
    assert "All digits were skipped" in tab.status.text
    idle(qtbot, tab)
    assert history().entries() == ([], [])
    assert history().unfinished() is None


def test_a_test_can_be_opened_deleted_and_restored(make_tab: Callable[[], MyHandTab], qtbot: QtBot) -> None:
    history().add(result())
    tab = make_tab()
    assert tab.intro.list.topLevelItemCount() == 1
    tab.intro.list.setFocus()
    QTest.keyClick(tab.intro.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page(tab) is tab.result)
    assert tab.result.title.text() == "2 of 4 read correctly: 50 %"
    qtbot.mouseClick(tab.result.back_button, Qt.MouseButton.LeftButton)
    assert page(tab) is tab.intro
    qtbot.mouseClick(tab.intro.delete_button, Qt.MouseButton.LeftButton)
    idle(qtbot, tab)
    assert tab.intro.list.topLevelItemCount() == 0
    assert "Undo" in tab.status.text
    qtbot.mouseClick(tab.intro.undo_button, Qt.MouseButton.LeftButton)
    idle(qtbot, tab)
    assert tab.intro.list.topLevelItemCount() == 1
    assert not tab.intro.undo_button.isVisible()


def test_deleted_tests_are_removed_at_the_next_start(make_tab: Callable[[], MyHandTab]) -> None:
    history().delete(history().add(result()).path)
    make_tab()
    assert not list(history().folder.iterdir())


def test_a_damaged_test_is_set_aside_with_a_message(make_tab: Callable[[], MyHandTab], qtbot: QtBot) -> None:
    path = history().add(result()).path
    rewrite(path, '"prompted": 7', '"prompted": 77')
    tab = make_tab()
    tab.intro.list.open_chosen()
    idle(qtbot, tab)
    assert page(tab) is tab.intro
    assert "The file was renamed to" in tab.status.text
    assert tab.intro.list.topLevelItemCount() == 0


def test_a_misread_drawing_shows_its_occlusion_map(tab: MyHandTab, qtbot: QtBot) -> None:
    history().add(result())
    tab.import_from(next(history().folder.glob("*.jsonl")))  # which cannot be imported
    idle(qtbot, tab)
    assert tab.status.label.property("error")
    path = user_folder() / "x.csv"
    export_test(result(), path)
    tab.import_from(path)
    qtbot.waitUntil(lambda: tab.result.view.image_view.map is not None)
    drawing, shown = tab.result.view.drawing, tab.result.view.image_view.map
    assert drawing is not None
    assert shown is not None
    expected = explain_drawing(network(), drawing).occlusion
    assert expected is not None
    assert np.array_equal(shown, expected)
    tab.set_network(None)
    qtbot.waitUntil(lambda: tab.result.view.image_view.map is None)


def test_the_tab_passes_on_requests_to_teach_and_to_show(tab: MyHandTab, qtbot: QtBot) -> None:
    path = user_folder() / "x.csv"
    export_test(result(), path)
    tab.import_from(path)
    qtbot.waitUntil(lambda: page(tab) is tab.result)
    with qtbot.waitSignal(tab.teach_requested) as taught:
        qtbot.mouseClick(tab.result.view.teach_button, Qt.MouseButton.LeftButton)
    assert_same_ink(taught.args[0], result().drawings[2].ink)
    assert taught.args[1] == 7
    with qtbot.waitSignal(tab.show_requested) as shown:
        qtbot.mouseClick(tab.result.view.show_button, Qt.MouseButton.LeftButton)
    assert_same_ink(shown.args[0], result().drawings[2].ink)


def test_export_and_import_through_the_dialogs(tab: MyHandTab, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "mine.unipen"
    export_test(result(), path)
    dialog = tab.ask_import()
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    qtbot.waitUntil(lambda: page(tab) is tab.result)
    idle(qtbot, tab)
    assert tab.intro.list.topLevelItemCount() == 1
    saving = tab.ask_export()
    assert saving is not None
    saving.fileSelected.emit(str(tmp_path / "again.csv"))
    saving.reject()
    idle(qtbot, tab)
    assert tab.status.text == f"Saved as {tmp_path / 'again.csv'}."
    assert (tmp_path / "again.csv").read_text(encoding="utf-8").count("\n") == 5


def test_an_import_can_be_cancelled(tab: MyHandTab, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "many.unipen"
    stroke = '.SEGMENT DIGIT ? ? "1"\n.PEN_DOWN\n1 9\n1 0\n.PEN_UP\n'
    path.write_text(stroke * 10_000, encoding="utf-8")
    tab.import_from(path)
    assert tab.status.cancel_button.isVisible()
    qtbot.mouseClick(tab.status.cancel_button, Qt.MouseButton.LeftButton)
    idle(qtbot, tab)
    assert page(tab) is tab.intro
    assert history().entries() == ([], [])


def test_an_import_does_not_interrupt_writing(tab: MyHandTab, qtbot: QtBot) -> None:
    path = user_folder() / "x.csv"
    export_test(result(), path)
    tab.import_from(path)
    tab.start()
    idle(qtbot, tab)
    assert page(tab) is tab.writing
    assert "in the list" in tab.status.text


def test_all_pages_fit_at_150_per_cent_font_size(
    make_tab: Callable[[], MyHandTab], qapp: QApplication, qtbot: QtBot
) -> None:
    apply_theme(qapp, ThemeChoice.LIGHT)
    own = QFont(qapp.font())
    large = QFont(own)
    large.setPointSizeF(own.pointSizeF() * 1.5)
    try:
        qapp.setFont(large)
        tab = make_tab()
        path = user_folder() / "x.csv"
        export_test(result(), path)
        tab.import_from(path)
        idle(qtbot, tab)
        tab.status.show_message("Something.")
        for shown in (tab.result, tab.writing, tab.intro):
            tab.pages.setCurrentWidget(shown)
            QApplication.processEvents()
            assert (tab.width(), tab.height()) == (1350, 640)
            assert tab.minimumSizeHint().height() <= 640
            assert tab.minimumSizeHint().width() <= 1350
    finally:
        qapp.setFont(own)
        apply_theme(qapp, ThemeChoice.LIGHT)
