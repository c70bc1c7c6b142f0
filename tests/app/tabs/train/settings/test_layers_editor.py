"""Rows and text of the layers follow each other."""

from typing import cast

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.tabs.train.settings.layer_words import Block
from app.tabs.train.settings.layers_editor import LayersEditor
from app.tabs.train.settings.network_form import NetworkForm
from nncore.errors import SettingError
from nncore.model.layers import BatchNorm, Conv2D, Dense, Dropout
from nncore.model.network import NetworkSpec


@pytest.fixture
def editor(qtbot: QtBot) -> LayersEditor:
    text = QLineEdit()
    editor = LayersEditor(text)
    qtbot.addWidget(editor)
    qtbot.addWidget(text)
    qtbot.addWidget(editor.add_button)
    editor.set_blocks([Block(Dense(128), "relu"), Block(Dense(64), "tanh")])
    editor.show()
    return editor


def layers(editor: LayersEditor) -> tuple[tuple[int, ...], list[str]]:
    """The widths and the activations."""
    blocks = editor.blocks()
    return tuple(block.layer.units for block in blocks if isinstance(block.layer, Dense)), [
        b.activation for b in blocks
    ]


def add(editor: LayersEditor, name: str) -> None:
    """Choose `name` in the menu of the Add button."""
    menu = editor.add_button.menu()
    next(action for action in menu.actions() if action.text() == name).trigger()


def test_layers_shown_are_the_layers_read(editor: LayersEditor) -> None:
    assert layers(editor) == ((128, 64), ["relu", "tanh"])
    assert editor.text.text() == "128 64"


def test_rows_follow_the_text_and_keep_their_activations(editor: LayersEditor, qtbot: QtBot) -> None:
    editor.text.selectAll()
    qtbot.keyClicks(editor.text, "32, 16 8")
    assert [row.first_edit.text() for row in editor.rows] == ["32", "16", "8"]
    assert layers(editor)[1][0] == "relu"


def test_a_new_layer_takes_the_activation_before_it(editor: LayersEditor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.changed):
        add(editor, "Dense")
    assert layers(editor) == ((128, 64, 32), ["relu", "tanh", "tanh"])


def test_the_text_follows_the_rows(editor: LayersEditor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.changed):
        editor.rows[1].first_edit.selectAll()
        qtbot.keyClicks(editor.rows[1].first_edit, "9")
    assert editor.text.text() == "128 9"


def test_a_layer_can_be_removed(editor: LayersEditor, qtbot: QtBot) -> None:
    qtbot.mouseClick(editor.rows[0].remove, Qt.MouseButton.LeftButton)
    assert layers(editor) == ((64,), ["tanh"])
    assert editor.rows[0].name.text() == "1 dense"
    qtbot.mouseClick(editor.rows[0].remove, Qt.MouseButton.LeftButton)
    assert layers(editor) == ((), [])


def test_each_layer_has_an_activation_of_its_own(editor: LayersEditor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.changed):
        qtbot.keyClick(editor.rows[0].activation, Qt.Key.Key_Down)
    assert layers(editor)[1] == ["leaky_relu", "tanh"]


@pytest.mark.parametrize("typed", ["0", ""])
def test_a_row_without_a_width_is_invalid(editor: LayersEditor, qtbot: QtBot, typed: str) -> None:
    editor.rows[1].first_edit.clear()
    qtbot.keyClicks(editor.rows[1].first_edit, typed)
    with pytest.raises(SettingError, match="idden layer 2"):
        layers(editor)


@pytest.mark.parametrize("typed", ["64 32", "1,2", "1;2", "conv8", "norm", "max2"])
def test_a_width_that_is_not_one_number_is_rejected(editor: LayersEditor, typed: str) -> None:
    editor.rows[1].first_edit.setText(typed)
    with pytest.raises(SettingError, match=f"hidden layer 2 must be a whole number, such as 64; got “{typed}”"):
        layers(editor)
    assert [row.first_edit.text() for row in editor.rows] == ["128", typed]
    editor.rows[1].first_edit.setText("32")
    assert layers(editor) == ((128, 32), ["relu", "tanh"])
    editor.rows[1].first_edit.setText(typed)
    editor.text.setText("16 8")
    assert layers(editor) == ((16, 8), ["relu", "tanh"])


def test_invalid_text_gives_an_error_and_does_not_change_the_rows(editor: LayersEditor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.changed):
        editor.text.end(False)
        qtbot.keyClicks(editor.text, " x")
    assert len(editor.rows) == 2
    with pytest.raises(SettingError, match="hidden layer 3 must be a whole number, such as 64; got “x”"):
        layers(editor)


def test_locked_layers_show_the_reason_and_none_can_be_added(editor: LayersEditor) -> None:
    editor.set_locked(True)
    row = editor.rows[0]
    for control in (row.first_edit, row.activation, row.remove, editor.add_button):
        assert not control.isEnabled()
        assert "Locked during a run" in control.toolTip()
    editor.set_locked(False)
    assert row.activation.isEnabled()
    assert editor.add_button.isEnabled()


def test_there_can_be_at_most_twenty_layers(editor: LayersEditor) -> None:
    editor.text.setText("8 " * 20)
    assert not editor.add_button.isEnabled()
    assert "There are 20 hidden layers" in editor.add_button.toolTip()


