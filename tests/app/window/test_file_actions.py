"""Opening and saving models and data through Qt's file dialogs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from app.session.session import Session
from app.storage.paths import models_folder
from app.window.file_actions import FileActions
from nncore.files.model_file import Model, load_model, save_model
from tests.app.window.file_dialogs import actions as actions
from tests.app.window.file_dialogs import answer_next_question, dialog_of, type_name
from tests.app.window.file_dialogs import bundled as bundled
from tests.app.window.file_dialogs import session as session
from tests.nncore.example_data import small_mnist


def test_the_suffix_is_added_and_the_dialog_does_not_wait(
    actions: FileActions, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    actions.save_model_as()
    dialog = dialog_of(actions, qtbot)
    with qtbot.waitSignal(session.status_message):
        type_name(qtbot, dialog, tmp_path / "kept")
    assert session.model is not None
    np.testing.assert_array_equal(load_model(tmp_path / "kept.digitnet").parameters, session.model.parameters)
    assert [path.name for path in tmp_path.glob("kept*")] == ["kept.digitnet"]


@pytest.mark.parametrize("name", ["kept.digitnet", "kept.npz", "X.NPZ"])
def test_a_name_with_the_suffix_gets_no_second_suffix(
    actions: FileActions, session: Session, qtbot: QtBot, tmp_path: Path, name: str
) -> None:
    actions.save_model_as()
    with qtbot.waitSignal(session.status_message):
        type_name(qtbot, dialog_of(actions, qtbot), tmp_path / name)
    assert (tmp_path / name).is_file()
    assert not (tmp_path / f"{name}.digitnet").exists()


@pytest.mark.parametrize("typed", ["kept", "kept.digitnet"])
def test_confirmation_names_the_file_that_would_be_replaced(
    actions: FileActions, session: Session, qtbot: QtBot, tmp_path: Path, typed: str
) -> None:
    (tmp_path / "kept.digitnet").write_bytes(b"precious")
    actions.save_model_as()
    dialog = dialog_of(actions, qtbot)
    questions = answer_next_question(qtbot, QMessageBox.StandardButton.No)
    with qtbot.assertNotEmitted(session.status_message):
        type_name(qtbot, dialog, tmp_path / typed)
    assert len(questions) == 1
    assert "kept.digitnet" in questions[0]
    assert (tmp_path / "kept.digitnet").read_bytes() == b"precious"
    assert dialog.isVisible()
    answer_next_question(qtbot, QMessageBox.StandardButton.Yes)
    with qtbot.waitSignal(session.status_message):
        type_name(qtbot, dialog, tmp_path / typed)
    assert load_model(tmp_path / "kept.digitnet").card.name == "handwriting"


def test_a_name_with_a_full_stop_gets_the_suffix_and_replaces_nothing_without_confirmation(
    actions: FileActions, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    actions.save_model_as()
    with qtbot.waitSignal(session.status_message):
        type_name(qtbot, dialog_of(actions, qtbot), tmp_path / "run 0.5")
    assert (tmp_path / "run 0.5.digitnet").is_file()
    (tmp_path / "run 0.5.digitnet").write_bytes(b"precious")
    actions.save_model_as()
    type_name(qtbot, dialog_of(actions, qtbot), tmp_path / "run 0.5")
    again = dialog_of(actions, qtbot)  # a second dialog with the complete name asks for confirmation
    assert [Path(path).name for path in again.selectedFiles()] == ["run 0.5.digitnet"]
    assert (tmp_path / "run 0.5.digitnet").read_bytes() == b"precious"
    again.reject()


def test_the_dialog_saves_the_model_that_was_in_use_when_it_opened(
    actions: FileActions, session: Session, bundled: Model, qtbot: QtBot, tmp_path: Path
) -> None:
    actions.save_model_as()
    other = replace(bundled, card=replace(bundled.card, name="other"))
    save_model(other, tmp_path / "other.npz")
    with qtbot.waitSignal(session.model_changed):
        session.open_model(tmp_path / "other.npz")
    with qtbot.waitSignal(session.status_message):
        type_name(qtbot, dialog_of(actions, qtbot), tmp_path / "kept")
    assert load_model(tmp_path / "kept.digitnet").card.name == "handwriting"


def test_a_model_with_a_file_is_saved_there_without_a_dialog(
    actions: FileActions, session: Session, bundled: Model, qtbot: QtBot, tmp_path: Path
) -> None:
    save_model(bundled, tmp_path / "own.npz")
    with qtbot.waitSignal(session.model_changed):
        session.open_model(tmp_path / "own.npz")
    (tmp_path / "own.npz").unlink()
    with qtbot.waitSignal(session.status_message):
        actions.save_model()
    assert (tmp_path / "own.npz").is_file()


def test_for_a_model_without_a_file_the_dialog_opens_in_the_folder_of_models(
    actions: FileActions, session: Session, qtbot: QtBot
) -> None:
    actions.save_model()
    dialog = dialog_of(actions, qtbot)
    assert Path(dialog.directory().absolutePath()) == models_folder()
    assert [Path(path).name for path in dialog.selectedFiles()] == ["handwriting.digitnet"]
    dialog.reject()


@pytest.mark.parametrize(("name", "proposed"), [("../../etc/a:b", "-..-etc-a-b.digitnet"), ("...", "model.digitnet")])
def test_a_model_name_cannot_lead_out_of_the_folder(
    actions: FileActions, session: Session, bundled: Model, qtbot: QtBot, tmp_path: Path, name: str, proposed: str
) -> None:
    save_model(replace(bundled, card=replace(bundled.card, name=name)), tmp_path / "foreign.npz")
    with qtbot.waitSignal(session.model_changed):
        session.open_model(tmp_path / "foreign.npz")
    actions.save_model_as()
    dialog = dialog_of(actions, qtbot)
    assert [Path(path) for path in dialog.selectedFiles()] == [models_folder() / proposed]
    dialog.reject()


def test_opening_a_model_reads_the_file_chosen(
    actions: FileActions, session: Session, bundled: Model, qtbot: QtBot, tmp_path: Path
) -> None:
    save_model(bundled, tmp_path / "kept.npz")
    actions.open_model()
    with qtbot.waitSignal(session.model_changed):
        type_name(qtbot, dialog_of(actions, qtbot), tmp_path / "kept.npz")
    assert session.model_path == tmp_path / "kept.npz"


def test_the_dialog_for_data_offers_pictures_and_ink(actions: FileActions, qtbot: QtBot) -> None:
    actions.open_data()
    offered = dialog_of(actions, qtbot).nameFilters()[0]
    assert {"*.npz", "*.csv", "*.unipen"} <= set(offered.partition("(")[2].rstrip(")").split())
    dialog_of(actions, qtbot).reject()


def test_opening_data_emits_the_selected_file(actions: FileActions, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "mine.npz").touch()
    actions.open_data()
    with qtbot.waitSignal(actions.data_chosen) as chosen:
        type_name(qtbot, dialog_of(actions, qtbot), tmp_path / "mine.npz")
    assert chosen.args == [tmp_path / "mine.npz"]


def test_a_cancelled_dialog_does_nothing_and_is_deleted(actions: FileActions, session: Session, qtbot: QtBot) -> None:
    window = actions.parent()
    for ask in (actions.open_model, actions.open_data, actions.save_model_as):
        ask()
        dialog_of(actions, qtbot).reject()
    assert window is not None
    qtbot.waitUntil(lambda: not window.findChildren(QFileDialog))
    assert not list(models_folder().glob("*"))


def test_a_dropped_file_is_opened_as_a_model_or_as_data(
    actions: FileActions, session: Session, bundled: Model, qtbot: QtBot, tmp_path: Path
) -> None:
    save_model(bundled, tmp_path / "model.npz")
    data = small_mnist().training
    np.savez(tmp_path / "data.npz", x_train=data.images, y_train=data.labels)
    with qtbot.waitSignal(session.model_changed):
        actions.open_path(tmp_path / "model.npz")
    with qtbot.waitSignal(actions.data_chosen) as chosen:
        actions.open_path(tmp_path / "data.npz")
    assert chosen.args == [tmp_path / "data.npz"]
