"""The actions of the file menu in a window, and answers to their dialogs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from app.session.session import Session
from app.window.file_actions import FileActions
from nncore.files.model_file import Model, bundled_model_path, load_model


@pytest.fixture(scope="module")
def bundled() -> Model:
    return load_model(bundled_model_path())


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session()
    with qtbot.waitSignal(session.model_changed):
        session.open_bundled_model()
    yield session
    assert session.close()


@pytest.fixture
def actions(session: Session, qtbot: QtBot) -> FileActions:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return FileActions(session, window)


def dialog_of(actions: FileActions, qtbot: QtBot) -> QFileDialog:
    window = actions.parent()
    assert isinstance(window, QWidget)
    dialogs = [dialog for dialog in window.findChildren(QFileDialog) if dialog.isVisible()]
    (dialog,) = dialogs
    return dialog


def type_name(qtbot: QtBot, dialog: QFileDialog, name: object) -> None:
    entry = dialog.findChild(QLineEdit, "fileNameEdit")
    assert entry is not None
    entry.setText(str(name))
    qtbot.keyClick(entry, Qt.Key.Key_Return)


def answer_next_question(qtbot: QtBot, with_button: QMessageBox.StandardButton) -> list[str]:
    """Answer the next question of the dialog; returns a list to which its text will be added."""
    questions: list[str] = []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(10, answer)
            return
        questions.append(box.text())
        box.button(with_button).click()

    QTimer.singleShot(0, answer)
    return questions
