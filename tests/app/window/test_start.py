"""The start of the window: what is shown, and what is not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.session.loaded_model import LoadedModel
from app.session.session import Session
from app.storage.ink_library import Example, InkLibrary
from app.storage.models.model_library import ModelLibrary
from app.storage.paths import own_ink_path
from app.tabs.draw.draw_tab import DrawTab
from app.tabs.tab import Tab
from app.tabs.train.train_tab import TrainTab
from app.window.main_window import MainWindow
from app.window.preferences import WindowPreferences
from app.window.tab_connections import TABS
from nncore.evaluation.snapshots import Snapshots
from nncore.model.network import NetworkSpec
from nncore.preprocessing.ink import Ink
from tests.app.storage.kept_models import keep_model, small_model
from tests.nncore.example_data import small_mnist


class ShownWindows(QObject):
    """Remembers each widget that was shown as a window of its own."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.found: list[QWidget] = []
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.found.append(watched)
        return False


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """A window that has not been shown, so that it builds no tab by itself."""
    window = MainWindow(Session(), WindowPreferences())
    qtbot.addWidget(window)
    yield window
    window.close()


def kinds(tabs: list[Tab]) -> list[str]:
    return [type(tab).__name__ for tab in tabs]


def index_of(name: str) -> int:
    """The place in the tab bar of the tab of this class."""
    return [row.name for row in TABS].index(name)


def test_before_the_window_is_shown_only_the_first_tab_is_built(window: MainWindow) -> None:
    assert kinds(window.tabs.built()) == ["TrainTab"]
    assert window.tabs.currentWidget() is window.train_tab


def test_a_tab_is_built_when_it_is_chosen_and_takes_the_place_of_its_page(window: MainWindow) -> None:
    window.tabs.setCurrentIndex(index_of("EvaluateTab"))
    assert window.tabs.currentWidget() is window.evaluate_tab
    assert kinds(window.tabs.built()) == ["TrainTab", "EvaluateTab"]
    assert window.tabs.currentIndex() == index_of("EvaluateTab")
    assert [window.tabs.tabText(number) for number in range(window.tabs.count())] == [row.title for row in TABS]
    assert [window.tabs.tabToolTip(number) for number in range(window.tabs.count())] == [row.tool_tip for row in TABS]


def test_building_another_tab_leaves_the_selected_one(window: MainWindow) -> None:
    window.tabs.setCurrentIndex(index_of("DataTab"))
    changes: list[int] = []
    window.tabs.currentChanged.connect(changes.append)
    for number in range(window.tabs.count()):
        window.tabs.build(number)
    assert window.tabs.currentWidget() is window.data_tab
    assert changes == []


def test_a_shown_window_builds_the_other_tabs_while_it_is_idle(window: MainWindow, qtbot: QtBot) -> None:
    window.show()
    assert len(window.tabs.built()) < len(TABS)
    qtbot.waitUntil(lambda: kinds(window.tabs.built()) == [row.name for row in TABS])
    assert window.tabs.currentWidget() is window.train_tab
    assert "curves" in vars(window.train_tab.charts)
    assert window.train_tab.curves.isVisible()
    assert window.focusWidget() is window.train_tab


def test_the_charts_take_the_place_that_was_kept_for_them(window: MainWindow) -> None:
    window.resize(1280, 690)
    window.show()
    for _ in range(5):  # a layout that changes requests that of the widget around it
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    place = window.train_tab.charts._placeholder.geometry()
    assert place.height() > 100
    curves = window.train_tab.curves
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    after = curves.geometry()
    assert (after.top(), after.right(), after.bottom()) == (place.top(), place.right(), place.bottom())


def test_a_window_that_is_closed_early_builds_no_more_tabs(window: MainWindow) -> None:
    window.show()
    assert window.close()
    before = kinds(window.tabs.built())
    for _ in range(20):
        QApplication.processEvents()
    assert kinds(window.tabs.built()) == before


def test_tabs_that_are_built_later_show_the_model_and_the_data(window: MainWindow, qtbot: QtBot) -> None:
    session, data = window.session, small_mnist()
    session.use_data(data)
    with qtbot.waitSignal(session.model_changed):
        session.open_bundled_model()
    assert kinds(window.tabs.built()) == ["TrainTab"]
    assert window.draw_tab.network is session.network
    assert window.my_hand_tab.intro.obstacle.text() == ""
    assert window.data_tab.data is data
    assert window.evaluate_tab.network is session.network
    assert window.evaluate_tab.data is data


def test_a_draw_tab_that_is_built_after_a_run_offers_its_epochs(window: MainWindow) -> None:
    snapshots = Snapshots(NetworkSpec.dense((784, 10)))
    window.session._learns_digits, window.session.planned_epochs = True, 7
    window.session._on_snapshots_created(snapshots)
    assert window.draw_tab._snapshots is snapshots
    assert window.draw_tab.snapshot_row._total == 7


