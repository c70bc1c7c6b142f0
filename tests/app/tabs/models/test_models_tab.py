"""The Models tab lists the kept models, and its buttons act on the selected ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.storage.models.model_library import DELETED, ModelLibrary
from app.storage.models.old_models import OLD_MODELS_RULE
from app.storage.paths import models_folder
from app.tabs.models.model_actions import BUNDLED_STAYS, USED_ALREADY
from app.tabs.models.model_list import accuracy_text
from app.tabs.models.models_tab import NO_MODEL_MATCHES, NO_MODELS, ModelsTab
from nncore.experiments.run_log.logged_run import RunSettings
from nncore.files.model_file import bundled_model_path, load_model
from nncore.reporting.number_text import percent_text
from tests.app.odd_texts import ODD_TEXTS
from tests.app.storage.kept_models import keep_model, small_model
from tests.app.waiting import at_rest

LEFT_BUTTON, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
NO_KEYS = Qt.KeyboardModifier.NoModifier


def names(tab: ModelsTab) -> list[str]:
    """The names of the user's models, in the order shown."""
    return [model.name for model in tab.list.shown if not model.is_bundled]


def open_tab(tab: ModelsTab, qtbot: QtBot, count: int = 3) -> ModelsTab:
    with qtbot.waitSignal(tab.work.listed), qtbot.waitExposed(tab):
        tab.show()
    assert len(names(tab)) == count
    return tab


def click_model(tab: ModelsTab, qtbot: QtBot, name: str, keys: Qt.KeyboardModifier = NO_KEYS) -> None:
    index = tab.list.model().index([model.name for model in tab.list.shown].index(name), 0)
    qtbot.mouseClick(tab.list.viewport(), LEFT_BUTTON, keys, QPoint(tab.list.visualRect(index).center()))


def press(tab: ModelsTab, qtbot: QtBot, button: QWidget) -> None:
    assert button.isEnabled()
    qtbot.mouseClick(button, LEFT_BUTTON)


def test_an_empty_tab_says_where_models_come_from(tab: ModelsTab, qtbot: QtBot) -> None:
    open_tab(tab, qtbot, 0)
    assert tab.empty_label.isVisible()
    assert tab.empty_label.text() == NO_MODELS
    assert tab.rule.text() == OLD_MODELS_RULE
    assert not tab.actions_row.use.isEnabled()
    assert tab.actions_row.use.toolTip() == "Select a model first."


def test_models_are_found_and_ordered(tab: ModelsTab, three_models: list[Path], qtbot: QtBot) -> None:
    ModelLibrary(pytest.fail).set_label(three_models[0], note="for the class")
    open_tab(tab, qtbot)
    assert names(tab) == ["curve", "two", "one"]
    qtbot.keyClick(tab.order, Qt.Key.Key_Down)
    assert names(tab) == ["one", "two", "curve"]
    qtbot.keyClick(tab.order, Qt.Key.Key_Down)
    assert names(tab) == ["curve", "one", "two"]
    qtbot.keyClicks(tab.search, "CLASS 784")
    assert names(tab) == ["one"]
    assert tab.count.text() == "1 of 4 models"
    qtbot.keyClicks(tab.search, " nowhere")
    assert tab.empty_label.text() == NO_MODEL_MATCHES
    assert tab.empty_label.isVisible()


def test_pictures_are_made_only_for_visible_models(tab: ModelsTab, qtbot: QtBot) -> None:
    first = keep_model(0).read_bytes()
    for number in range(1, 60):
        (models_folder() / f"2026-01-02 03.04.05.{number:06} copy.npz").write_bytes(first)
    made: list[Path] = []
    tab.work.picture_made.connect(made.append)
    open_tab(tab, qtbot, 60)
    qtbot.waitUntil(lambda: bool(made))
    at_first = at_rest(qtbot, lambda: len(made))
    assert 3 < at_first < 30
    tab.list.scrollToBottom()
    tab.list.viewport().repaint()
    qtbot.waitUntil(lambda: len(made) > at_first)
    assert at_rest(qtbot, lambda: len(made)) < 60
    last = tab.list.shown[-1]
    assert tab.work.picture(last.path, last.changed, 4) is not None


