"""Exporting a model through Qt's file dialog."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from app.session.session import Session
from app.window.file_actions import EXPORT_FILES, FileActions
from app.window.main_window import MainWindow
from app.window.preferences import WindowPreferences
from nncore.files.model_file import Model, load_model, save_model
from tests.app.window.file_dialogs import actions as actions
from tests.app.window.file_dialogs import answer_next_question, dialog_of, type_name
from tests.app.window.file_dialogs import bundled as bundled
from tests.app.window.file_dialogs import session as session

ONNX, SCRIPT = EXPORT_FILES.split(";;")


def choose(dialog: QFileDialog, kind: str) -> None:
    dialog.selectNameFilter(kind)
    dialog.filterSelected.emit(kind)  # Qt emits this when the user selects from the list


@pytest.mark.parametrize(
    ("kind", "typed", "written"),
    [
        (ONNX, "kept", "kept.onnx"),
        (SCRIPT, "kept", "kept.py"),
        (ONNX, "kept.py", "kept.py"),
        (SCRIPT, "kept.ONNX", "kept.ONNX"),
        (SCRIPT, "run 0.5", "run 0.5.py"),
        (ONNX, "kept.npz", "kept.npz.onnx"),
    ],
)
def test_the_selected_format_is_written_unless_the_name_has_another_suffix(
    actions: FileActions, session: Session, qtbot: QtBot, tmp_path: Path, kind: str, typed: str, written: str
) -> None:
    actions.export_model()
    dialog = dialog_of(actions, qtbot)
    choose(dialog, kind)
    with qtbot.waitSignal(session.status_message):
        type_name(qtbot, dialog, tmp_path / typed)
    assert [path.name for path in tmp_path.glob("*.*")] == [written]
    assert session.model is not None
    np.testing.assert_array_equal(load_model(tmp_path / written).parameters, session.model.parameters)


def test_the_dialog_proposes_onnx_and_the_name_of_the_model(actions: FileActions, qtbot: QtBot) -> None:
    actions.export_model()
    dialog = dialog_of(actions, qtbot)
    assert dialog.selectedNameFilter() == ONNX
    assert [Path(path).name for path in dialog.selectedFiles()] == ["handwriting.onnx"]
    dialog.reject()


def test_replacing_a_file_needs_confirmation(
    actions: FileActions, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "kept.py").write_bytes(b"precious")
    actions.export_model()
    dialog = dialog_of(actions, qtbot)
    choose(dialog, SCRIPT)
    questions = answer_next_question(qtbot, QMessageBox.StandardButton.No)
    with qtbot.assertNotEmitted(session.status_message):
        type_name(qtbot, dialog, tmp_path / "kept")
    assert len(questions) == 1
    assert (tmp_path / "kept.py").read_bytes() == b"precious"
    dialog.reject()


def test_completing_the_suffix_never_replaces_a_file_without_confirmation(
    actions: FileActions, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "run 0.5.py").write_bytes(b"precious")
    actions.export_model()
    choose(dialog_of(actions, qtbot), SCRIPT)
    with qtbot.assertNotEmitted(session.status_message):
        type_name(qtbot, dialog_of(actions, qtbot), tmp_path / "run 0.5")
    again = dialog_of(actions, qtbot)  # a second dialog with the complete name asks for confirmation
    assert [Path(path).name for path in again.selectedFiles()] == ["run 0.5.py"]
    assert again.selectedNameFilter() == SCRIPT
    assert (tmp_path / "run 0.5.py").read_bytes() == b"precious"
    again.reject()


def test_an_exported_model_can_be_opened_and_is_saved_in_its_own_format(
    actions: FileActions, session: Session, bundled: Model, qtbot: QtBot, tmp_path: Path
) -> None:
    save_model(bundled, tmp_path / "own.onnx")
    with qtbot.waitSignal(session.model_changed):
        actions.open_path(tmp_path / "own.onnx")
    (tmp_path / "own.onnx").unlink()
    with qtbot.waitSignal(session.status_message):
        actions.save_model()
    assert onnx.load(tmp_path / "own.onnx").producer_name == "Digit Lab"


def test_a_foreign_model_is_rejected_and_the_one_in_use_stays(
    actions: FileActions, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    foreign = onnx.helper.make_model(onnx.helper.make_graph([], "empty", [], []), producer_name="other")
    foreign.graph.node.add(op_type="Conv")
    onnx.save(foreign, tmp_path / "foreign.onnx")
    before = session.model
    with qtbot.waitSignal(session.error_message) as rejection:
        session.open_model(tmp_path / "foreign.onnx")
    assert "foreign.onnx: this is an ONNX model made by other (1 Conv)" in rejection.args[0]
    assert session.model is before


def test_the_menu_offers_the_export(qtbot: QtBot) -> None:
    window = MainWindow(Session(), WindowPreferences())
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.session.model_changed):
        window.session.open_bundled_model()
    (action,) = (action for action in window.menu.actions() if action.text() == "&Export model…")
    action.trigger()
    (dialog,) = window.findChildren(QFileDialog)
    assert dialog.windowTitle() == "Export the model"
    dialog.reject()
    assert window.session.close()
