"""Choices ignore the wheel, and a rate is changed by the arrow keys."""

from html import escape

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.widgets.form import LOCKED, Choice, Form, RateEdit, SettingsForm, next_learning_rate
from nncore.errors import SettingError
from nncore.training import TrainingConfig
from nncore.training.config import SETTINGS
from nncore.training.settings import NumberRange, Setting


def test_the_wheel_does_not_change_a_choice(qtbot: QtBot) -> None:
    choice = Choice({"a": "first", "b": "second"})
    qtbot.addWidget(choice)
    choice.show()
    choice.setFocus()
    none = Qt.MouseButton.NoButton
    turn = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), none,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(choice, turn)
    assert choice.value == "a"
    assert not turn.isAccepted()


def test_choosing_an_unknown_value_adds_it_to_the_options(qtbot: QtBot) -> None:
    choice = Choice({"relu": "ReLU"})
    qtbot.addWidget(choice)
    choice.choose("linear")
    choice.choose("linear")
    assert choice.value == "linear"
    assert choice.count() == 2


def test_arrow_keys_change_a_rate_and_apply_it(qtbot: QtBot) -> None:
    edit = RateEdit("0.001")
    qtbot.addWidget(edit)
    with qtbot.waitSignal(edit.editingFinished):
        qtbot.keyClick(edit, Qt.Key.Key_Up)
    assert edit.text() == "0.002"
    qtbot.keyClick(edit, Qt.Key.Key_Down)
    qtbot.keyClick(edit, Qt.Key.Key_Down)
    assert edit.text() == "0.0005"


@pytest.mark.parametrize("text", ["", "abc", "-1"])
def test_arrow_keys_do_not_change_an_invalid_rate(qtbot: QtBot, text: str) -> None:
    edit = RateEdit(text)
    qtbot.addWidget(edit)
    qtbot.keyClick(edit, Qt.Key.Key_Up)
    assert edit.text() == text


def test_a_problem_is_shown_under_its_field_until_it_is_solved(qtbot: QtBot) -> None:
    form, first, second = Form(), QLineEdit(), QLineEdit()
    qtbot.addWidget(form)
    form.add("seed", "seed", first, "Where it starts.")
    form.add("epochs", "epochs", second, "How often.")
    form.show()
    form.show_problems({"epochs": SettingError("epochs", "0 epochs are none.")})
    assert form.rows["epochs"].message.isVisible()
    assert form.rows["epochs"].message.text() == "0 epochs are none."
    assert form.rows["epochs"].message.y() > second.y()
    assert second.property("error")
    assert second.accessibleDescription() == "0 epochs are none."
    assert not form.rows["seed"].message.isVisible()
    assert not first.property("error")
    form.show_problems({})
    assert not form.rows["epochs"].message.isVisible()
    assert not second.property("error")


def test_a_problem_with_html_is_shown_literally(qtbot: QtBot) -> None:
    form, field = Form(), QLineEdit()
    qtbot.addWidget(form)
    form.add("seed", "seed", field, "Where it starts.")
    message = form.rows["seed"].message
    pictures = []
    for text in ("plain words", "<b>plain</b> words", "<i>plain</i> words"):
        form.rows["seed"].show_message(text)
        message.resize(300, message.height())
        pictures.append(message.grab().toImage())
        assert message.text() == text
        assert message.toolTip() == f"<qt>{escape(text)}</qt>"
    plain, bold, italic = pictures
    assert plain != bold != italic
    in_tags = QRect(0, 0, message.fontMetrics().horizontalAdvance("<"), message.height())
    assert bold.copy(in_tags) == italic.copy(in_tags)  # the tags are shown as text


def test_a_locked_row_says_why(qtbot: QtBot) -> None:
    form, field = Form(), QLineEdit()
    qtbot.addWidget(form)
    form.add("seed", "seed", field, "Where it starts.")
    form.rows["seed"].lock("A run is on.")
    assert not field.isEnabled()
    assert field.toolTip() == "Where it starts. A run is on."
    form.rows["seed"].lock("")
    assert field.isEnabled()
    assert field.toolTip() == "Where it starts."


def test_a_settings_form_reads_all_values_and_finds_all_problems(qtbot: QtBot) -> None:
    form = SettingsForm()
    qtbot.addWidget(form)
    fruit = form.add_choice("fruit", "fruit", {"a": "apple", "b": "pear"}, "Which.")
    setting = Setting("count", "whole number", range=NumberRange(0, 9), name="count")
    count = form.add_entry(
        "count",
        "count",
        "How many.",
        lambda: setting.read(count.text()),
    )
    with qtbot.waitSignal(form.changed):
        count.setText("7")
    with qtbot.waitSignal(form.changed):
        fruit.choose("b")
    assert form.values() == {"fruit": "b", "count": 7}
    assert form.problems() == {}
    count.setText("10")
    assert list(form.problems()) == ["count"]
    with pytest.raises(SettingError, match="from 0 to 9"):
        form.values()
    form.set_running(True)
    assert not fruit.isEnabled()
    assert LOCKED in count.toolTip()