def test_a_model_is_used_by_button_enter_and_double_click(
    tab: ModelsTab, three_models: list[Path], qtbot: QtBot
) -> None:
    open_tab(tab, qtbot)
    click_model(tab, qtbot, "two")
    with qtbot.waitSignal(tab.use_requested) as used:
        press(tab, qtbot, tab.actions_row.use)
    assert used.args == [three_models[1]]
    tab.list.setFocus()
    with qtbot.waitSignal(tab.use_requested):
        qtbot.keyClick(tab.list, Qt.Key.Key_Return)
    row = [model.name for model in tab.list.shown].index("curve")
    place = tab.list.visualRect(tab.list.model().index(row, 0)).center()
    with qtbot.waitSignal(tab.use_requested) as used:
        qtbot.mouseClick(tab.list.viewport(), LEFT_BUTTON, pos=place)
        qtbot.mouseDClick(tab.list.viewport(), LEFT_BUTTON, pos=place)
    assert used.args == [three_models[2]]


def test_the_settings_of_a_model_are_opened_or_the_reason_is_shown(
    tab: ModelsTab, three_models: list[Path], qtbot: QtBot
) -> None:
    open_tab(tab, qtbot)
    click_model(tab, qtbot, "one")
    with qtbot.waitSignal(tab.settings_requested) as requested:
        press(tab, qtbot, tab.actions_row.settings)
    (settings,) = requested.args
    assert isinstance(settings, RunSettings)
    assert (settings.config.learning_rate, settings.config.epochs) == (0.25, 3)
    click_model(tab, qtbot, "two")
    with qtbot.waitSignal(tab.error_message) as failed:
        press(tab, qtbot, tab.actions_row.settings)
    assert "does not say with which settings" in failed.args[0]