def test_every_kind_of_layer_can_be_added(editor: LayersEditor) -> None:
    for name in ("Convolution", "Max pool", "Average pool", "Batch norm", "Dropout"):
        add(editor, name)
    assert editor.text.text() == "conv8 max2 average2 128 64 norm dropout0.3"
    assert [row.name.text() for row in editor.rows] == [
        "1 convolution", "2 max pool", "3 average pool", "4 dense", "5 dense", "6 batch norm", "7 dropout",
    ]  # fmt: skip
    assert isinstance(editor.blocks()[0].layer, Conv2D)


def test_batch_norm_is_inserted_between_a_layer_and_its_activation(editor: LayersEditor) -> None:
    add(editor, "Batch norm")
    assert editor.blocks()[1:] == (Block(Dense(64), "linear"), Block(BatchNorm(), "tanh"))


def test_the_numbers_of_a_convolution_can_be_edited(editor: LayersEditor, qtbot: QtBot) -> None:
    editor.set_blocks([Block(Conv2D(8), "relu")])
    for field, typed in (("kernel", "3"), ("stride", "1"), ("padding", "0")):
        edit = editor.rows[0].edits[field]
        edit.selectAll()
        qtbot.keyClicks(edit, typed)
    assert editor.text.text() == "conv8k3s1p0"
    assert editor.blocks() == (Block(Conv2D(8, 3, 1, 0), "relu"),)


def test_a_rate_is_read_while_it_is_typed_and_the_text_is_unchanged(editor: LayersEditor, qtbot: QtBot) -> None:
    editor.set_blocks([Block(Dropout(0.3))])
    edit = editor.rows[0].first_edit
    edit.selectAll()
    qtbot.keyClicks(edit, "0.50")
    assert edit.text() == "0.50"
    assert editor.blocks() == (Block(Dropout(0.5)),)


def test_a_row_is_replaced_by_one_of_another_kind(editor: LayersEditor) -> None:
    editor.text.setText("128 dropout0.5 64")
    assert [row.layer.kind for row in editor.rows] == ["dense", "dropout", "dense"]
    assert [editor._layout.indexOf(row) for row in editor.rows] == [0, 1, 2]
    assert editor._layout.count() == 3


def test_a_layer_for_images_is_added_before_the_dense_layers(editor: LayersEditor) -> None:
    add(editor, "Convolution")
    assert editor.text.text() == "conv8 128 64"
    add(editor, "Max pool")
    add(editor, "Dense")
    assert editor.text.text() == "conv8 max2 128 64 32"
    assert [row.name.text()[0] for row in editor.rows] == ["1", "2", "3", "4", "5"]


def test_a_new_layer_has_the_focus(editor: LayersEditor, qtbot: QtBot) -> None:
    editor.activateWindow()
    add(editor, "Convolution")
    qtbot.waitUntil(editor.rows[0].first_edit.hasFocus)


def test_alt_and_the_arrow_keys_move_the_layer_with_the_focus(editor: LayersEditor, qtbot: QtBot) -> None:
    editor.activateWindow()
    first = editor.rows[0].first_edit
    first.setFocus()
    qtbot.waitUntil(first.hasFocus)
    qtbot.keyClick(first, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert layers(editor) == ((64, 128), ["tanh", "relu"])
    assert editor.text.text() == "64 128"
    assert editor.rows[1].first_edit is first
    assert first.hasFocus()
    qtbot.keyClick(first, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)  # it is the last one
    assert editor.text.text() == "64 128"
    qtbot.keyClick(first, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert editor.text.text() == "128 64"


def test_a_layer_is_dragged_by_its_name(editor: LayersEditor, qtbot: QtBot) -> None:
    add(editor, "Dense")
    editor.resize(400, 200)
    row = editor.rows[2]
    handle, above = row.name, editor.rows[0]
    qtbot.waitUntil(lambda: above.y() < editor.rows[1].y() < row.y())
    qtbot.mousePress(handle, Qt.MouseButton.LeftButton)
    top = handle.mapFrom(editor, above.geometry().topLeft())
    event = QMouseEvent(
        QEvent.Type.MouseMove, top.toPointF(), handle.mapToGlobal(top.toPointF()), Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(handle, event)
    qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton)
    assert editor.rows[0] is row
    assert editor.text.text() == "32 128 64"


def test_locked_layers_are_not_moved(editor: LayersEditor) -> None:
    editor.set_locked(True)
    editor.move_layer(editor.rows[0], 1)
    assert editor.text.text() == "128 64"


def test_the_tab_key_visits_the_layers_after_the_add_button(qtbot: QtBot) -> None:
    form = NetworkForm()
    qtbot.addWidget(form)
    form.show_spec(NetworkSpec.dense((784, 32, 10)))
    form.layers.add_layer("dense")
    form.layers.add_layer("conv2d")
    form.show()
    visited: list[QWidget] = []
    widget: QWidget = form.hidden_layers
    while widget is not form.initialization:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            visited.append(widget)
        widget = cast("QWidget", widget.nextInFocusChain())
    controls = [control for row in form.layers.rows for control in row.focus_order]
    assert [each for each in visited if each in controls] == controls
    assert visited[:2] == [form.hidden_layers, form.layers.add_button]