@pytest.fixture
def loss(qtbot: QtBot) -> SettingsForm:
    form = SettingsForm("loss")
    qtbot.addWidget(form)
    form.show_config(TrainingConfig())
    return form


@pytest.fixture
def stopping(qtbot: QtBot) -> SettingsForm:
    form = SettingsForm("stopping")
    qtbot.addWidget(form)
    form.show_config(TrainingConfig())
    return form


@pytest.mark.parametrize("group", ["loss", "stopping"])
def test_a_form_has_the_labels_and_help_of_its_group(group: str, request: pytest.FixtureRequest) -> None:
    form = request.getfixturevalue(group)
    wanted = {name: setting for name, setting in SETTINGS.items() if setting.group == group}
    assert list(form.rows) == list(form.getters) == list(wanted)
    for name, setting in wanted.items():
        assert form.rows[name].label.text() == setting.label
        assert form.rows[name].control.toolTip().startswith(setting.help)


def test_the_rows_of_a_configuration_show_and_read_the_defaults(loss: SettingsForm, stopping: SettingsForm) -> None:
    assert loss.values() == {"loss": None, "label_smoothing": 0.0, "weight_decay": 0.0, "clip_norm": None}
    assert stopping.values() == {"steps": None, "seconds": None, "patience": None, "keep_best": False}
    assert stopping.edits["steps"].placeholderText() == "no limit"


def test_rows_read_what_they_show(loss: SettingsForm, stopping: SettingsForm) -> None:
    regular = {"loss": "mean_squared_error", "label_smoothing": 0.1, "weight_decay": 1e-4, "clip_norm": 0.5}
    limits = {"steps": 500, "seconds": 2.5, "patience": 3, "keep_best": True}
    config = TrainingConfig(**regular, **limits)  # type: ignore[arg-type]
    loss.show_config(config)
    stopping.show_config(config)
    assert loss.values() == regular
    assert stopping.values() == limits


def test_each_invalid_row_is_reported_under_its_own_name(loss: SettingsForm, stopping: SettingsForm) -> None:
    loss.edits["label_smoothing"].setText("1")
    loss.edits["weight_decay"].setText("")
    loss.edits["clip_norm"].setText("0")
    assert list(loss.problems()) == ["label_smoothing", "weight_decay", "clip_norm"]
    with pytest.raises(SettingError, match="Label smoothing must be at least 0 and below 1; got 1"):
        loss.values()
    for edit in stopping.edits.values():
        edit.setText("0")
    assert list(stopping.problems()) == ["steps", "seconds", "patience"]


def test_a_check_box_reports_a_change(stopping: SettingsForm, qtbot: QtBot) -> None:
    with qtbot.waitSignal(stopping.changed):
        stopping.checks["keep_best"].click()
    assert stopping.values()["keep_best"] is True


@pytest.mark.parametrize(
    ("rate", "up", "down"), [(0.001, 0.002, 0.0005), (0.003, 0.005, 0.002), (10.0, 10.0, 5.0), (1e-6, 2e-6, 1e-6)]
)
def test_arrow_keys_step_through_one_two_five(rate: float, up: float, down: float) -> None:
    assert next_learning_rate(rate, 1) == pytest.approx(up)
    assert next_learning_rate(rate, -1) == pytest.approx(down)


def test_a_message_moves_no_control(qtbot: QtBot) -> None:
    form = SettingsForm("learning")
    qtbot.addWidget(form)
    form.resize(360, form.sizeHint().height())
    with qtbot.waitExposed(form):
        form.show()
    controls = [row.control for row in form.rows.values()]
    places = [control.geometry() for control in controls]
    height = form.sizeHint().height()
    for row in form.rows.values():
        row.show_message("A message that is much longer than the line. " * 5)
        assert row.message.isVisible()
        qtbot.wait(1)  # the layout of the form
        assert [control.geometry() for control in controls] == places
        assert form.sizeHint().height() == height
        row.show_message("")
        row.mark("Changed from 5.")
        qtbot.wait(1)
        assert [control.geometry() for control in controls] == places
    form.show_only(["epochs"])
    assert form.sizeHint().height() < height / 3, "a hidden setting keeps no place for a message"
