import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.train.layers_editor import LayersEditor
from nncore.errors import SettingError


@pytest.fixture
def editor(qtbot: QtBot) -> LayersEditor:
    text = QLineEdit()
    editor = LayersEditor(text)
    qtbot.addWidget(editor)
    qtbot.addWidget(text)
    qtbot.addWidget(editor.add_button)
    editor.set_layers((128, 64), ["relu", "tanh"])
    editor.show()
    return editor


def test_layers_shown_are_the_layers_read(editor: LayersEditor) -> None:
    assert editor.hidden_layers() == ((128, 64), ["relu", "tanh"])
    assert editor.text.text() == "128 64"


def test_rows_follow_the_text_and_keep_their_activations(editor: LayersEditor, qtbot: QtBot) -> None:
    editor.text.selectAll()
    qtbot.keyClicks(editor.text, "32, 16 8")
    assert [row.width_edit.text() for row in editor.rows] == ["32", "16", "8"]
    assert editor.hidden_layers()[1][0] == "relu"


def test_a_new_layer_takes_the_activation_before_it(editor: LayersEditor, qtbot: QtBot) -> None:
    qtbot.mouseClick(editor.add_button, Qt.MouseButton.LeftButton)
    assert editor.hidden_layers() == ((128, 64, 32), ["relu", "tanh", "tanh"])


def test_the_text_follows_the_rows(editor: LayersEditor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.changed):
        editor.rows[1].width_edit.selectAll()
        qtbot.keyClicks(editor.rows[1].width_edit, "9")
    assert editor.text.text() == "128 9"


def test_a_layer_can_be_taken_out(editor: LayersEditor, qtbot: QtBot) -> None:
    qtbot.mouseClick(editor.rows[0].remove, Qt.MouseButton.LeftButton)
    assert editor.hidden_layers() == ((64,), ["tanh"])
    assert editor.rows[0].name.text() == "layer 1"
    qtbot.mouseClick(editor.rows[0].remove, Qt.MouseButton.LeftButton)
    assert editor.hidden_layers() == ((), [])


def test_each_layer_has_an_activation_of_its_own(editor: LayersEditor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.changed):
        qtbot.keyClick(editor.rows[0].activation, Qt.Key.Key_Down)
    assert editor.hidden_layers()[1] == ["leaky_relu", "tanh"]


@pytest.mark.parametrize("typed", ["0", ""])
def test_a_row_without_a_width_is_refused(editor: LayersEditor, qtbot: QtBot, typed: str) -> None:
    editor.rows[1].width_edit.clear()
    qtbot.keyClicks(editor.rows[1].width_edit, typed)
    with pytest.raises(SettingError, match="idden layer 2"):
        editor.hidden_layers()


def test_text_that_cannot_be_read_leaves_the_rows_and_is_refused(editor: LayersEditor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.changed):
        qtbot.keyClicks(editor.text, " x")
    assert len(editor.rows) == 2
    with pytest.raises(SettingError, match="“x” of hidden layer 3"):
        editor.hidden_layers()


def test_locked_layers_say_why_and_new_ones_cannot_be_added(editor: LayersEditor) -> None:
    editor.set_locked(True)
    row = editor.rows[0]
    for control in (row.width_edit, row.activation, row.remove, editor.add_button):
        assert not control.isEnabled()
        assert "Locked while a run is on" in control.toolTip()
    editor.set_locked(False)
    assert row.activation.isEnabled()
    assert editor.add_button.isEnabled()


def test_there_are_twenty_layers_at_most(editor: LayersEditor) -> None:
    editor.text.setText("8 " * 20)
    assert not editor.add_button.isEnabled()
    assert "20 already" in editor.add_button.toolTip()
