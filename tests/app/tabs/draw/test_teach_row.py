"""The correct digit is chosen by click or key, and the row says what teaching has changed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.session.fine_tuning import Adaptation, CorrectCount, HeldOut
from app.session.handwriting_teacher import HandwritingTeacher
from app.style.theme import ThemeChoice
from app.tabs.draw.teach_row import FORGOTTEN, LEARNING, NO_EXAMPLES_YET, NOT_LEARNED_YET, NOTHING_DRAWN, TeachRow
from nncore.model.network import Network, NetworkSpec
from nncore.preprocessing.ink import Ink
from tests.app.theme_choice import apply_theme

WIDTH = 560
SEVEN = Ink((np.array([[0.2, 0.2], [0.8, 0.2], [0.5, 0.8]], np.float32),))
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def network() -> Network:
    network = Network(NetworkSpec.dense((784, 16, 10)))
    network.initialize(np.random.default_rng(0))
    return network


@pytest.fixture
def row(qapp: QApplication, qtbot: QtBot) -> TeachRow:
    apply_theme(qapp, ThemeChoice.LIGHT)
    row = TeachRow()
    qtbot.addWidget(row)
    row.resize(WIDTH, row.sizeHint().height())
    with qtbot.waitExposed(row):
        row.show()
    row.activateWindow()
    return row


@pytest.fixture
def teacher(network: Network) -> Iterator[HandwritingTeacher]:
    teacher = HandwritingTeacher()
    teacher.load()
    teacher.set_base(network)
    yield teacher
    assert teacher.close()


def adaptation(network: Network) -> Adaptation:
    own, mnist = (CorrectCount(3, 12), CorrectCount(11, 12)), (CorrectCount(1990, 2000), CorrectCount(1987, 2000))
    return Adaptation(network, 12, *own, *mnist, 0.8)


def test_a_click_chooses_a_digit_and_keeps_the_focus(row: TeachRow, qtbot: QtBot) -> None:
    row.set_obstacle("")
    before = row.focusWidget()
    with qtbot.waitSignal(row.digit_chosen) as emitted:
        QTest.mouseClick(row.digits[7], LEFT)
    assert emitted.args == [7]
    assert row.focusWidget() is before


@pytest.mark.parametrize("digit", range(10))
def test_alt_and_a_digit_choose_it(row: TeachRow, digit: int, qtbot: QtBot) -> None:
    row.set_obstacle("")
    with qtbot.waitSignal(row.digit_chosen) as emitted:
        QTest.keyClick(row, Qt.Key(Qt.Key.Key_0 + digit), Qt.KeyboardModifier.AltModifier)
    assert emitted.args == [digit]


def test_disabled_buttons_say_why(row: TeachRow, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(row.digit_chosen):
        QTest.mouseClick(row.digits[7], LEFT)
        QTest.keyClick(row, Qt.Key.Key_7, Qt.KeyboardModifier.AltModifier)
    assert not row.digits[7].isEnabled()
    assert NOTHING_DRAWN in row.digits[7].toolTip()
    assert row.undo_button.toolTip() == "Nothing to undo."
    assert not row.undo_button.isEnabled()
    assert not row.forget_button.isEnabled()
    row.set_obstacle("")
    assert "(Alt+7)" in row.digits[7].toolTip()


def test_the_line_compares_own_drawings_and_mnist(row: TeachRow, network: Network) -> None:
    row.show_adaptation(adaptation(network))
    taught, mnist = row.effect.text().splitlines()
    assert taught == "12 drawings taught: 3 read correctly before, 11 now."
    assert mnist == "2,000 MNIST digits: 1,990 read correctly before, 1,987 now."
    assert "the drawings it learned" in row.effect.toolTip()
    row.show_held_out(HeldOut(CorrectCount(3, 10), CorrectCount(9, 10)))
    assert row.effect.text().splitlines() == ["10 drawings held out: 3 read correctly before, 9 now.", mnist]


def test_an_error_is_shown_until_the_next_message(row: TeachRow, network: Network) -> None:
    row.show_failure("The disk is full.")
    assert (row.effect.text(), row.effect.property("error")) == ("The disk is full.", True)
    row.show_adaptation(adaptation(network))
    assert (row.effect.property("error"), row.effect.property("quiet")) == (False, True)


def test_it_shows_learning_forgetting_and_undo(row: TeachRow, teacher: HandwritingTeacher, qtbot: QtBot) -> None:
    row.connect_teacher(teacher)
    assert row.effect.text() == NO_EXAMPLES_YET
    teacher.teach(SEVEN, 7)
    assert row.effect.text() == LEARNING
    qtbot.waitUntil(lambda: row.effect.text().startswith("1 drawing taught"))
    assert row.undo_button.isEnabled()
    QTest.mouseClick(row.forget_button, LEFT)
    assert (teacher.count, row.effect.text()) == (0, FORGOTTEN)
    assert row.undo_button.toolTip() == "Restore 1 drawing."
    assert not row.forget_button.isEnabled()
    QTest.mouseClick(row.undo_button, LEFT)
    assert (teacher.count, row.effect.text()) == (1, LEARNING)
    qtbot.waitUntil(lambda: row.effect.text().startswith("1 drawing taught"))
    QTest.mouseClick(row.undo_button, LEFT)
    assert (teacher.count, row.effect.text()) == (0, NO_EXAMPLES_YET)


def test_it_shows_why_a_drawing_cannot_be_taught(row: TeachRow, teacher: HandwritingTeacher, qtbot: QtBot) -> None:
    row.connect_teacher(teacher)
    teacher.teach(Ink(()), 7)
    assert row.effect.text() == "Nothing is drawn yet, so there is nothing to learn."
    teacher.set_base(Network(NetworkSpec.dense((784, 3))))
    teacher.teach(SEVEN, 7)
    qtbot.waitUntil(lambda: "has 3 classes" in row.effect.text())
    assert row.effect.property("error")
    teacher.undo()
    teacher.set_base(Network(NetworkSpec.dense((784, 10))))
    assert row.effect.text() == NO_EXAMPLES_YET  # the error was about the model before


def test_kept_drawings_are_not_shown_as_learned(
    row: TeachRow, teacher: HandwritingTeacher, network: Network, qtbot: QtBot
) -> None:
    row.connect_teacher(teacher)
    teacher.teach(SEVEN, 7)
    qtbot.waitUntil(lambda: row.effect.text().startswith("1 drawing taught"))
    teacher.set_base(network.copy(), learn=False)
    assert row.effect.text() == NOT_LEARNED_YET


def test_a_narrow_row_is_taller_than_a_wide_one_because_the_line_wraps(row: TeachRow) -> None:
    row.show_failure("The drawings could not be saved because the disk is full. Delete some files and try again.")
    assert row.effect.sizePolicy().hasHeightForWidth()
    two_lines, most_lines = row.heightForWidth(900), row.heightForWidth(360)
    assert most_lines >= two_lines + 2 * row.effect.fontMetrics().lineSpacing()
    row.resize(360, most_lines)
    assert row.effect.height() >= row.effect.heightForWidth(row.effect.width())


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_it_fits_560_pixels(qapp: QApplication, network: Network, scale: float, qtbot: QtBot) -> None:
    font = qapp.font()
    large = QFont(font)
    large.setPointSizeF(font.pointSizeF() * scale)
    try:
        qapp.setFont(large)
        apply_theme(qapp, ThemeChoice.LIGHT)
        row = TeachRow()
        qtbot.addWidget(row)
        row.show_failure("/home/someone/with/a/very/long/path/" + "x" * 80 + ": could not be saved.")
        assert row.minimumSizeHint().width() <= WIDTH
        row.show_adaptation(adaptation(network))
        assert row.heightForWidth(WIDTH) <= 160 * scale
    finally:
        qapp.setFont(font)
        apply_theme(qapp, ThemeChoice.LIGHT)


def test_every_control_has_a_name_and_keyboard_focus(row: TeachRow) -> None:
    row.set_obstacle("")
    row.set_examples(3)
    for button in (*row.digits, row.undo_button, row.forget_button):
        assert button.accessibleName() or button.text()
        assert button.toolTip()
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert row.digits[8].accessibleName() == "Teach that this is an 8"
