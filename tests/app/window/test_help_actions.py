"""F1 and Shift+F1 answer in every tab and dialog, and the start page leads to the right control."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QHeaderView,
    QLineEdit,
    QScrollArea,
    QScrollBar,
    QTabBar,
    QTabWidget,
    QTextEdit,
    QWhatsThis,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.dialogs.help.about import AboutDialog
from app.dialogs.help.guide_window import GuideWindow
from app.dialogs.help.help_keys import help_text
from app.dialogs.help.shortcut_list import ShortcutList
from app.dialogs.help.start_page import StartPage
from app.dialogs.model_card import ModelCardDialog
from app.dialogs.sweep.sweep_dialog import SweepDialog
from app.session.session import Session
from app.widgets.plot import FixedPlot
from app.window.main_window import MainWindow
from app.window.preferences import WindowPreferences
from app.window.process.crash_reporter import CrashDialog
from app.window.tab_connections import TABS
from nncore import __version__
from nncore.files.model_file import bundled_model_path

CONTROLS = (
    QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QAbstractSlider, QAbstractItemView, QTextEdit
)  # fmt: skip
NO_CONTROLS = (QScrollBar, QHeaderView, QTabBar, QTabWidget, QScrollArea)

PLUGIN_WARNINGS = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
"""What the offscreen platform says when Qt shows a What's This text: raise(), and grabbing the keyboard."""


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = MainWindow(Session(), WindowPreferences())
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    yield window
    window.close()


@pytest.fixture
def with_model(window: MainWindow, qtbot: QtBot) -> MainWindow:
    with qtbot.waitSignal(window.session.model_changed):
        window.session.open_bundled_model()
    return window


def controls_of(root: QWidget) -> list[QWidget]:
    """The controls that are not hidden themselves, without the inner parts of Qt's own widgets."""
    return [widget for widget in root.findChildren(QWidget) if is_control(widget)]