@pytest.mark.parametrize("first", ["draw_tab", "my_hand_tab"])
def test_the_handwriting_is_learned_when_the_tab_is_built_after_the_model(
    window: MainWindow, qtbot: QtBot, first: str
) -> None:
    InkLibrary(own_ink_path()).add(Example(Ink((np.array([[1, 1], [1, 20]], np.float32),)), 1, datetime(2025, 1, 1), 7))
    with qtbot.waitSignal(window.session.model_changed):
        window.session.open_bundled_model()
    with qtbot.waitSignal(window.teacher.adapted) as adapted:
        getattr(window, first)
    assert adapted.args is not None
    assert window.draw_tab.network is adapted.args[0].network
    assert window.my_hand_tab.network is adapted.args[0].network
    assert window.session.network is not adapted.args[0].network


def test_damaged_handwriting_is_reported_by_the_tab_that_is_built_later(window: MainWindow) -> None:
    own_ink_path().parent.mkdir(parents=True, exist_ok=True)
    own_ink_path().write_text(".PEN_DOWN\nnonsense")
    assert "could not be read" in window.tab(DrawTab).teach_row.effect.text()


def test_the_window_closes_before_the_other_tabs_are_built(window: MainWindow) -> None:
    assert window.close()
    assert [type(tab) for tab in window.tabs.built()] == [TrainTab]


def test_the_start_imports_nothing_that_the_first_tab_does_not_need() -> None:
    late = [
        "PIL", "pandas", "pyqtgraph", "onnx", "nncore.handwriting.synthetic", "app.tabs.draw.draw_tab",
        "app.tabs.evaluate.evaluate_tab", "app.tabs.my_hand.my_hand_tab", "app.tabs.data.data_tab",
        "app.tabs.runs.runs_tab", "app.tabs.models.models_tab", "app.tabs.inside.inside_tab",
        "app.widgets.network_view", "app.dialogs.sweep.sweep_dialog", "app.dialogs.help.guide_window",
        "app.dialogs.help.start_page",
        "app.storage.data_sources", "nncore.preprocessing.bitmap", "nncore.handwriting.personal_test", "psutil",
        "threadpoolctl",
    ]  # fmt: skip
    imports = "import sys, app.window.main_window, app.tabs.train.train_tab"
    code = f"{imports}; print([name for name in {late} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_only_the_main_window_is_shown_as_a_window(qtbot: QtBot, qapp: QApplication) -> None:
    shown = ShownWindows(qapp)
    window = MainWindow(Session(), WindowPreferences())
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    for number in range(window.tabs.count()):
        window.tabs.setCurrentIndex(number)
    qapp.removeEventFilter(shown)
    assert shown.found == [window]
    window.close()


@pytest.mark.parametrize("draw_first", [True, False])
def test_the_map_gets_the_drawing_once_both_tabs_are_built(window: MainWindow, draw_first: bool) -> None:
    for name in ("draw_tab", "evaluate_tab") if draw_first else ("evaluate_tab", "draw_tab"):
        getattr(window, name)
    image = np.zeros((28, 28), np.uint8)
    window.draw_tab.image_changed.emit(image)
    assert window.evaluate_tab.drawing is image


def opened_again(qtbot: QtBot) -> tuple[MainWindow, list[str]]:
    """A new window after the model of the last one was opened again, and its errors."""
    window, errors = MainWindow(Session(), WindowPreferences()), list[str]()
    qtbot.addWidget(window)
    window.session.error_message.connect(errors.append)
    with qtbot.waitSignal(window.session.model_changed):
        window.open_model_of_last_start()
    return window, errors


def test_the_model_in_use_at_the_end_is_in_use_again_after_the_start(window: MainWindow, qtbot: QtBot) -> None:
    path = keep_model(1, small_model("784-4-10", test_accuracy=0.5))
    ModelLibrary(pytest.fail).set_label(path, name="four units")
    with qtbot.waitSignal(window.session.model_changed):
        window.session.open_model(path)
    assert window.close()
    later, errors = opened_again(qtbot)
    assert later.session.model_path == path
    assert later.header.model_button.text().startswith("model: four units")
    with qtbot.waitSignal(later.session.model_changed):
        later.session.open_bundled_model()
    assert later.close()
    last, more_errors = opened_again(qtbot)
    assert last.session.model_is_bundled
    assert (errors, more_errors) == ([], [])
    assert last.close()


def test_a_sentence_says_that_the_model_in_use_at_the_end_cannot_be_used_again(
    window: MainWindow, qtbot: QtBot
) -> None:
    path = keep_model(1, small_model("784-4-10", test_accuracy=0.5))
    with qtbot.waitSignal(window.session.model_changed):
        window.session.open_model(path)
    assert window.close()
    path.unlink()
    later, errors = opened_again(qtbot)
    assert later.session.model_is_bundled
    assert len(errors) == 1
    assert errors[0].startswith("784-4-10, which was in use, cannot be opened again: ")
    later.session.select_model(LoadedModel.from_model(small_model("in no file")), None)
    assert later.close()
    last, errors = opened_again(qtbot)
    assert last.session.model_is_bundled
    assert errors == ["in no file, which was in use, was not kept in a file. The bundled model is in use."]
    assert last.close()
