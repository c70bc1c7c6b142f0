"""The curve to learn comes from a formula or a file, and errors are shown beside their field."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.tabs.train.settings.curve_form import CurveForm
from nncore.data.curves import CurvePoints
from nncore.experiments.recipes import CurveExamples

POINTS = CurvePoints(np.array([0.0, 1.0, 2.0]), np.array([5.0, 6.0, 5.0]), "temperatures.csv")


@pytest.fixture
def form(qtbot: QtBot) -> CurveForm:
    form = CurveForm()
    qtbot.addWidget(form)
    form.show_examples(CurveExamples("sin(x)"))
    form.show()
    return form


def test_the_shown_curve_is_the_curve_to_learn(form: CurveForm) -> None:
    assert (form.low.text(), form.high.text(), form.points.text()) == ("-2*pi", "2*pi", "500")
    np.testing.assert_array_equal(form.curve().y, CurveExamples("sin(x)").curve().y)
    form.function.setText("x**2")
    form.low.setText("-1,5")
    form.high.setText("3")
    form.points.setText("10")
    assert form.curve().y[0] == 2.25
    assert form.line == "10 points of x**2, x from -1.5 to 3"


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("function", "x^2", "write **"),
        ("function", "log(x)", "has no value"),
        ("low", "two", "is not a number"),
        ("low", "9", "must begin with the smaller number"),
        ("high", "x", "is not a number"),
        ("points", "1", "must be from 2 to 100,000; got 1"),
    ],
)
def test_an_invalid_entry_is_reported_by_its_name(form: CurveForm, field: str, text: str, message: str) -> None:
    getattr(form, field).setText(text)
    assert message in str(form.problems()[field])
    assert list(form.problems()) == [field]
    assert form.line == ""


def test_a_file_replaces_the_function_until_it_is_closed(form: CurveForm, qtbot: QtBot) -> None:
    form.function.setText("?")
    with qtbot.waitSignal(form.changed):
        form.show_file(POINTS)
    assert form.curve() is POINTS
    assert form.line == "temperatures.csv: 3 points"
    assert form.problems() == {}
    assert not form.function.isEnabled()
    assert "Close it" in form.function.toolTip()
    qtbot.mouseClick(form.close_button, Qt.MouseButton.LeftButton)
    assert form.function.isEnabled()
    assert "function" in form.problems()
    assert not form.close_button.isVisible()


def test_the_error_of_an_unreadable_file_is_shown_beside_the_button(form: CurveForm) -> None:
    form.show_file_error('bad.csv, line 3: found "hello".')
    assert form.rows["file"].message.text().startswith("bad.csv, line 3")
    form.show_file(POINTS)
    form.show_problems({})
    assert not form.rows["file"].message.isVisible()


def test_the_button_asks_for_a_file(form: CurveForm, qtbot: QtBot, tmp_path: Path) -> None:
    qtbot.mouseClick(form.open_button, Qt.MouseButton.LeftButton)
    dialog = form.findChild(QFileDialog)
    assert dialog is not None
    with qtbot.waitSignal(form.path_chosen) as chosen:
        dialog.fileSelected.emit(str(tmp_path / "points.csv"))
    dialog.close()
    assert chosen.args == [tmp_path / "points.csv"]


def test_all_rows_are_locked_during_a_run(form: CurveForm) -> None:
    form.set_running(True)
    assert not any(row.control.isEnabled() for row in form.rows.values())
    form.set_running(False)
    assert all(row.control.isEnabled() for row in form.rows.values())