def is_control(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    inner = isinstance(parent, QTabBar | QAbstractItemView) or (parent is not None and parent.inherits("QGraphicsView"))
    inner = inner or widget.objectName().startswith("qt_") or widget.window().inherits("QComboBoxPrivateContainer")
    takes_keys = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    is_one = (takes_keys or isinstance(widget, CONTROLS)) and not isinstance(widget, NO_CONTROLS)
    return is_one and not inner and not widget.isHidden()


def without_help(root: QWidget) -> list[str]:
    return [
        f"{widget.metaObject().className()} {widget.accessibleName()}"
        for widget in controls_of(root)
        if not help_text(widget)
    ]


def guide_of(window: QWidget) -> GuideWindow:
    guide = window.findChild(GuideWindow, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert guide is not None
    assert guide.isVisible()
    return guide


def test_every_control_of_every_tab_says_what_it_does(with_model: MainWindow) -> None:
    tabs = [with_model.tabs.build(number) for number in range(with_model.tabs.count())]
    for tab in tabs:
        tab.complete()
    assert len(controls_of(with_model)) > 120
    assert without_help(with_model) == []


def test_every_chart_says_what_it_shows(with_model: MainWindow, qtbot: QtBot) -> None:
    for number in range(with_model.tabs.count()):
        with_model.tabs.build(number).complete()
    with_model.training_actions.dialogs.open_sweep()
    charts = with_model.findChildren(FixedPlot)
    assert len(charts) > 10
    for chart in charts:
        text = help_text(chart)
        assert len(text.split()) > 7, chart.accessibleName()
        assert text.endswith(".")
        assert not text.startswith("A picture."), chart.accessibleName()


def test_every_control_of_every_dialog_says_what_it_does_and_f1_opens_its_page(
    with_model: MainWindow, qtbot: QtBot
) -> None:
    window = with_model
    with qtbot.waitSignal(window.session.data_changed):
        window.session.load_bundled_data()
    pages = {}
    for open_dialog in (
        window.show_model_card,
        window.training_actions.dialogs.open_sweep,
        window.train_tab.settings.recipes.page_button.click,
        window.help.show_shortcuts,
        window.help.show_about,
        window.help.show_start_page,
        CrashDialog("An error", "Nothing is lost.", None, window).show,
    ):
        open_dialog()
        dialog = next(dialog for dialog in window.findChildren(QDialog) if dialog.isVisible())
        assert without_help(dialog) == []
        dialog.activateWindow()
        qtbot.waitUntil(lambda dialog=dialog: QApplication.activeWindow() is dialog)  # type: ignore[misc]
        qtbot.keyClick(dialog, Qt.Key.Key_F1)
        guide = guide_of(dialog if dialog.isModal() else window)
        pages[type(dialog)] = guide.page
        assert without_help(guide) == []
        guide.close()
        dialog.close()
    assert pages == {
        ModelCardDialog: "models", SweepDialog: "runs", QDialog: "train", ShortcutList: "keyboard",
        AboutDialog: "first_steps", StartPage: "first_steps", CrashDialog: "first_steps",
    }  # fmt: skip


def test_f1_opens_the_page_of_the_tab_wherever_the_focus_is_in_it(window: MainWindow, qtbot: QtBot) -> None:
    for number, row in enumerate(TABS):
        window.activateWindow()
        window.tabs.setCurrentIndex(number)
        for widget in (window.focusWidget() or window, window.tabs.tabBar()):
            widget.setFocus()
            qtbot.keyClick(widget, Qt.Key.Key_F1)
            assert guide_of(window).page == row.guide_page
            guide_of(window).close()
    assert len(window.findChildren(GuideWindow)) == 1


def shown_windows() -> list[str]:
    """The classes of the windows that are shown; a What's This text is one of Qt's class QWhatsThat."""
    return [widget.metaObject().className() for widget in QApplication.topLevelWidgets() if widget.isVisible()]


@PLUGIN_WARNINGS
def test_shift_f1_explains_the_control_with_the_focus(window: MainWindow, qtbot: QtBot) -> None:
    window.train_tab.focus()
    qtbot.keyClick(window.train_tab.buttons.train_button, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    assert "QWhatsThat" in shown_windows()
    QWhatsThis.hideText()
    assert "QWhatsThat" not in shown_windows()


@PLUGIN_WARNINGS
def test_what_is_this_in_the_menu_explains_the_control_that_is_clicked(window: MainWindow, qtbot: QtBot) -> None:
    button = window.train_tab.buttons.step_button
    window.help.ask_whats_this()
    assert QWhatsThis.inWhatsThisMode()
    assert button.whatsThis() == button.toolTip() != ""
    with qtbot.assertNotEmitted(window.train_tab.step_requested):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not QWhatsThis.inWhatsThisMode()
    QWhatsThis.hideText()
    button.setToolTip("It does something else now.")
    assert help_text(button) == "It does something else now."


def test_the_list_of_shortcuts_has_every_key_of_the_window(window: MainWindow) -> None:
    window.help.show_shortcuts()
    (shown,) = window.findChildren(ShortcutList)
    groups = [shown.rows.topLevelItem(number) for number in range(shown.rows.topLevelItemCount())]
    rows = {
        (group.text(0), row.text(0)): row.text(1)
        for group in groups
        if group is not None
        for row in (group.child(number) for number in range(group.childCount()))
        if row is not None
    }
    assert rows["Everywhere", "Open model"] == "Ctrl+O"
    assert rows["Everywhere", "My hand tab"] == "Ctrl+4"
    assert rows["Everywhere", "Guide"] == "F1"
    assert rows["Draw", "Redo"] == "Ctrl+Shift+Z, Ctrl+Y"
    assert rows["Runs", "Delete the selected runs"] == "Del"
    inside = [each for each in window.findChildren(QShortcut) if not isinstance(each.parent(), QDialog)]
    assert len(inside) > 10
    assert [each.key().toString() for each in inside if not each.whatsThis()] == []
    shown.close()


def test_about_names_the_version_and_the_licences(window: MainWindow, qtbot: QtBot) -> None:
    window.help.show_about()
    (about,) = window.findChildren(AboutDialog)
    assert any(__version__ in label.text() for label in about.findChildren(QWidget) if hasattr(label, "text"))
    text = about.licences.toPlainText()
    for each in ("numpy", "PySide6", "LGPL", "CC BY-SA 3.0", "CC BY 4.0", "SIL Open Font License"):
        assert each in text
    qtbot.keyClick(about, Qt.Key.Key_Escape)
    assert not about.isVisible()


def start_page(window: MainWindow) -> StartPage:
    window.help.show_start_page()
    window.help.show_start_page()  # a second request shows the same page
    (page,) = [page for page in window.findChildren(StartPage) if page.isVisible()]
    return page


def test_the_start_page_leads_to_the_canvas(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(start_page(window).focusWidget(), Qt.Key.Key_Space)
    assert window.tabs.currentWidget() is window.draw_tab
    assert window.focusWidget() is window.draw_tab.canvas


def test_the_start_page_leads_to_the_first_network_and_space_trains_it(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.session.data_changed):
        window.session.load_bundled_data()
    window.train_tab.settings.choose_recipe("convnet")
    window.tabs.setCurrentIndex(4)
    page = start_page(window)
    qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
    qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Space)
    assert window.tabs.currentWidget() is window.train_tab
    assert window.train_tab.settings.recipe.name == "quick"
    assert window.focusWidget() is window.train_tab.buttons.train_button
    with qtbot.waitSignal(window.session.run_starting) as started:
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Space)
    assert started.args is not None
    assert started.args[0].recipe == "quick"
    window.training_actions.show_first_recipe()  # during a run the settings stay, and nothing fails
    with qtbot.waitSignal(window.session.run_state_changed, check_params_cb=lambda state: state.name == "IDLE"):
        window.session.stop()


def test_the_start_page_opens_a_model_and_shows_the_draw_tab(window: MainWindow, qtbot: QtBot) -> None:
    page = start_page(window)
    page.open_file.click()
    dialog = next(dialog for dialog in window.findChildren(QFileDialog) if dialog.isVisible())
    assert all(suffix in dialog.nameFilters()[0] for suffix in ("*.digitnet", "*.csv", "*.png"))
    with qtbot.waitSignal(window.session.model_changed):
        dialog.fileSelected.emit(str(bundled_model_path()))
    dialog.close()
    assert window.tabs.currentWidget() is window.draw_tab


def test_escape_leaves_the_start_page_and_the_focus_stays(window: MainWindow, qtbot: QtBot) -> None:
    window.tabs.setCurrentIndex(2)
    before = window.focusWidget()
    qtbot.keyClick(start_page(window), Qt.Key.Key_Escape)
    assert window.focusWidget() is before
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert window.findChildren(StartPage) == []