def test_names_and_notes_are_kept_while_they_are_typed(tab: ModelsTab, three_models: list[Path], qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    click_model(tab, qtbot, "two")
    qtbot.keyClick(tab.list, Qt.Key.Key_F2)
    details = tab.pages.details
    assert QApplication.focusWidget() is details.name
    qtbot.keyClicks(details.name, "second")
    library = ModelLibrary(pytest.fail)
    qtbot.waitUntil(lambda: "second" in [model.name for model in library.models() or ()])
    qtbot.waitUntil(lambda: "second" in names(tab))
    assert details.name.text() == "second"
    qtbot.keyClicks(details.note, "good at 7")
    click_model(tab, qtbot, "one")
    assert details.note.text() == ""
    qtbot.waitUntil(lambda: "good at 7" in [model.note for model in tab.list.shown])
    assert {model.path: model.note for model in tab.list.shown}[three_models[1]] == "good at 7"


def test_escape_restores_the_old_name(tab: ModelsTab, three_models: list[Path], qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    click_model(tab, qtbot, "two")
    name = tab.pages.details.name
    qtbot.mouseClick(name, LEFT_BUTTON)
    qtbot.keyClick(name, Qt.Key.Key_End)
    qtbot.keyClicks(name, " x")
    qtbot.waitUntil(lambda: "two x" in names(tab))
    qtbot.keyClick(name, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: "two" in names(tab))
    assert all(model.label.is_empty for model in tab.list.shown)


def test_odd_names_are_shown_as_they_are(tab: ModelsTab, three_models: list[Path], qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    tab.list.select({three_models[0]})
    (model,) = tab.list.selected()
    for text in ODD_TEXTS:
        odd = replace(model, label=replace(model.label, name=text, note=text))
        tab.work.listed.emit([odd])
        tab.grab()
        assert names(tab) == [text or "one"]
        assert "<b>" not in str(tab.list.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole))


def test_a_pinned_model_is_at_the_top(tab: ModelsTab, three_models: list[Path], qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    click_model(tab, qtbot, "one")
    press(tab, qtbot, tab.actions_row.pin)
    qtbot.waitUntil(lambda: names(tab)[0] == "one")
    assert tab.actions_row.pin.isChecked()
    assert tab.actions_row.pin.text() == "&Pin"
    assert [model.name for model in tab.list.selected()] == ["one"]
    press(tab, qtbot, tab.actions_row.pin)
    qtbot.waitUntil(lambda: names(tab)[0] == "curve")


def test_deleted_models_are_restored_by_undo(tab: ModelsTab, three_models: list[Path], qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    assert not tab.undo_button.isEnabled()
    click_model(tab, qtbot, "one")
    click_model(tab, qtbot, "two", CONTROL)
    qtbot.keyClick(tab.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: names(tab) == ["curve"])
    assert (models_folder() / DELETED / three_models[0].name).is_file()
    click_model(tab, qtbot, "curve")
    press(tab, qtbot, tab.actions_row.delete)
    qtbot.waitUntil(lambda: names(tab) == [])
    qtbot.keyClick(tab.list, Qt.Key.Key_Z, CONTROL)
    qtbot.waitUntil(lambda: names(tab) == ["curve"])
    press(tab, qtbot, tab.undo_button)
    qtbot.waitUntil(lambda: names(tab) == ["curve", "two", "one"])
    qtbot.waitUntil(lambda: [model.name for model in tab.list.selected()] == ["two", "one"])
    assert not tab.undo_button.isEnabled()
    assert all(path.is_file() for path in three_models)


def test_a_model_deleted_before_a_restart_can_be_restored_or_deleted_for_good(
    tab: ModelsTab, three_models: list[Path], qtbot: QtBot
) -> None:
    before = ModelLibrary(pytest.fail)
    before.set_label(three_models[0], name="of last week")
    before.delete(three_models[:2])
    open_tab(tab, qtbot, 1)
    assert names(tab) == ["curve"]
    assert not tab.undo_button.isEnabled()
    press(tab, qtbot, tab.deleted_button)
    dialog = tab.deleted_dialog
    assert dialog is not None
    assert not dialog.restore_button.isEnabled()
    assert {dialog.list.item(row).text().split("   ")[0] for row in range(2)} == {"of last week", "two"}
    for row in range(2):
        dialog.list.item(row).setSelected(dialog.list.item(row).text().startswith("of last week"))
    qtbot.mouseClick(dialog.restore_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: sorted(names(tab)) == ["curve", "of last week"])
    qtbot.waitUntil(lambda: dialog.list.count() == 1)
    dialog.list.selectAll()
    qtbot.mouseClick(dialog.delete_button, Qt.MouseButton.LeftButton)
    box = dialog.findChild(QMessageBox)
    assert box is not None
    qtbot.mouseClick(box.button(QMessageBox.StandardButton.Yes), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.list.count() == 0)
    assert list((models_folder() / DELETED).glob("*")) == []
    assert three_models[0].is_file()
    assert not three_models[1].exists()
    assert not tab.deleted_button.isEnabled()
    dialog.reject()


def test_changes_of_another_window_appear(tab: ModelsTab, three_models: list[Path], qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    click_model(tab, qtbot, "two")
    other = ModelLibrary(pytest.fail)
    other.set_label(three_models[1], name="of the other")
    qtbot.waitUntil(lambda: "of the other" in names(tab))
    assert tab.pages.details.name.text() == "of the other"
    other.delete([three_models[1]])
    qtbot.waitUntil(lambda: names(tab) == ["curve", "one"])
    assert tab.list.selected() == []


def test_a_model_that_vanished_is_an_error_and_leaves_the_list(
    tab: ModelsTab, three_models: list[Path], qtbot: QtBot
) -> None:
    open_tab(tab, qtbot)
    click_model(tab, qtbot, "two")
    with qtbot.waitSignal(tab.error_message) as failed:
        three_models[1].unlink()
        press(tab, qtbot, tab.actions_row.export)
    assert "there is no such file" in failed.args[0]
    qtbot.waitUntil(lambda: names(tab) == ["curve", "one"])


def test_a_damaged_model_can_only_be_deleted_renamed_and_pinned(tab: ModelsTab, qtbot: QtBot) -> None:
    path = keep_model()
    path.write_bytes(path.read_bytes()[:1000])
    open_tab(tab, qtbot, 1)
    tab.list.select({path})
    row = tab.actions_row
    enabled = [button.isEnabled() for button in (row.use, row.settings, row.export, row.pin, row.rename, row.delete)]
    assert enabled == [False, False, False, True, True, True]
    assert tab.pages.details.error.isVisible()
    assert "damaged" in tab.pages.details.error.text()
    tab.grab()


def test_an_exported_model_has_the_given_name(tab: ModelsTab, three_models: list[Path], qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    click_model(tab, qtbot, "one")
    qtbot.keyClicks(tab.pages.details.note, "mine")
    with qtbot.waitSignal(tab.export_requested) as exported:
        press(tab, qtbot, tab.actions_row.export)
    assert exported.args[0].spec == small_model().spec


def test_the_model_in_use_is_marked_also_the_one_of_a_run(
    tab: ModelsTab, three_models: list[Path], qtbot: QtBot
) -> None:
    open_tab(tab, qtbot)
    one, two = (load_model(path) for path in three_models[:2])
    tab.set_model_in_use(one, one.network(), three_models[0])
    assert [model.name for model in tab.list.shown if tab.list.is_in_use(model)] == ["one"]
    tab.set_model_in_use(two, two.network(), None)
    assert [model.name for model in tab.list.shown if tab.list.is_in_use(model)] == ["two"]
    row = [model.name for model in tab.list.shown].index("two")
    said = tab.list.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "two, in use, 784 - 4 - 10, 50.00 %, 2026-01-02"


def test_every_control_has_a_name_and_a_tooltip(tab: ModelsTab, three_models: list[Path], qtbot: QtBot) -> None:
    open_tab(tab, qtbot)
    tab.list.select({three_models[0]})
    controls = (
        tab.search, tab.order, tab.list, tab.undo_button, tab.open_button, tab.pages.details.name,
        tab.pages.details.note, tab.pages.differences.gallery, *tab.actions_row.children(),
    )  # fmt: skip
    for control in controls:
        if isinstance(control, QWidget):
            assert control.accessibleName() or control.text()  # type: ignore[attr-defined]
            assert control.toolTip() or control.accessibleDescription()


def test_the_bundled_model_is_in_the_list_but_cannot_be_changed_or_deleted(
    tab: ModelsTab, three_models: list[Path], qtbot: QtBot
) -> None:
    open_tab(tab, qtbot)
    bundled = load_model(bundled_model_path())
    tab.set_model_in_use(bundled, bundled.network(), None)
    click_model(tab, qtbot, bundled.card.name)
    (model,) = tab.list.selected()
    assert accuracy_text(model) == percent_text(bundled.card.test_accuracy)
    said = tab.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
    assert said.startswith(f"{bundled.card.name}, bundled, in use, ")
    actions = tab.actions_row
    for button in (actions.rename, actions.pin, actions.delete):
        assert not button.isEnabled()
        assert button.toolTip() == BUNDLED_STAYS
    assert tab.pages.details.name.isReadOnly()
    assert tab.pages.details.note.isReadOnly()
    deleted: list[object] = []
    tab.work.deleted.connect(deleted.append)
    qtbot.keyClick(tab.list, Qt.Key.Key_Delete)
    click_model(tab, qtbot, "one", CONTROL)
    assert not actions.delete.isEnabled()
    qtbot.keyClick(tab.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: not tab.work.is_changing)
    assert not deleted
    assert bundled_model_path().exists()
    click_model(tab, qtbot, "one")
    assert not tab.pages.details.name.isReadOnly()
    assert actions.delete.isEnabled()
    click_model(tab, qtbot, bundled.card.name)
    assert not actions.use.isEnabled()
    assert actions.use.toolTip() == USED_ALREADY
    other = load_model(three_models[0])
    tab.set_model_in_use(other, other.network(), three_models[0])
    with qtbot.waitSignal(tab.use_requested) as used:
        press(tab, qtbot, actions.use)
    assert used.args == [bundled_model_path()]
